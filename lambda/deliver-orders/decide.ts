// What the ERP shows of an order, next to what the store has: which step comes next. Pure.
import { compareWithErp } from '../shared/delivery/compare';
import type { DeliveryRow, Intent } from '../shared/delivery/delivery-row';
import { digestOfLines, digestOfSeen } from '../shared/delivery/digests';
import { sentLines } from '../shared/delivery/sent-lines';
import type { ErpOrder } from '../shared/delivery/erp-order';
import { decideOurs, isOnItsWay } from './decide-ours';
import { isKeptVersion } from './version';
import { end } from './verdict';
import type { Found, Verdict } from './verdict';

/** Chooses the next step. The first row that matches decides. */
export function decide(found: Found): Verdict {
  const live = found.found.filter(({ state }) => state !== 'cancelled');
  if (live.length > 1) {
    const detail = live.map(({ id, number }) => number ?? id).join(', ');
    return end('held', 'several-in-erp', { detail, keepsIntent: isOpen(found) });
  }
  const order = live[0] ?? newestOf(found);
  const { intent } = found.row;
  if (intent !== undefined && isOpen(found) && !showsEffect(intent, order, found.row)) {
    return mayAskAgain(intent, order, found) ?? { kind: 'wait', until: Date.parse(intent.until) };
  }
  if (order === undefined) return decideAbsent(found);
  if (isCancelledOnBothSides(order, found)) return end('cancelled', undefined, { order });
  if (isKept(order, found)) return end('delivered', 'kept', { order, kept: true });
  if (found.row.kept === true) return decideOtherThanKept(order, found);
  if (!isOurs(order, found)) {
    return found.row.erp === undefined
      ? end('held', 'reference-taken', { detail: order.number ?? order.id })
      : end('held', 'changed-in-erp', { detail: order.number ?? order.id });
  }
  return decideOurs(order, found);
}

/** Whether the ERP may still have been working on the intent when the find began. */
const isOpen = ({ row: { intent }, askedAt }: Found): boolean =>
  intent !== undefined && Date.parse(intent.until) >= askedAt;

/**
 * Of cancelled orders the one that the row knows, else the one under the newest reference. Those under an earlier reference were
 * given up when a person had the order created again.
 */
function newestOf({ found, refs, row }: Found): ErpOrder | undefined {
  const earlier = refs.slice(0, -1);
  const known = found.find(({ id }) => id === row.erp?.id);
  return known ?? found.find(({ reference }) => !earlier.includes(reference));
}

/** Whether what is found can only be so because the intended write has landed. */
function showsEffect(intent: Intent, order: ErpOrder | undefined, { erp }: DeliveryRow): boolean {
  if (order === undefined) return false;
  const showsLines = digestOfLines(order.lines) === intent.lines;
  switch (intent.step) {
    case 'order':
      return showsLines;
    case 'rewrite':
    case 'amend':
      // The order looked different before: a write of the same lines, with another address, leaves no trace that we compare.
      return showsLines && digestOfSeen(order) !== erp?.seen;
    case 'confirm':
      return order.state !== 'draft';
    case 'cancel':
      return order.state === 'cancelled';
  }
}

/**
 * An ERP that refuses a second create may be asked again immediately for the very same document and lines: whichever request lands,
 * the order shows what the intent says.
 */
function mayAskAgain(intent: Intent, order: ErpOrder | undefined, found: Found): Verdict | undefined {
  const { document, word, orderKey, row, mapping } = found;
  const isSame =
    intent.step === 'order' &&
    intent.digest === document?.digest &&
    intent.lines === digestOfLines(sentLines(document, mapping));
  const isCreate = isSame && order === undefined && row.erp === undefined && word === 'deliver';
  return isCreate && orderKey === 'refuses' && row.refs?.at(-1) === document.ref
    ? { kind: 'create', document }
    : undefined;
}

/** The ERP shows no such order, and nothing of ours can still arrive. */
function decideAbsent({ row, word, document }: Found): Verdict {
  if (row.erp !== undefined) {
    return word === 'void' ? end('cancelled') : end('held', 'gone-from-erp');
  }
  switch (word) {
    case 'deliver':
      // Without a document the order was held before the find.
      return document === undefined ? end('held', 'unusable-order') : { kind: 'create', document };
    case 'by-person':
    case 'refunded':
    case 'erased':
      return end('held', word);
    default:
      return end('excluded', word);
  }
}

/** Whatever staff made of it before, nothing is left to decide. */
const isCancelledOnBothSides = (order: ErpOrder, { row, word }: Found): boolean =>
  word === 'void' && order.state === 'cancelled' && row.erp?.id === order.id;

/** A person's word covers the version that was held, and no other. */
const isKept = (order: ErpOrder, found: Found): boolean =>
  order.state !== 'cancelled' && isKeptVersion(found);

/** A person's word is for another version. What the ERP has is not ours, so that nothing of it is remembered as such. */
function decideOtherThanKept(order: ErpOrder, { word, row }: Found): Verdict {
  switch (word) {
    case 'archived':
      return isOnItsWay(order.state) && row.state === 'delivered'
        ? end('delivered', row.reason)
        : end('held', word, { order });
    case 'in-question':
    case 'refunded':
    case 'erased':
    case 'no-snapshot':
      return end('held', word, { order });
    default: {
      // Nothing lives there whose version could stand.
      const isGone = order.state === 'cancelled' && word !== 'void';
      return end('held', isGone ? 'cancelled-in-erp' : 'edited-after-keep', { order });
    }
  }
}

/** Whether the order is the one that we wrote, and shows what we sent or what the store has. */
function isOurs(order: ErpOrder, { row, refs, document, mapping }: Found): boolean {
  const { erp, intent } = row;
  if (order.reference !== refs.at(-1) || (erp !== undefined && erp.id !== order.id)) return false;
  if (erp?.seen !== undefined && digestOfSeen(order) === erp.seen) return true;
  if (intent !== undefined && digestOfLines(order.lines) === intent.lines) return true;
  return document !== undefined && compareWithErp(document, mapping, order).kind === 'equal';
}
