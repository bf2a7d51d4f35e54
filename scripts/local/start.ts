// The whole service on this machine, from the store to the tables and back, with the progress of each order.
import { setTimeout as sleep } from 'node:timers/promises';

import { SETTLE_MS } from '../../lambda/shared/order/version';
import { PROGRAM } from '../terminal/command';
import { CommandError } from '../terminal/command-error';
import { readStartOptions } from './arguments';
import type { StartCommandOptions, StartOptions } from './arguments';
import { bringUp } from './bring-up';
import type { LocalRun } from './bring-up';
import { closeOnSignals } from './closing';
import type { Closing } from './closing';
import type { PollResult } from './local-stack';
import { checkErp } from './local-erp';
import { isUnderWay, shortcomings, toRow } from './order-progress';
import type { OrderProgress } from './order-progress';
import { requireFreePort } from './ports';
import type { Simulator } from '../../simulator/index';

// A run takes about 30 s; the limit is for a busy machine.
const ONCE_DEADLINE_MS = 120_000;
const MAX_ROWS = 25;
/** On AWS it is a minute. */
const SWEEP_EVERY_MS = 5_000;

/** Runs until Ctrl-C; with --once until every order has arrived. Throws CommandError with orders that differ. */
export async function start(given: StartCommandOptions): Promise<void> {
  const options = readStartOptions(given, process.env);
  await requirePorts(options);
  const closing = closeOnSignals(options.once ? 130 : 0);
  try {
    const problems = await run(options, closing);
    if (problems.length === 0) return;
    throw new CommandError(
      `Orders without the expected result:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  } finally {
    await closing.closeAll();
  }
}

async function requirePorts({ awsPort, storePort, erp, erpPort, realStore }: StartOptions): Promise<void> {
  if (!realStore && awsPort === storePort) {
    throw new CommandError(`MiniStack and the simulator cannot both listen on port ${awsPort}.`);
  }
  if (erp !== undefined && [awsPort, storePort].includes(erpPort)) {
    throw new CommandError(`Tryton cannot listen on port ${erpPort}, which MiniStack or the simulator uses.`);
  }
  const used: (readonly [string, number])[] = [['aws-port', awsPort]];
  if (!realStore) used.push(['store-port', storePort]);
  if (erp !== undefined) used.push(['erp-port', erpPort]);
  for (const [option, port] of used) {
    await requireFreePort(port, `${PROGRAM} start --${option}`);
  }
}

/** Returns the problems in words. Without `--once` only a signal ends it. */
async function run(options: StartOptions, closing: Closing): Promise<string[]> {
  const local = await bringUp(options, closing);
  const { screen, store } = local;
  screen.show(rows(await local.progress()));
  screen.say(inWords(await local.stack.poll()));
  if (store) screen.say(await store.placeOrder());
  await follow(local, options, options.once ? Date.now() + ONCE_DEADLINE_MS : Infinity);
  return checkResult(local);
}

/** Shows each change; with `--once` until every order has arrived or the time is over, else indefinitely. */
async function follow(local: LocalRun, { once, pollEveryMs }: StartOptions, deadline: number): Promise<void> {
  const { screen } = local;
  let polledAt = Date.now();
  let sweptAt = Date.now();
  let isShown = once;
  for (;;) {
    const orders = await local.progress();
    screen.show(rows(orders));
    const settled = !orders.some(isUnderWay);
    if (once && (settled || Date.now() > deadline)) break;
    if (settled && !isShown) {
      screen.complete();
      screen.say(local.thingsToTry(orders));
      isShown = true;
    }
    await sleep(local.lookEveryMs);
    if (Date.now() - sweptAt > SWEEP_EVERY_MS) {
      sweptAt = Date.now();
      await sweep(local);
    }
    if (Date.now() - polledAt < pollEveryMs) continue;
    polledAt = Date.now();
    await pollAgain(local);
  }
  screen.complete();
}

/** Prints a poll that queued orders, or failed; a failure does not end the run. */
async function pollAgain({ stack, screen }: LocalRun): Promise<void> {
  try {
    const result = await stack.poll();
    if (result.enqueued > 0) screen.say(inWords(result));
  } catch (error) {
    screen.say(error instanceof Error ? error.message : String(error));
  }
}

/** Queues the orders whose delivery is due; a failure does not end the run. */
async function sweep({ stack, store, screen }: LocalRun): Promise<void> {
  try {
    // MiniStack keeps how far a stream was read, but not its records: a continued run would skip as many new ones.
    if (store !== undefined && store.found > 0) await stack.delivery?.account();
    await stack.delivery?.sweep();
  } catch (error) {
    screen.say(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Polls again, once no order can change without a new date of modification. The first poll may queue orders again that no
 * list shows completely; the second must queue none. Returns the problems in words.
 */
async function checkFurtherPolls(local: LocalRun, { log }: Simulator): Promise<string[]> {
  const orders = await local.progress();
  const modified = orders.map(({ ledger }) => Date.parse(ledger?.modified_at ?? '') || 0);
  await sleep(Math.max(0, Math.max(...modified) + SETTLE_MS + 1_000 - Date.now()));
  const puts = () => log.count('PUT /orders/{id}');
  const putsBefore = puts();
  await local.stack.poll();
  const deadline = Date.now() + ONCE_DEADLINE_MS;
  while ((await local.progress()).some(isUnderWay) && Date.now() < deadline) await sleep(local.lookEveryMs);
  const { enqueued } = await local.stack.poll();
  return [
    ...(enqueued > 0 ? [`A poll of a store where nothing changes queued ${enqueued} orders again.`] : []),
    ...(puts() > putsBefore ? ['A poll of a store where nothing changes changed orders again.'] : []),
  ];
}

const inWords = ({ found, enqueued }: PollResult) =>
  `${new Date().toLocaleTimeString()}  A poll found ${found} ${found === 1 ? 'order' : 'orders'} and queued ${enqueued}.`;

const rows = (orders: readonly OrderProgress[]) => orders.slice(-MAX_ROWS).map(toRow);

/** Returns the problems in words. */
async function checkResult(local: LocalRun): Promise<string[]> {
  const { store, screen } = local;
  // Not with a real store, which may have new orders.
  const pollProblems = store === undefined ? [] : await checkFurtherPolls(local, store.simulator);
  const orders = await local.progress();
  const erp = local.erp && (await checkErp(local.erp, orders));
  const problems = [...orders.flatMap(shortcomings), ...pollProblems, ...(erp?.problems ?? [])];
  if (problems.length > 0) return problems;
  const inState = (state: string) => orders.filter(({ ledger }) => ledger?.state === state).length;
  const untouched = orders.length - inState('replicated') - inState('copied');
  screen.say(
    `\nAll ${orders.length} orders are as expected: ${inState('replicated')} stored and advanced, ` +
      `${inState('copied')} stored only, ${untouched} not stored.` +
      (store === undefined ? '' : ' Further polls changed nothing.') +
      (erp === undefined ? '' : `\n${erp.summary}`),
  );
  return problems;
}
