// A row of the Deliveries table: the truth about one order's delivery. Times are ISO texts.
import type { DeliveryReason } from './reasons';
import type { ErpState } from './erp-order';

export type DeliveryState = 'waiting' | 'delivered' | 'held' | 'excluded' | 'cancelled';

/** What is about to be written, and until when the ERP may still be working on it. */
export interface Intent {
  readonly step: 'order' | 'rewrite' | 'confirm' | 'amend' | 'cancel';
  /** The digest of the document that it is written for. */
  readonly digest: string;
  /** Digest of the lines as sent. */
  readonly lines: string;
  readonly until: string;
}

/** The sales order in the ERP, as last seen. */
export interface Sighting {
  readonly id: string;
  readonly number?: string;
  readonly state: ErpState;
  readonly total: string;
  /** Digest of currency, lines and totals, taken only from an order that shows what we sent. */
  readonly seen?: string;
  /** The digest of the document that it was sent for. */
  readonly digest?: string;
}

export interface PersonsHold {
  readonly why: string;
  readonly by: string;
  readonly at: string;
}

export interface DeliveryRow {
  readonly order_id: number;
  readonly state: DeliveryState;
  readonly state_at: string;
  readonly reason?: DeliveryReason;
  /** What the reason is about: a SKU, both sums; never personal data. */
  readonly detail?: string;
  /** The digest of the document that the state rests on. */
  readonly judged?: string;
  /** `replication.read_at` of the newest snapshot that was told of. */
  readonly wanted_read_at?: string;
  /** Up to which snapshot the state has looked. */
  readonly handled_read_at?: string;
  /** Counts tellings and commands: a worker that finds it moved leaves the row due. */
  readonly told: number;
  /** `now`: from `due_at` on; `held`: when the mapping is no longer `mapping`; `shadow`: when the mode is live. Absent at the end. */
  readonly due?: 'now' | 'held' | 'shadow';
  readonly due_at?: string;
  /** The digest of the mapping that the state rests on. */
  readonly mapping?: string;
  readonly intent?: Intent;
  /** The references used, newest last. */
  readonly refs?: readonly string[];
  readonly erp?: Sighting;
  readonly customer?: { readonly id: string; readonly how: 'known' | 'found' | 'created' };
  readonly delivered?: {
    readonly digest: string;
    readonly bare: string;
    readonly mapping: string;
    readonly at: string;
  };
  readonly hold?: PersonsHold;
  /** Who lifted the last hold, and why. */
  readonly released?: PersonsHold;
  /** A person's word that the ERP's version stands, for this digest. */
  readonly keep?: PersonsHold & { readonly digest: string };
  /** That `keep` was taken. */
  readonly kept?: boolean;
  readonly shadow?: {
    readonly digest: string;
    readonly mapping: string;
    readonly findings: readonly string[];
    readonly at: string;
  };
  readonly lease_owner?: string;
  readonly lease_until?: string;
  /** Leases taken since the last one that a worker ended itself: each but the newest ran out. */
  readonly begun?: number;
  /** Failed attempts since the last end or `retry`. */
  readonly attempts?: number;
  /** Of them, the newest ones of the class that `last_error` names. */
  readonly attempts_alike?: number;
  /** Class and code, without values. */
  readonly last_error?: string;
  readonly last_error_at?: string;
}

/** Whether nothing of the order can be in the ERP by our doing. */
export const isUntouched = ({ erp, intent }: DeliveryRow): boolean =>
  erp === undefined && intent === undefined;

/** What a write that ends the lease removes: `begun` counts only leases that ran out. */
export const LEASE_ATTRIBUTES = ['lease_owner', 'lease_until', 'begun'] as const;

/** A change of a row by its lease's owner or a command; one conditional write. A row that is due has its `due_at`, too. */
export interface RowChange {
  readonly set?: Partial<Omit<DeliveryRow, 'order_id' | 'told'>>;
  readonly remove?: readonly (keyof Omit<DeliveryRow, 'order_id' | 'told' | 'state' | 'state_at'>)[];
}

/** What an attempt leaves in a row, and its end removes. */
export const ATTEMPT_ATTRIBUTES = [
  'lease_owner',
  'lease_until',
  'begun',
  'attempts',
  'attempts_alike',
  'last_error',
  'last_error_at',
] as const satisfies RowChange['remove'];
