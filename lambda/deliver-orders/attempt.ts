// The types of one attempt at a delivery: its input, the states between the steps, and its end.
import type { DeliveryReason } from '../shared/delivery/reasons';
import type { DeliveryReference } from '../shared/delivery/delivery-reference';
import type { DeliveryRow, DeliveryState } from '../shared/delivery/delivery-row';
import type { ErpOrder } from '../shared/delivery/erp-order';
import type { GateWord } from '../shared/delivery/gate';
import type { SalesOrder } from '../shared/delivery/sales-order';
import type { Snapshot } from '../shared/order/order';
import type { DeliveryLease } from '../shared/tables/deliveries';

export interface Attempt {
  readonly reference: DeliveryReference;
  readonly lease: DeliveryLease;
}

/** Each state names the next step. */
export type State = ToRead | ToAdmit | ToFind | ToCreate | ToWrite | Ended;

interface WithRow {
  /** The row as this attempt last wrote or read it. */
  readonly row: DeliveryRow;
}

export interface ToRead extends WithRow {
  readonly step: 'read';
}

/** What the store says of the order; the document is missing where the gate or the store's figures allow none. */
export interface StoreSide extends WithRow {
  readonly snapshot: Snapshot | undefined;
  readonly word: GateWord;
  readonly document: SalesOrder | undefined;
}

export interface ToAdmit extends StoreSide {
  readonly step: 'admit';
}

export interface ToFind extends StoreSide {
  readonly step: 'find';
  /** The ERP has just said that the reference is taken: what it does not show is not created again in this attempt. */
  readonly isDuplicate?: boolean;
}

/** A look at the ERP. Times are epoch milliseconds. */
export interface Look {
  /** When the look was asked for: an intent is settled only if it was over by then, and a write rests on a recent look. */
  readonly askedAt: number;
}

export interface ToCreate extends StoreSide {
  readonly step: 'create';
  readonly document: SalesOrder;
  readonly look: Look;
}

/** A write to an order that is in the ERP. */
export interface ToWrite extends StoreSide {
  readonly step: 'rewrite' | 'amend' | 'cancel' | 'confirm';
  readonly order: ErpOrder;
  readonly look: Look;
  /** This attempt has prepared a write of the document already. */
  readonly isPrepared?: boolean;
}

export interface Ended extends WithRow {
  readonly step: 'end';
  readonly end: End;
}

export type End = Recorded | Postponed | Lost;

/** The order's state is decided. */
export interface Recorded {
  readonly kind: 'recorded';
  readonly state: DeliveryState;
  readonly reason?: DeliveryReason | undefined;
  readonly detail?: string | undefined;
  readonly snapshot: Snapshot | undefined;
  readonly document?: SalesOrder | undefined;
  /** The digest of the version that the state rests on; undefined if the end looked at none. */
  readonly judged?: string | undefined;
  /** The order as it was just seen in the ERP; undefined leaves `erp` as it is. */
  readonly order?: ErpOrder | undefined;
  /** Whether the order shows what we sent: only then `erp.seen` is taken from it. */
  readonly isOurs?: boolean;
  /** Whether the intent stays: the ERP was not asked, or may still be working. */
  readonly keepsIntent?: boolean;
  readonly kept?: boolean;
  /** What would be written if the mode were `live`. */
  readonly shadow?: readonly string[];
}

/** The row is due again. */
export interface Postponed {
  readonly kind: 'postponed';
  /** Epoch milliseconds. */
  readonly dueAt: number;
  /** Why, for the log. */
  readonly why: string;
  /** A failure that counts toward the back-off: class and code, without values. */
  readonly failure?: string | undefined;
}

/** Another worker has the lease by now: nothing is written. */
export interface Lost {
  readonly kind: 'lost';
}

/** Is the end of an attempt. */
export const ended = (row: DeliveryRow, end: End): Ended => ({ step: 'end', row, end });
