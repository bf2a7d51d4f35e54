// A poll of 200 orders through the deployed stack: calls per order, calls in flight, and its time compared with the
// possible minimum.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Simulator } from '../simulator';
import { withDeployed } from './deployed';
import type { Limits } from './limits';
import type { Print } from '../scripts/terminal/command';

const ORDERS = 200;
const LATENCY_MS = 150;
const WORKERS = 3;
const DEADLINE_MS = 180_000;

/** Each worker has one call in flight per endpoint, so an order takes a worker at least one round trip. */
const FLOOR_MS = (ORDERS * LATENCY_MS) / WORKERS;
const MAX_CALLS_PER_ORDER = 4.1;
const MAX_TIMES_FLOOR = 1.5;

/** Drains a poll of physical orders, an hour old each, and prints what the store's log shows. */
export async function measureDrain(print: Print, limits: Limits): Promise<void> {
  await withDeployed({ latencyMs: LATENCY_MS }, async ({ simulator, stack }) => {
    addOrders(simulator, ORDERS);
    simulator.log.clear();
    const { enqueued } = await stack.poll();
    await drained(simulator, ORDERS);
    report(simulator, enqueued, print, limits);
  });
}

/** Paid physical orders of two lines, an hour old each. */
export function addOrders(simulator: Simulator, orders: number): void {
  const date_created = Date.now() - 3_600_000;
  for (let order = 0; order < orders; order += 1) {
    simulator.orders.add({ status_id: 11, date_created, lines: [{}, {}] });
  }
}

/** Waits until every order's PUT is answered. It checks every 500 ms, because the simulator shares this process. */
export async function drained({ log }: Simulator, orders: number): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (log.count('PUT /orders/{id}') < orders || log.inFlight() > 0) {
    if (Date.now() > deadline) throw new Error(`Not drained within ${DEADLINE_MS / 1000} s.`);
    await sleep(500);
  }
}

function report({ log }: Simulator, enqueued: number, print: Print, limits: Limits): void {
  const perOrder = log.count() / ORDERS;
  const startedAt = Math.min(...log.of('GET /orders/{id}').map((call) => call.startedAt));
  const ended = Math.max(...log.of('PUT /orders/{id}').map(({ endedAt }) => endedAt ?? Number.NaN));
  const endpoints = [...new Set(log.entries.map(({ endpoint }) => endpoint))];
  const inFlight = Math.max(...endpoints.map((endpoint) => log.maxInFlight(endpoint)));
  const times = (ended - startedAt) / FLOOR_MS;
  limits.atMost(MAX_CALLS_PER_ORDER, perOrder, 'BigCommerce calls per order');
  limits.atMost(WORKERS, inFlight, 'calls in flight per endpoint');
  limits.atMost(MAX_TIMES_FLOOR, times, 'time of a drain, times its floor');
  print(
    `Draining a poll of ${enqueued} physical orders at ${LATENCY_MS} ms API latency, ${WORKERS} workers:`,
  );
  print(
    `  ${perOrder.toFixed(3)} BigCommerce calls per order, the poll included (at most ${MAX_CALLS_PER_ORDER})`,
  );
  print(`  ${inFlight} calls in flight at most per endpoint (at most ${WORKERS})`);
  print(
    `  ${((ended - startedAt) / 1000).toFixed(1)} s, ${times.toFixed(2)} times the floor of ${FLOOR_MS / 1000} s ` +
      `(at most ${MAX_TIMES_FLOOR} times)`,
  );
}
