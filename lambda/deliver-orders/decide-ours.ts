// An order in the ERP that is ours: what its state there and the change in the store lead to. Rows of two tables.
import { compareWithErp } from '../shared/delivery/compare';
import { digestOfLines, digestOfSeen } from '../shared/delivery/digests';
import type { ErpOrder, ErpState } from '../shared/delivery/erp-order';
import { parseAmount } from '../shared/delivery/money';
import type { SalesOrder } from '../shared/delivery/sales-order';
import { end } from './verdict';
import type { Found, Verdict } from './verdict';

/** Chooses the next step by the gate's word first. */
export function decideOurs(order: ErpOrder, found: Found): Verdict {
  const { word, row, document } = found;
  switch (word) {
    case 'void':
      return decideVoid(order, found);
    case 'archived':
      return isOnItsWay(order.state) && row.state === 'delivered'
        ? end('delivered', row.reason)
        : end('held', 'archived', { order, isOurs: true });
    case 'payment-open':
      if (order.state === 'draft' || document === undefined)
        return end('held', word, { order, isOurs: true });
      return isErased(found) ? decideErased(order, found) : decideLiving(order, document, found);
    case 'deliver':
    case 'before-start':
      if (isErased(found)) return decideErased(order, found);
      return document === undefined
        ? end('held', 'unusable-order', { order, isOurs: true })
        : decideLiving(order, document, found);
    case 'erased':
      return decideErased(order, found);
    default:
      return end('held', word, { order, isOurs: true });
  }
}

/** Another word of the gate may come before `erased`. */
const isErased = ({ snapshot }: Found): boolean => snapshot?.replication.erased_at !== undefined;

/** An order without its people is never written: it stays as it was delivered, or waits for a person. */
const decideErased = (order: ErpOrder, found: Found): Verdict =>
  isStillDelivered(order, found)
    ? end('delivered', undefined, { order, isOurs: true })
    : end('held', 'erased', { order, isOurs: true });

/** Whether nothing but people and addresses is missing of what was delivered. */
function isStillDelivered({ state }: ErpOrder, { row: { delivered }, document }: Found): boolean {
  const isSame = delivered !== undefined && delivered.bare === document?.bare;
  return isSame && state !== 'draft' && state !== 'cancelled';
}

/** Whether it is shipped or invoiced. */
export const isOnItsWay = (state: ErpState): boolean =>
  state === 'shipped' || state === 'invoiced' || state === 'done';

/** The order is cancelled in the store. */
function decideVoid(order: ErpOrder, { canCancel }: Found): Verdict {
  if (order.state === 'cancelled') return end('cancelled', undefined, { order, isOurs: true });
  if (isOnItsWay(order.state)) return end('held', 'cancelled-after-shipping', { order, isOurs: true });
  return canCancel
    ? { kind: 'cancel', order }
    : end('held', 'cancelled-after-confirm', { order, isOurs: true });
}

/** The order lives in the store. */
function decideLiving(order: ErpOrder, document: SalesOrder, found: Found): Verdict {
  if (order.state === 'cancelled') return end('held', 'cancelled-in-erp', { order, isOurs: true });
  const compared = compareWithErp(document, found.mapping, order);
  const isUnchanged = isSentFor(order, document, found.row, compared.kind === 'equal');
  if (order.state === 'draft') {
    if (!isUnchanged || compared.kind === 'other-lines') return { kind: 'rewrite', order };
    return compared.kind === 'equal'
      ? { kind: 'confirm', order }
      : end('held', 'totals-differ', { order, isOurs: true, detail: compared.detail });
  }
  if (isUnchanged) {
    if (compared.kind === 'equal' || isSameTotal(order, document)) {
      return end('delivered', undefined, { order, isOurs: true });
    }
    return end('held', 'totals-differ', { order, isOurs: true, detail: compared.detail });
  }
  if (order.state === 'confirmed' && found.canAmend) return { kind: 'amend', order };
  const reason = order.state === 'confirmed' ? 'edited-after-confirm' : 'edited-after-shipping';
  const detail = compared.kind === 'equal' ? undefined : compared.detail;
  return end('held', reason, { order, isOurs: true, detail });
}

/** Whether what the order shows was sent for this very version of the store's order; an adopted one shows the document itself. */
function isSentFor(
  order: ErpOrder,
  document: SalesOrder,
  { erp, intent }: Found['row'],
  isEqual: boolean,
): boolean {
  const sentFor =
    erp?.seen !== undefined && digestOfSeen(order) === erp.seen
      ? erp.digest
      : intent !== undefined && digestOfLines(order.lines) === intent.lines
        ? intent.digest
        : undefined;
  if (sentFor === document.digest) return true;
  const isIncomparable = sentFor === undefined || versionOf(sentFor) !== versionOf(document.digest);
  return isIncomparable && isEqual;
}

const versionOf = (digest: string): string => digest.slice(0, digest.indexOf(':'));

/**
 * A confirmed order that shows what was sent for this version differs only because the mapping has changed since: the money is the
 * store's, whatever the items are called.
 */
function isSameTotal(order: ErpOrder, document: SalesOrder): boolean {
  const isSame = parseAmount(order.totals.total) === parseAmount(document.totals.gross);
  return isSame && order.currency === document.currency;
}
