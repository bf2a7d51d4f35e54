// Follows a change of a stack: prints one line per event until the change ends.
import { paginateDescribeStackEvents } from '@aws-sdk/client-cloudformation';
import type { CloudFormationClient, Stack, StackEvent } from '@aws-sdk/client-cloudformation';

import { describeStack } from './stack-state';
import type { Print } from '../terminal/command';

export interface FollowDeps {
  readonly cloudFormation: CloudFormationClient;
  readonly print: Print;
  /** Prints a line and keeps it for the summary at the end; `print` if omitted. */
  readonly summarize?: Print;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Calls `check` until it returns a value. Short pauses at first, for a local run; longer ones later, for AWS's quota. */
async function waitFor<T>(sleep: FollowDeps['sleep'], check: () => Promise<T | undefined>): Promise<T> {
  for (let waitMs = 200; ; waitMs = Math.min(waitMs * 1.5, 5000)) {
    const value = await check();
    if (value !== undefined) return value;
    await sleep(waitMs);
  }
}

/** Ids of the events so far, to distinguish those of the next operation. */
export async function eventsSoFar(
  cloudFormation: CloudFormationClient,
  stackId: string,
): Promise<Set<string>> {
  const events = await newEvents(cloudFormation, stackId, new Set());
  return new Set(events.flatMap(({ EventId }) => EventId ?? []));
}

/** Prints events until the operation ends. Returns the stack, undefined once it is deleted, and the events since `seen`. */
export async function followStack(
  { cloudFormation, print, sleep }: FollowDeps,
  stackId: string,
  seen: Set<string>,
): Promise<{ readonly stack: Stack | undefined; readonly events: readonly StackEvent[] }> {
  const events: StackEvent[] = [];
  return waitFor(sleep, async () => {
    const stack = await describeStack(cloudFormation, stackId);
    if (stack === undefined) return { stack, events };
    for (const event of await newEvents(cloudFormation, stackId, seen)) {
      if (event.EventId !== undefined) seen.add(event.EventId);
      events.push(event);
      print(eventLine(event));
    }
    // This status is final, even if no event has reported it.
    if (stack.StackStatus === 'DELETE_COMPLETE') return { stack, events };
    // Any other status needs an event of its own: for a moment the stack still has the status from before.
    const ended = events.some(
      (event) => event.PhysicalResourceId === stackId && !inProgress(event.ResourceStatus),
    );
    return ended && !inProgress(stack.StackStatus) ? { stack, events } : undefined;
  });
}

const inProgress = (status = '') => status.endsWith('_IN_PROGRESS');

/** Events not seen yet, oldest first. */
async function newEvents(
  client: CloudFormationClient,
  stackId: string,
  seen: ReadonlySet<string>,
): Promise<StackEvent[]> {
  const fresh: StackEvent[] = [];
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName: stackId })) {
    const unseen = StackEvents.filter(({ EventId }) => EventId === undefined || !seen.has(EventId));
    fresh.push(...unseen);
    // Newest first: all later pages were seen.
    if (unseen.length < StackEvents.length) break;
  }
  return fresh.reverse();
}

function eventLine(event: StackEvent): string {
  const time = event.Timestamp?.toISOString().slice(11, 19) ?? '';
  const reason = event.ResourceStatusReason === undefined ? '' : `  ${event.ResourceStatusReason}`;
  return `  ${time}  ${(event.ResourceStatus ?? '').padEnd(20)}  ${event.LogicalResourceId ?? ''}${reason}`;
}
