// preview: the document of an order and what the adapter would send, for a person to read. Nothing is sent.
import { buildSalesOrder } from '../shared/delivery/build-sales-order';
import { gateWord } from '../shared/delivery/gate';
import type { LoadedMapping } from '../shared/delivery/mapping';
import type { Preview } from '../shared/delivery/task-results';
import type { TaskDeps } from './task-deps';

export interface OrderToPreview {
  readonly orderId: number;
  readonly mapping: LoadedMapping;
}

/** Builds the document as a worker would now, whatever the gate says. */
export async function preview(
  { orderId, mapping: { mapping } }: OrderToPreview,
  { adapters, policy }: TaskDeps,
): Promise<Preview> {
  const [snapshot, row] = await Promise.all([
    adapters.orders.find(orderId),
    adapters.deliveries.find(orderId),
  ]);
  if (snapshot === undefined) return { orderId, kind: 'no-snapshot' };
  const deliver = mapping.payment.deliver;
  const word = gateWord(snapshot, row ?? {}, { deliver, createdFrom: policy.createdFrom });
  const built = buildSalesOrder(snapshot, mapping);
  if (built.kind === 'hold') return { orderId, word, ...built };
  const document = { ...built.document, ref: row?.refs?.at(-1) ?? built.document.ref };
  return { orderId, kind: 'document', word, document, sends: adapters.erpWith(mapping).preview(document) };
}
