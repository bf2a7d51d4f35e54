// The step `read`: reads the order from the store, and rejects a read that is older than a version that is already known.
import { BigCommerceError } from '../shared/runtime/errors';
import { contentDigest } from '../shared/order/content';
import type { Read, Snapshot } from '../shared/order/order';
import type { Store } from '../shared/bigcommerce/client';
import type { OrdersTable } from '../shared/tables/orders';
import type { Log } from '../shared/runtime/log';
import { ACCEPT_ABSENCE_RECEIVE } from './attempt';
import type { Attempt, Look, ToDecide, ToRead } from './attempt';
import { whyStale } from './stale';

/** From this receive on, a read that looks stale is accepted: the store's clock may have been set back. */
const ACCEPT_STALE_RECEIVE = 10;

export interface ReadDeps {
  readonly adapters: {
    readonly store: Pick<Store, 'getOrder'>;
    readonly orders: Pick<OrdersTable, 'find'>;
    readonly log: Pick<Log, 'warn'>;
  };
}

/** Reads the order, or continues with the read of the previous round. Throws BigCommerceError if the read is too old to act on. */
export async function readOrder(state: ToRead, attempt: Attempt, deps: ReadDeps): Promise<ToDecide> {
  const { read, earlier } = state.look ?? (await firstLook(attempt.lease.orderId, deps));
  attempt.effects.addRead(read.order);
  if (read.order !== undefined) {
    refuseStale(read, earlier, attempt, deps);
    refuseUnchanged(read, attempt);
  }
  return { step: 'decide', read, earlier };
}

async function firstLook(orderId: number, { adapters: { store, orders } }: ReadDeps): Promise<Look> {
  const [read, earlier] = await Promise.all([store.getOrder(orderId), orders.find(orderId)]);
  return { read, earlier };
}

/** Throws if a newer version than this read is known. From the tenth receive on, the read is accepted. */
function refuseStale(read: Read, earlier: Snapshot | undefined, attempt: Attempt, deps: ReadDeps): void {
  const { reference, row, effects, message } = attempt;
  const reason = whyStale(read, { reference, row, earlier, answer: effects.answer });
  if (reason === undefined) return;
  const { id: orderId } = read.order;
  const { receiveCount } = message;
  const text = `The store shows an old version of order ${orderId}: ${reason}.`;
  if (receiveCount < ACCEPT_STALE_RECEIVE) throw new BigCommerceError(text, 'retryable');
  deps.adapters.log.warn('order.stale_read_accepted', { orderId, receiveCount, text });
}

/**
 * Throws if a list showed new content but this read shows the stored content: the read may lag behind the list. From the
 * third receive on, the read is accepted, because lists and reads may differ permanently.
 */
function refuseUnchanged({ order }: Read, { reference: { listedDigest }, row, message }: Attempt): void {
  const isNewContent = listedDigest !== undefined && listedDigest !== row.listed_digest;
  if (!isNewContent || message.receiveCount >= ACCEPT_ABSENCE_RECEIVE) return;
  const digest = contentDigest(order);
  if (digest === undefined || digest !== row.content_digest || digest === listedDigest) return;
  const text = `A list shows other content of order ${order.id} than this read; the read is accepted at the third receive.`;
  throw new BigCommerceError(text, 'retryable');
}
