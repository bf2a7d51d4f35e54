// Runs the bootstrap with the clients of this shell, and reports the next steps.
import { createClients } from '../../service/clients';
import type { Print, Report } from '../../terminal/command';
import { bootstrap } from './bootstrap';
import { bootstrapRequest } from './options';
import type { BootstrapOptions } from './options';
import { howToDeploy } from './report';

/** Throws CommandError for a problem that the user can fix. */
export async function runBootstrap(options: BootstrapOptions, note: Print): Promise<Report> {
  const { region } = options;
  const clients = createClients(region === undefined ? {} : { region });
  try {
    const done = await bootstrap({ ...bootstrapRequest(options), print: note }, clients);
    return { data: done, lines: done.flatMap(howToDeploy) };
  } finally {
    clients.destroy();
  }
}
