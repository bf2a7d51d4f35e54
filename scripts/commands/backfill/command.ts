// npm run backfill: copies orders from before the service's time, by way of its own queue and worker.
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { CLOCK_MARGIN_MS } from '../../../lambda/shared/order/version';
import type { Checkpoint } from './checkpoint';
import { toolsOf, type Tools } from './service-deps';
import { backfill as copy } from './run';
import type { Task } from './classify';
import { inWords, readSelection, rulesOf, type Selection } from './options';
import { countOrders } from './pages';
import { rehearse } from './dry-run';
import { account, afterwards, createPace, duration, number, plan, progress, still } from './report';
import { nothing, ordersIn, type Tally } from './tally';
import { readArguments, runAsCommand } from '../../terminal/arguments';
import { CommandError } from '../../terminal/command-error';
import { createProgressLine, type Output, type ProgressLine } from '../../terminal/progress';
import { withService, type Service } from '../../service/service';
import { serviceFlags, serviceUsage, fromFlags } from '../../service/service-flags';
import { sameService } from '../../service/service-options';
import { withStopSignal } from '../../terminal/signals';
import { DAY_MS, iso } from '../../../lambda/shared/runtime/time';

const usage = `Usage: npm run backfill -- --from 2025-01-01 [options]

Copies the orders that the store already has into the Orders table and leaves their statuses alone. The stack's own
worker does it, within the API quota; what is new is still moved on by the polls. It may be ended at any time: what is
queued is copied, and the same command goes on from there.

  --from          the first day by which orders were created, in UTC, or a moment such as 2025-01-01T08:00:00Z
  --to            the last day or moment, now if left out
  --status        only orders in these statuses, such as 11,10; Incomplete ones (0) are not listed unless named
  --ids           these orders, such as 100,101, instead of a time
  --advance       move statuses on, too, as a poll would: for orders that are in AdvanceStatusIds
  --restart       begin anew where an earlier run did not come to its end
  --dry-run       say what would be done, and do nothing
${serviceUsage}`;

