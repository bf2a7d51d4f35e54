// npm run poll: polls the store at once instead of at the next hour of the schedule, and reports the job.
import { readArguments, runAsCommand } from '../../terminal/command';
import { pollOnce } from '../../service/poll-once';
import { serviceFlags, serviceUsage, withService } from '../../service/service';

const usage = `Usage: npm run poll -- [options]

Polls the store now, waits for the end (five minutes at most) and reports what was found, queued and left out.
Two polls at once do no harm. Ctrl-C ends the waiting, not the poll.

${serviceUsage}`;

/** Polls once. Throws CommandError, in plain words, if the poll fails or does not begin. */
export async function poll(args: readonly string[], print: (line: string) => void): Promise<void> {
  const { values } = readArguments(serviceFlags, usage, { args });
  await withService(values, (service) => pollOnce(service, print));
}

runAsCommand(module, () => poll(process.argv.slice(2), console.log));
