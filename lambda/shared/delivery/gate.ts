// The gate: whether an order may be delivered, by the store's side alone. Rows of one table, the first match decides.
import type { Snapshot } from '../order/order';
import { Status } from '../order/status';
import { isRow } from '../runtime/json';
import { parseDate } from '../runtime/time';
import type { DeliveryRow } from './delivery-row';
import type { Mapping } from './mapping';

/**
 * What the gate says. `deliver`: it may be in the ERP, and if it is not, it is created. Each other word is a reason why the order
 * is not created; what it means for an order that is in the ERP is decided after the find.
 */
export type GateWord =
  | 'deliver'
  | 'by-person'
  | 'no-snapshot'
  | 'void'
  | 'archived'
  | 'in-question'
  | 'refunded'
  | 'payment-open'
  | 'before-start'
  | 'erased';

export interface GatePolicy {
  readonly deliver: Mapping['payment']['deliver'];
  /** Epoch milliseconds; undefined for every order. */
  readonly createdFrom: number | undefined;
}

/** Incomplete, Pending, Cancelled, Declined. */
const NEVER_DELIVERED: ReadonlySet<number> = new Set([
  Status.Incomplete,
  Status.Pending,
  Status.Cancelled,
  Status.Declined,
]);
const IN_QUESTION: ReadonlySet<number> = new Set([Status.ManualVerificationRequired, Status.Disputed]);
const REFUNDED: ReadonlySet<number> = new Set([Status.Refunded, Status.PartiallyRefunded]);
const REFUNDED_PAYMENTS: ReadonlySet<string> = new Set(['refunded', 'partially refunded']);
const AUTHORIZED_PAYMENTS: ReadonlySet<string> = new Set(['authorized', 'capture pending']);

/** The gate's word for an order as it is stored, and for a person's hold. */
export function gateWord(
  snapshot: Snapshot | undefined,
  { hold }: Pick<DeliveryRow, 'hold'>,
  policy: GatePolicy,
): GateWord {
  if (hold !== undefined) return 'by-person';
  if (snapshot === undefined) return 'no-snapshot';
  if (NEVER_DELIVERED.has(snapshot.status_id) || snapshot.replication.gone === true) return 'void';
  if (snapshot.is_deleted === true) return 'archived';
  if (IN_QUESTION.has(snapshot.status_id)) return 'in-question';
  if (isRefunded(snapshot)) return 'refunded';
  if (isPaymentOpen(snapshot, policy.deliver)) return 'payment-open';
  if (isBeforeStart(snapshot, policy.createdFrom)) return 'before-start';
  return snapshot.replication.erased_at === undefined ? 'deliver' : 'erased';
}

/** `refunded_amount` is always 0, so that statuses, the payment and the lines tell. */
function isRefunded(snapshot: Snapshot): boolean {
  return (
    REFUNDED.has(snapshot.status_id) ||
    REFUNDED_PAYMENTS.has(paymentStatus(snapshot)) ||
    snapshot.products.some((line) => isRow(line) && Number(line.quantity_refunded ?? 0) > 0)
  );
}

function isPaymentOpen(snapshot: Snapshot, deliver: GatePolicy['deliver']): boolean {
  if (snapshot.status_id !== Status.AwaitingPayment || deliver === 'always') return false;
  return deliver === 'paid' || !AUTHORIZED_PAYMENTS.has(paymentStatus(snapshot));
}

/** An order whose date cannot be read is not taken for an old one: the document holds it, named. */
function isBeforeStart(snapshot: Snapshot, createdFrom: number | undefined): boolean {
  const createdAt = parseDate(snapshot.date_created);
  return createdFrom !== undefined && createdAt !== undefined && createdAt < createdFrom;
}

function paymentStatus({ payment_status: status }: Snapshot): string {
  return typeof status === 'string' ? status.toLowerCase() : '';
}
