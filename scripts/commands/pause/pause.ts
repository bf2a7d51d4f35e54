// Changes only the parameter Paused of a deployed stack. A resumed replication polls immediately.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Stack } from '@aws-sdk/client-cloudformation';

import { DAY_MS } from '../../../lambda/shared/runtime/time';
import type { Clients } from '../../service/clients';
import { pollData, pollLines, pollNow } from '../../service/poll-once';
import { requireStack, withClients } from '../../service/service';
import { recommend, sameService } from '../../service/service-options';
import type { ServiceOptions } from '../../service/service-options';
import { stackParameters } from '../../stack/parameters';
import { nameOfStack } from '../../stack/service-stacks';
import type { AddedKind } from '../../stack/service-stacks';
import { changeStack } from '../../stack/stack-change';
import { isLeftover, outputsOf, parametersOf, requireUpdatable } from '../../stack/stack-state';
import type { Print, Report } from '../../terminal/command';
import { CommandError } from '../../terminal/command-error';

interface PauseOptions extends ServiceOptions {
  /** The stack to pause instead of the replication. */
  readonly only: AddedKind | undefined;
}

/** Pauses or resumes the service. Throws CommandError if its stack cannot be changed. */
export function setPaused(
  isPaused: boolean,
  { only, ...options }: PauseOptions,
  note: Print,
): Promise<Report> {
  return withClients(options, async (clients, replicationStackName) => {
    const stackName = nameOfStack(only ?? 'replication', replicationStackName);
    const stack = await requireStack(clients, stackName);
    const again = only === undefined ? 'deploy' : `deploy --with ${only}`;
    if (requirePausable(stack, again, options) === isPaused) {
      const line = `Nothing to change: ${stackName} is ${isPaused ? 'paused' : 'not paused'}.`;
      return { data: { stackName, isPaused, isChanged: false }, lines: [line] };
    }
    await changePaused(stack, isPaused, clients, note);
    if (only !== undefined)
      return isPaused ? deliveriesPaused(stackName, options) : deliveriesResumed(stackName);
    return isPaused ? paused(stackName, Date.now(), options) : resumed(stack, clients, options, note);
  });
}

/** Whether the service is paused now. Throws CommandError if that cannot be changed. */
function requirePausable(stack: Stack, again: string, options: ServiceOptions): boolean {
  const { StackName = '', StackStatus = '' } = stack;
  if (isLeftover(stack))
    throw new CommandError(
      `${StackName} is not deployed completely (${StackStatus}). Deploy it first: ${recommend(again, options)}`,
    );
  requireUpdatable(stack, sameService(options));
  const { Paused } = parametersOf(stack);
  if (Paused !== undefined) return Paused === 'true';
  throw new CommandError(
    `${StackName} has no parameter Paused, because an earlier version deployed it. Deploy this version first: ${recommend(again, options)}`,
  );
}

/** Keeps all other parameters and the template, so that it needs no build and no bucket. */
async function changePaused(
  stack: Stack,
  isPaused: boolean,
  { cloudFormation }: Clients,
  print: Print,
): Promise<void> {
  const names = Object.keys(parametersOf(stack));
  await changeStack(
    { cloudFormation, print, sleep },
    {
      stackName: stack.StackName ?? '',
      existing: stack,
      UsePreviousTemplate: true,
      Parameters: stackParameters(names, { Paused: String(isPaused) }, names),
    },
  );
}

/** The Orders queue keeps a reference for 4 days, and a poll trusts a ledger row in state queued as long. */
function paused(stackName: string, now: number, options: ServiceOptions): Report {
  const resumeBefore = new Date(now + 4 * DAY_MS).toISOString();
  return {
    data: { stackName, isPaused: true, isChanged: true, resumeBefore },
    lines: [
      `${stackName} is paused. No scheduled poll starts, and the worker processes no references.`,
      'Webhooks are still answered with 200. Their references wait in the Orders queue, which deletes a reference after 4 days.',
      `Resume before ${resumeBefore.slice(0, 16)}Z: ${recommend('resume', options)}`,
      'After that, only a poll can queue an order whose reference was deleted, and only if the order is still new in the store.',
    ],
  };
}

/** Nothing expires: the rows of the Deliveries table say what is due. */
const deliveriesPaused = (stackName: string, options: ServiceOptions): Report => ({
  data: { stackName, isPaused: true, isChanged: true },
  lines: [
    `${stackName} is paused. The worker begins no delivery; one that it has begun, it may still finish within 5 min.`,
    `Replicated orders are noted, and are delivered after: ${recommend('resume --only delivery', options)}`,
  ],
});

const deliveriesResumed = (stackName: string): Report => ({
  data: { stackName, isPaused: false, isChanged: true },
  lines: [`${stackName} has resumed. A sweep queues within 1 min what is due.`],
});

async function resumed(
  stack: Stack,
  clients: Clients,
  options: ServiceOptions,
  note: Print,
): Promise<Report> {
  const { StackName: stackName = '' } = stack;
  note(`${stackName} has resumed. The worker processes the references in the Orders queue.`);
  const polled = { stackName, outputs: outputsOf(stack), parameters: parametersOf(stack) };
  const job = await pollNow(polled, sameService(options), clients, note);
  return {
    data: {
      stackName,
      isPaused: false,
      isChanged: true,
      poll: job === undefined ? null : pollData(job),
    },
    lines: job === undefined ? [] : pollLines(job),
  };
}