const flags = {
  ...serviceFlags,
  from: { type: 'string' },
  to: { type: 'string' },
  status: { type: 'string' },
  ids: { type: 'string' },
  advance: { type: 'boolean' },
  restart: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const;

/** A checkpoint that was written so lately is somebody's who is at work, unless they have just ended. */
const AT_WORK_MS = 90_000;

/** Runs one command line. Throws CommandError, in plain words, for all that the caller can put right. */
export async function backfill(
  args: readonly string[],
  output: Output,
  stop: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { values } = readArguments(flags, usage, { args });
  const { restart = false, 'dry-run': dryRun = false, local, 'aws-port': awsPort } = values;
  const selection = readSelection(values, Date.now());
  const screen = createProgressLine(output, Date.now);
  const isLocal = local === true || awsPort !== undefined;
  await withService(fromFlags(values), async (service) => {
    requireReady(service, selection, dryRun, sameService(fromFlags(values)));
    const tools = toolsOf(service, { isLocal, stop, say: screen.say });
    const begun = await begin(selection, { restart, dryRun }, tools, screen);
    const { checkpoint } = begun;
    const task = taskOf(selection, begun, service);
    if (dryRun) await sayPlan(checkpoint, task, service, tools, screen);
    else await run(checkpoint, task, sameService(fromFlags(values)), tools, screen);
  });
}

/** Throws CommandError where nothing would be copied, or not as was asked for. */
function requireReady(
  { stackName, parameters }: Service,
  { advance }: Selection,
  dryRun: boolean,
  service: string,
): void {
  // A worker of an earlier version does not know that a reference may want a copy only.
  if (parameters['ReadConsignments'] === undefined) {
    throw new CommandError(`${stackName} was deployed before there was a backfill: npm run deploy first.`);
  }
  if (advance && parameters['AdvanceOrders'] !== 'true') {
    throw new CommandError(`${stackName} moves no status on (AdvanceOrders is false): leave --advance out.`);
  }
  if (parameters['Paused'] === 'true' && !dryRun) {
    throw new CommandError(
      `${stackName} is paused, and nothing would be copied: npm run resume -- ${service} first.`,
    );
  }
}

const taskOf = (
  { advance }: Selection,
  { checkpoint: { timestamp: began }, isResumed }: Begun,
  { parameters }: Service,
): Task => ({
  ...{ began, advance },
  // AWS's time is known to a second: what a killed run had copied right after it began counts for it.
  countsFrom: isResumed ? began - CLOCK_MARGIN_MS : began,
  rules: rulesOf(parameters, advance),
  completedSince: began - Number(parameters['CompletedOrdersLookbackDays']) * DAY_MS,
});

interface Begun {
  readonly checkpoint: Checkpoint;
  readonly isResumed: boolean;
}

/** The checkpoint of an earlier run that did not come to its end, or a new one. */
async function begin(
  selection: Selection,
  { restart, dryRun }: { readonly restart: boolean; readonly dryRun: boolean },
  { checkpoints, now }: Tools,
  { say }: ProgressLine,
): Promise<Begun> {
  const found = await checkpoints.find(selection);
  // Not before: the first answer shows AWS's time.
  const fresh = { timestamp: now(), outcome: 'backfill running', selection, tally: nothing } as const;
  if (found === undefined) return { checkpoint: fresh, isResumed: false };
  const { checkpoint, savedAt } = found;
  if (now() - savedAt < AT_WORK_MS) {
    say('Another run of this backfill is at work, or was ended just now. Two do no harm.');
  }
  if (!restart) {
    const done = number(ordersIn(checkpoint.tally));
    say(
      `Goes on with the backfill of ${iso(checkpoint.timestamp)}, after ${done} orders; --restart begins anew.`,
    );
    return { checkpoint, isResumed: true };
  }
  if (!dryRun) await checkpoints.forget(checkpoint);
  return { checkpoint: fresh, isResumed: false };
}

async function run(
  checkpoint: Checkpoint,
  task: Task,
  service: string,
  tools: Tools,
  screen: ProgressLine,
): Promise<void> {
  const { selection } = checkpoint;
  const total = await countedOrders(checkpoint, tools, screen);
  const statuses = task.advance ? 'moved on where they may be' : 'left alone';
  const about = total === undefined ? 'All' : `About ${number(total)}`;
  screen.say(`${about} ${inWords(selection)}; statuses are ${statuses}.`);
  const pace = createPace(tools.now);
  const show = (tally: Tally) => screen.show(progress(tally, total, pace(ordersIn(tally))));
  const sayStill = (error: string | undefined) => screen.say(still(error, service));
  const startedAt = tools.now();
  try {
    const tally = await copy(checkpoint, task, { ...tools, show, sayStill, warn: screen.say });
    screen.clear();
    for (const line of account(tally)) screen.say(line);
    const took = `It took ${duration(tools.now() - startedAt)}.`;
    screen.say([took, ...afterwards(tally, selection, service)].join(' '));
  } catch (error) {
    screen.clear();
    screen.say('Not at its end. What is queued is copied all the same; the same command goes on from there.');
    throw error;
  }
}

/** The count only informs: without it the backfill runs all the same. */
async function countedOrders(
  { selection, timestamp: began }: Checkpoint,
  { store }: Tools,
  { say }: Pick<ProgressLine, 'say'>,
): Promise<number | undefined> {
  try {
    return await countOrders(selection, began, store);
  } catch (error) {
    if (!(error instanceof BigCommerceError) || error.kind === 'configuration') throw error;
    say(`The store did not count its orders. ${error.message}`);
    return undefined;
  }
}

async function sayPlan(
  checkpoint: Checkpoint,
  task: Task,
  { parameters }: Service,
  tools: Tools,
  { say, show, clear }: ProgressLine,
): Promise<void> {
  const total = await countedOrders(checkpoint, tools, { say });
  const rehearsal = await rehearse(checkpoint, task, {
    ...tools,
    show: (lookedAt) =>
      show(`Looked at ${number(lookedAt)}${total === undefined ? '' : ` of ${number(total)}`}`),
  });
  clear();
  const callsPerOrder = (parameters['ReadConsignments'] === 'true' ? 3 : 4) + (task.advance ? 1 : 0);
  const reservePercent = Number(parameters['ApiQuotaReservePercent']);
  for (const line of plan(rehearsal, { callsPerOrder, reservePercent, allowed: tools.allowed() })) say(line);
}

runAsCommand(module, () =>
  withStopSignal('Interrupted.', (stop) => backfill(process.argv.slice(2), process.stdout, stop)),
);
