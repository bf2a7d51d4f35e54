// Starts a backfill, or continues one that an earlier run did not finish, and reports it.
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { iso } from '../../../lambda/shared/runtime/time';
import { withService } from '../../service/service';
import type { Service } from '../../service/service';
import { recommend } from '../../service/service-options';
import type { Report, Terminal } from '../../terminal/command';
import { createProgressLine } from '../../terminal/progress';
import type { ProgressStream, ProgressLine } from '../../terminal/progress';
import type { Checkpoint } from './checkpoint';
import type { BackfillTask } from './classify';
import { runDry } from './dry-run';
import { inWords, readSelection } from './options';
import type { BackfillOptions, BackfillSelection } from './options';
import { countOrders } from './pages';
import { createPace, number, progress, stalled } from './progress';
import { requireReady, taskOf } from './readiness';
import { dryRunReport, finalReport } from './report';
import { backfill } from './run';
import { createTools } from './service-deps';
import type { BackfillTools } from './service-deps';
import { nothing, ordersIn } from './tally';
import type { BackfillTally } from './tally';

/** A checkpoint that is newer than this belongs to a run that is active or has just ended. */
const ACTIVE_MS = 90_000;

interface StartBackfillDeps {
  readonly service: Service;
  readonly tools: BackfillTools;
  readonly line: ProgressLine;
  /** A command to recommend for the same service, such as `audit`. */
  readonly recommend: (command: string) => string;
}

/** Throws CommandError for a problem that the user can fix, UsageError for an invalid selection. */
export function startBackfill(
  { from, to, status, ids, advance, restart, dryRun, ...options }: BackfillOptions,
  { note, progress: stream }: Terminal,
  stop: AbortSignal,
): Promise<Report> {
  const selection = readSelection({ from, to, status, ids, advance }, Date.now());
  const line = createProgressLine(stream ?? noteStream(note), Date.now);
  const isLocal = options.local || options.awsPort !== undefined;
  return withService(options, async (service) => {
    const forThis = (command: string) => recommend(command, options);
    requireReady(service, selection, dryRun, forThis);
    const tools = createTools(service, { isLocal, stop, say: line.say });
    const deps = { service, tools, line, recommend: forThis };
    const started = await start(selection, { restart, dryRun }, deps);
    const task = taskOf(selection, started, service);
    return dryRun ? preview(started.checkpoint, task, deps) : run(started, task, deps);
  });
}

/** The stream for a terminal without one: each line becomes a note. */
const noteStream = (note: Terminal['note']): ProgressStream => ({
  write(text) {
    note(String(text).replace(/\n$/, ''));
    return true;
  },
});

export interface Started {
  readonly checkpoint: Checkpoint;
  readonly isResumed: boolean;
}

/** The checkpoint of an earlier run that did not finish, or a new one. */
async function start(
  selection: BackfillSelection,
  { restart, dryRun }: { readonly restart: boolean; readonly dryRun: boolean },
  { tools: { checkpoints, now }, line: { say } }: StartBackfillDeps,
): Promise<Started> {
  const found = await checkpoints.find(selection);
  // After the first call, because `now` needs an answer to know AWS's time.
  const fresh = { timestamp: now(), outcome: 'backfill.running', selection, tally: nothing } as const;
  if (found === undefined) return { checkpoint: fresh, isResumed: false };
  const { checkpoint, savedAt } = found;
  if (now() - savedAt < ACTIVE_MS) {
    say(
      `Another run of this backfill is active, or ended less than ${ACTIVE_MS / 1000} s ago. Two runs are harmless.`,
    );
  }
  if (!restart) {
    const done = number(ordersIn(checkpoint.tally));
    say(
      `Continuing the backfill of ${iso(checkpoint.timestamp)} after ${done} orders. To start again, add --restart.`,
    );
    return { checkpoint, isResumed: true };
  }
  if (!dryRun) await checkpoints.forget(checkpoint);
  return { checkpoint: fresh, isResumed: false };
}

async function run(
  { checkpoint, isResumed }: Started,
  task: BackfillTask,
  deps: StartBackfillDeps,
): Promise<Report> {
  const { tools, line, recommend } = deps;
  const { selection } = checkpoint;
  const total = await countedOrders(checkpoint, deps);
  line.say(`${inWords(selection, total)}. ${aboutStatuses(task)}`);
  const pace = createPace(tools.now);
  const show = (tally: BackfillTally) => line.show(progress(tally, total, pace(ordersIn(tally))));
  const reportStall = (error: string | undefined) => line.say(stalled(error, recommend));
  const startedAt = tools.now();
  try {
    const tally = await backfill(checkpoint, task, { ...tools, show, reportStall, warn: line.say });
    line.clear();
    return finalReport({ checkpoint, tally, isResumed, durationMs: tools.now() - startedAt }, recommend);
  } catch (error) {
    line.clear();
    line.say('Not finished. Queued orders are still copied. To continue, run the same command again.');
    throw error;
  }
}

const aboutStatuses = ({ advance }: BackfillTask) =>
  advance
    ? 'Statuses are advanced where the rules allow it.'
    : 'The backfill changes no status; polls still advance new orders.';

/** The count is only for the progress: the backfill also runs without it. */
async function countedOrders(
  { selection, timestamp: began }: Checkpoint,
  { tools, line }: StartBackfillDeps,
): Promise<number | undefined> {
  try {
    return await countOrders(selection, began, tools.store);
  } catch (error) {
    if (!(error instanceof BigCommerceError) || error.kind === 'configuration') throw error;
    line.say(`The store did not count its orders. ${error.message}`);
    return undefined;
  }
}

async function preview(checkpoint: Checkpoint, task: BackfillTask, deps: StartBackfillDeps): Promise<Report> {
  const { service, tools, line } = deps;
  const { parameters } = service;
  const total = await countedOrders(checkpoint, deps);
  line.say(`${inWords(checkpoint.selection, total)}.`);
  const result = await runDry(checkpoint, task, {
    ...tools,
    show: (ordersRead) =>
      line.show(`Read ${number(ordersRead)}${total === undefined ? '' : ` of ${number(total)}`}`),
  });
  line.clear();
  const callsPerOrder = (parameters['ReadConsignments'] === 'true' ? 3 : 4) + (task.advance ? 1 : 0);
  const reservePercent = Number(parameters['ApiQuotaReservePercent']);
  return dryRunReport(result, { callsPerOrder, reservePercent, quota: tools.quota() });
}
