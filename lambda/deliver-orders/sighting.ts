// What a row keeps of an order that was seen in the ERP.
import { digestOfLines, digestOfSeen } from '../shared/delivery/digests';
import type { DeliveryRow, Sighting } from '../shared/delivery/delivery-row';
import type { ErpOrder } from '../shared/delivery/erp-order';
import type { SalesOrder } from '../shared/delivery/sales-order';

interface Known {
  /** Whether the order shows what we sent, or the document itself: only then its look and its version are remembered. */
  readonly isOurs: boolean;
  readonly document: SalesOrder | undefined;
}

/** The row's sighting after this look; what staff made of the order never replaces what we know of our own. */
export function sightingOf(
  order: ErpOrder,
  { erp, intent }: DeliveryRow,
  { isOurs, document }: Known,
): Sighting {
  const { id, number, state, totals } = order;
  const plain = { id, ...(number === undefined ? {} : { number }), state, total: totals.total };
  const seen = digestOfSeen(order);
  if (!isOurs || seen === erp?.seen) return { ...earlier(erp), ...plain };
  const isIntended = intent !== undefined && digestOfLines(order.lines) === intent.lines;
  const digest = isIntended ? intent.digest : document?.digest;
  return { ...plain, seen, ...(digest === undefined ? {} : { digest }) };
}

function earlier(erp: Sighting | undefined): Pick<Sighting, 'seen' | 'digest'> {
  const { seen, digest } = erp ?? {};
  return { ...(seen === undefined ? {} : { seen }), ...(digest === undefined ? {} : { digest }) };
}
