// From the read of a new order to its delivery on the deployed stacks, one order at a time: what of it is not the ERP's.
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryRow } from '../lambda/shared/delivery/delivery-row';
import { createDeliveries } from '../lambda/shared/tables/deliveries';
import { startErpProxy } from '../scripts/local/erp-proxy';
import type { ErpOperation, ErpProxy } from '../scripts/local/erp-proxy';
import { deliveryParameters } from '../scripts/local/local-erp';
import { startTryton } from '../scripts/local/tryton';
import type { Print } from '../scripts/terminal/command';
import { median, withDeployed } from './deployed';
import type { BenchDeployment } from './deployed';
import { addOrders } from './drain';
import type { Limits } from './limits';

const MAX_MS = 2_000;
const DEADLINE_MS = 120_000;

/** Stores and delivers so many orders after a first one, which starts the containers, and prints the median. */
export async function measureLatency(print: Print, limits: Limits, orders = 20): Promise<void> {
  const tryton = await startTryton();
  const proxy = await startErpProxy(tryton.url);
  const inErp = stopwatch(proxy);
  try {
    const delivery = deliveryParameters({ ...tryton, url: proxy.url });
    await withDeployed({ latencyMs: 0, delivery }, async (deployed) => {
      const times: number[] = [];
      for (let order = 0; order <= orders; order += 1) {
        inErp.reset();
        const { delivered, wanted_read_at: readAt = '' } = await deliverNext(deployed);
        const ms = Date.parse(delivered?.at ?? '') - Date.parse(readAt) - inErp.ms();
        if (order > 0) times.push(ms);
      }
      limits.atMost(MAX_MS, median(times), 'ms from an order to its delivery that are not the ERP’s');
      print(
        `From the read of an order to its delivery, with empty queues, ${orders} orders one after the other:`,
      );
      print(`  ${median(times).toFixed(0)} ms more than the ERP itself takes (median; at most ${MAX_MS} ms)`);
    });
  } finally {
    await proxy.stop();
    await tryton.stop();
  }
}

/** Adds an order to the store, polls, and returns the row once it is delivered. */
async function deliverNext({ simulator, clients, stack }: BenchDeployment): Promise<DeliveryRow> {
  addOrders(simulator, 1);
  const orderId = simulator.orders.all().at(-1)?.id ?? 0;
  const tableName = stack.delivery?.outputs['DeliveriesTableName'] ?? '';
  const deliveries = createDeliveries(clients.documents, tableName);
  await stack.poll();
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const row = await deliveries.find(orderId);
    if (row?.state === 'delivered' && row.due === undefined) return row;
    if (Date.now() > deadline) {
      throw new Error(`Order ${orderId} is ${row?.state ?? 'not known'} after ${DEADLINE_MS / 1_000} s.`);
    }
    await sleep(200);
  }
}

const OPERATIONS: readonly ErpOperation[] = [
  'find',
  'create customer',
  'create address',
  'create order',
  'quote',
  'confirm',
  'rewrite',
  'cancel',
  'read',
  'another write',
];

/** How long the calls have taken since the last reset: one worker calls at a time. */
function stopwatch(proxy: ErpProxy) {
  let ms = 0;
  let startedAt = 0;
  const before = () => void (startedAt = Date.now());
  const after = () => void (ms += Date.now() - startedAt);
  for (const operation of OPERATIONS) proxy.add({ operation, times: Infinity, before, after });
  return { ms: () => ms, reset: () => void (ms = 0) };
}
