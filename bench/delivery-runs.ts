// The orders of a measurement, and the two ways to bring them into the ERP: by the worker, and by its calls alone.
import { deliverBatch } from '../lambda/deliver-orders/batch';
import { buildSalesOrder } from '../lambda/shared/delivery/build-sales-order';
import type { SalesOrder } from '../lambda/shared/delivery/sales-order';
import type { Erp } from '../lambda/shared/erp/erp';
import type { Snapshot } from '../lambda/shared/order/order';
import { iso } from '../lambda/shared/runtime/time';
import { createStore } from '../simulator/index';
import type { DeliveryWorld } from './delivery-world';

/** So long a write may take to leave after its intent. */
const LEAVES_WITHIN_MS = 2_000;

/** A paid physical order of two lines as it is stored; every order has the same lines and address. */
export function snapshotOf(id: number, customerId: number): Snapshot {
  const store = createStore({ seed: 1 });
  const made = store.orders.add({ status_id: 11, date_created: Date.now() - 3_600_000, lines: [{}, {}] });
  const readAt = iso(Date.now());
  const snapshot = {
    ...made,
    id,
    customer_id: customerId,
    products: store.orders.lines(made.id),
    shipping_addresses: store.orders.addresses(made.id),
    coupons: store.orders.coupons(made.id),
    replication: { state: 'copied', source: 'poll', seen_at: readAt, read_at: readAt, status_before: 11 },
  };
  return snapshot as unknown as Snapshot;
}

/** One invocation of the worker; returns the milliseconds of an order that are not the ERP's. Throws if one is not delivered. */
export async function deliver(
  world: DeliveryWorld,
  snapshots: readonly Snapshot[],
  worker: string,
): Promise<number> {
  const messages = snapshots.map(({ id }) => {
    const body = JSON.stringify({ orderId: id, seenAt: iso(Date.now()) });
    return { messageId: `m${id}`, receiptHandle: `r${id}`, body };
  });
  for (const { id, replication } of snapshots) {
    await world.deliveries.tell(id, replication.read_at, Date.now());
  }
  const byId = new Map(snapshots.map((one) => [one.id, one]));
  const { deps, inErpMs } = world.invocationOf(worker, byId);
  const startedAt = Date.now();
  await deliverBatch(messages, deps);
  const ownMs = (Date.now() - startedAt - inErpMs()) / snapshots.length;
  for (const { id } of snapshots) {
    const row = await world.deliveries.find(id);
    if (row?.state !== 'delivered') {
      throw new Error(`Order ${id} is ${row?.state} ${row?.reason ?? row?.last_error ?? ''}.`);
    }
  }
  return ownMs;
}

/** The calls of the worker without anything around them. */
export async function callAlone(world: DeliveryWorld, snapshots: readonly Snapshot[]): Promise<void> {
  const erp = world.connect();
  for (const snapshot of snapshots) {
    const built = buildSalesOrder(snapshot, world.mapping.mapping);
    if (built.kind === 'hold') throw new Error(`Order ${snapshot.id} is held: ${built.reason}.`);
    await createAndConfirm(erp, built.document);
  }
}

async function createAndConfirm(erp: Erp, document: SalesOrder): Promise<void> {
  const soon = () => Date.now() + LEAVES_WITHIN_MS;
  const { party, billing, shipping } = document;
  await erp.findOrders([document.ref]);
  await erp.findCustomers(party);
  const addresses = [billing].concat(shipping.map(({ address }) => address));
  const customer = await erp.createCustomer(party, addresses, soon());
  await erp.prepare(document, customer);
  let order = await erp.createDraft(document, customer, soon());
  while (order.state === 'draft') order = await erp.confirm(order, document, soon());
}
