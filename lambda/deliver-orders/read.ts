// Steps 2 to 5: reads the snapshot, asks the gate, builds the document, and ends where the ERP need not be asked.
import { buildSalesOrder } from '../shared/delivery/build-sales-order';
import { isUntouched } from '../shared/delivery/delivery-row';
import { gateWord } from '../shared/delivery/gate';
import type { GateWord } from '../shared/delivery/gate';
import type { DeliveryReason } from '../shared/delivery/reasons';
import type { SalesOrder } from '../shared/delivery/sales-order';
import { Status } from '../shared/order/status';
import type { Snapshot } from '../shared/order/order';
import { HOUR_MS } from '../shared/runtime/time';
import type { Attempt, End, Ended, StoreSide, ToAdmit, ToRead } from './attempt';
import { ended } from './attempt';
import { heldBy } from './outcome';
import { isKeptVersion, digestOfVersion } from './version';
import type { FlowDeps } from './settings';

/** A snapshot that is only `stored` is about to be finished by replication; that is reported as well. */
const UNFINISHED_WAIT_MS = 60_000;

/** Reads the order as it is stored, and decides what can be decided without the ERP. */
export async function readOrder(
  { row }: ToRead,
  { lease: { orderId } }: Attempt,
  deps: FlowDeps,
): Promise<ToAdmit | Ended> {
  const snapshot = await deps.adapters.orders.find(orderId);
  const waitMs = unfinishedWait(snapshot, deps.invocation.now());
  if (waitMs !== undefined) {
    const dueAt = deps.invocation.now() + waitMs;
    return ended(row, { kind: 'postponed', dueAt, why: 'replication-unfinished' });
  }
  const { mapping, createdFrom } = deps.policy;
  const deliver = mapping.mapping.payment.deliver;
  const word = gateWord(snapshot, row, { deliver, createdFrom });
  const early = endBeforeDocument(word, { row, snapshot });
  if (early !== undefined) return ended(row, early);
  const built = snapshot === undefined ? undefined : buildSalesOrder(snapshot, mapping.mapping);
  if (built?.kind === 'hold' && needsDocument(word)) {
    const { reason, detail } = built;
    return ended(row, { ...heldBy(reason, detail), snapshot });
  }
  const document = built?.kind === 'document' ? built.document : undefined;
  const side: StoreSide = { row, snapshot, word, document: document && withReference(document, row) };
  const known = endOfKnown(side);
  return known === undefined ? { ...side, step: 'admit' } : ended(row, known);
}

/** How long to wait for the end of the order's replication; undefined if it need not be waited for. */
function unfinishedWait(snapshot: Snapshot | undefined, now: number): number | undefined {
  if (snapshot?.replication.state !== 'stored') return undefined;
  const age = now - Date.parse(snapshot.replication.read_at);
  if (age <= HOUR_MS) return UNFINISHED_WAIT_MS;
  return snapshot.status_id === Status.AwaitingPayment ? HOUR_MS : undefined;
}

interface Before {
  readonly row: StoreSide['row'];
  readonly snapshot: Snapshot | undefined;
}

/** An untouched row ends as the gate says. Of the others only a hold ends here: an order may be in the ERP. */
function endBeforeDocument(word: GateWord, { row, snapshot }: Before): End | undefined {
  const held = (reason: DeliveryReason): End => ({ ...heldBy(reason), snapshot });
  if (word === 'by-person' || (word === 'refunded' && isUntouched(row))) return held(word);
  if (word === 'no-snapshot' && isEnded(row)) return unchanged(row, snapshot);
  if (!isUntouched(row) || word === 'deliver') return undefined;
  if (word === 'erased') return held(word);
  return { kind: 'recorded', state: 'excluded', reason: word, snapshot };
}

/** Whether the state of a row that is in the ERP is an end; an attempt that was not finished may have left an older state. */
const isEnded = (row: StoreSide['row']): boolean =>
  !isUntouched(row) && row.intent === undefined && row.state !== 'waiting' && row.state !== 'excluded';

/** The row's state stands; it has now looked at this snapshot. */
function unchanged(row: StoreSide['row'], snapshot: Snapshot | undefined): End {
  const { state, reason, detail, judged } = row;
  return { kind: 'recorded', state, reason, detail, snapshot, judged, keepsIntent: true };
}

/** Words under which the ERP's order is compared with the document, or written. */
const needsDocument = (word: GateWord): boolean =>
  word === 'deliver' || word === 'before-start' || word === 'erased';

/** A row that was created again in the ERP has a newer reference than the mapping's first one. */
function withReference(document: SalesOrder, { refs }: StoreSide['row']): SalesOrder {
  const newest = refs?.at(-1);
  return newest === undefined ? document : { ...document, ref: newest };
}

/** What the store holds is in the ERP already: our own write-back and mere moves of the status end here. A refund needs a person. */
function endOfKnown(side: StoreSide): End | undefined {
  const { row, snapshot, word, document } = side;
  const { delivered, kept = false } = row;
  const isAtRest = row.state === 'delivered' && row.intent === undefined;
  if (isKeptVersion(side)) return isAtRest && kept ? unchanged(row, snapshot) : undefined;
  if (word === 'refunded') return { ...heldBy(word), snapshot, document, judged: digestOfVersion(side) };
  if (!isAtRest) return undefined;
  if (word === 'payment-open') return unchanged(row, snapshot);
  if (word === 'erased' && delivered?.bare === document?.bare) return unchanged(row, snapshot);
  const isSame = !kept && delivered !== undefined && delivered.digest === document?.digest;
  return isSame && (word === 'deliver' || word === 'before-start') ? unchanged(row, snapshot) : undefined;
}
