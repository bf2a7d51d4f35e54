// npm run pause and npm run resume: polls and worker rest while webhooks are still accepted, and go on.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Stack } from '@aws-sdk/client-cloudformation';

import { pollNow } from '../../service/poll-once';
import type { Clients } from '../../service/clients';
import { CommandError, readArguments, runAsCommand } from '../../terminal/command';
import { stackParameters, type Values } from '../../stack/parameters';
import { requireStack, serviceFlags, serviceUsage, withClients } from '../../service/service';
import { changeStack } from '../../stack/stack-change';
import { outputsOf, parametersOf, isLeftover, requireUpdatable } from '../../stack/stack-state';
import { DAY_MS } from '../../../lambda/shared/runtime/time';

const usage = `Usage: npm run pause -- [options]
       npm run resume -- [options]

pause stops the polls and audits of the schedule and the worker; webhooks are still accepted, and wait in the Orders queue.
resume lets them go on, and polls at once. Nothing else of the stack is changed, and deploys leave it paused.
The polls that "npm start" makes by itself do not stop; what they queue waits.

${serviceUsage}`;

type Print = (line: string) => void;

/** Runs one command line, its first word pause or resume. Throws CommandError for all that the caller can put right. */
export async function pauseOrResume(args: readonly string[], print: Print): Promise<void> {
  const { values, positionals } = readArguments(serviceFlags, usage, { args, mostPositionals: 1 });
  const [name] = positionals;
  if (name !== 'pause' && name !== 'resume') throw new CommandError(usage);
  await withClients(values, async (clients, stackName) => {
    const stack = await requireStack(clients, stackName);
    const isPaused = requirePausable(stack);
    if (isPaused === (name === 'pause')) {
      print(`Nothing to change: ${stackName} is ${isPaused ? 'paused' : 'not paused'}.`);
      return;
    }
    await change(stack, { Paused: String(!isPaused) }, clients, print);
    if (name === 'pause') {
      print(paused(stackName, Date.now()));
    } else {
      print(resumed(stackName));
      await pollNow(
        { stackName, outputs: outputsOf(stack), parameters: parametersOf(stack) },
        clients,
        print,
      );
    }
  });
}

/** Whether it is paused now. Throws CommandError where that cannot be changed. */
function requirePausable(stack: Stack): boolean {
  const { StackName = '', StackStatus = '' } = stack;
  if (isLeftover(stack)) throw new CommandError(`${StackName} is not deployed (${StackStatus}).`);
  requireUpdatable(stack);
  const { Paused } = parametersOf(stack);
  if (Paused !== undefined) return Paused === 'true';
  throw new CommandError(
    `${StackName} was deployed before there was a parameter Paused: npm run deploy brings it.`,
  );
}

/** All parameters but these, and the template, stay as they are: neither a build nor the bucket is needed. */
async function change(stack: Stack, given: Values, { cloudFormation }: Clients, print: Print): Promise<void> {
  const names = Object.keys(parametersOf(stack));
  await changeStack(
    { cloudFormation, print, sleep },
    {
      stackName: stack.StackName ?? '',
      existing: stack,
      UsePreviousTemplate: true,
      Parameters: stackParameters(names, given, names),
    },
  );
}

/** The Orders queue keeps a reference for four days, and as long a poll believes a ledger row that says queued. */
const paused = (stackName: string, now: number) =>
  `${stackName} is paused. No poll begins by itself, and the worker ends what it has in hand and takes no more.
Webhooks are still answered 200: what they tell of waits in the Orders queue, which forgets a reference after 4 days.
Resume before ${new Date(now + 4 * DAY_MS).toISOString().slice(0, 16)}Z: npm run resume -- --stack-name ${stackName}
After that, what is forgotten comes back by polls, and only where the order is still new in the store then.`;

const resumed = (stackName: string) =>
  `${stackName} goes on: the worker takes what waits in the Orders queue.`;

runAsCommand(module, () => pauseOrResume(process.argv.slice(2), console.log));
