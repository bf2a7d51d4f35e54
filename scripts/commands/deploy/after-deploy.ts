// The steps after a deploy: a poll, which tests the service and registers the webhook, and a check of the alert address.
import { PROGRAM } from '../../terminal/command';
import { reportAlertAddress, sendTestAlert } from './alert-address';
import type { Clients } from '../../service/clients';
import type { Values } from '../../stack/parameters';
import { pollLines, pollNow } from '../../service/poll-once';
import type { PolledJob } from '../../service/poll-once';
import type { Afterwards } from './options';
import type { Print } from '../../terminal/command';

export interface Deployed {
  readonly stackName: string;
  readonly changed: boolean;
  /** The options that name the service in a recommended command; the stack's name if omitted. */
  readonly service?: string | undefined;
  readonly outputs: Values;
  readonly parameters: Values;
}

/** Returns the job of its poll, if it polled. Throws CommandError only if a requested test alert could not be sent. */
export async function afterDeploy(
  deployed: Deployed,
  { poll, testAlert }: Afterwards,
  clients: Clients,
  print: Print,
): Promise<PolledJob | undefined> {
  const { stackName, parameters, changed, service = `--stack-name ${stackName}` } = deployed;
  let job: PolledJob | undefined;
  if (parameters['Paused'] === 'true') {
    print(`${stackName} is paused: no poll and no worker runs until ${PROGRAM} resume ${service}.`);
  } else if (changed && poll) {
    job = await pollNow(deployed, service, clients, print);
    for (const line of job === undefined ? [] : pollLines(job)) print(line);
  }
  const address = { stackName, address: parameters['ExceptionsEmailAddress'] ?? '' };
  await reportAlertAddress(address, clients, print);
  if (testAlert) await sendTestAlert(address, clients, print);
  return job;
}
