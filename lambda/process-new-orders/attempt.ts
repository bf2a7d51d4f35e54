// One attempt at an order: what it begins with, and the states through which its steps take it.
import type { Gone, Read, Snapshot, SubResources } from '../shared/order/order';
import type { Decision } from '../shared/order/rules';
import type { Reason } from '../shared/order/reasons';
import type { OrderReference } from '../shared/order/reference';
import type { LedgerRow } from '../shared/order/ledger-row';
import type { Row } from '../shared/runtime/json';
import type { AdvanceFinish, Finish } from '../shared/tables/ledger-finish';
import type { Lease } from '../shared/tables/ledger-lease';
import type { Effects } from './effects';
import type { Message } from './give-up';

/**
 * The receive from which on it is believed that there is nothing: an order answered 404, since a webhook may be ahead of
 * the API and a list ahead of the GET; a list of an order that is in doubt.
 */
export const ACCEPT_ABSENCE_RECEIVE = 3;

export interface Attempt {
  readonly message: Message;
  readonly reference: OrderReference;
  readonly lease: Lease;
  /** As it stood when the lease was taken. */
  readonly row: LedgerRow;
  /** What this attempt has done to the store so far; it outlives whatever a step throws. */
  readonly effects: Effects;
}

/** Each state names the step that takes it. */
export type State = ToRead | ToDecide | ToMark | ToStore | ToAdvance | ToConfirm | Ended;

/** A look at the order in the store, and what the Orders table holds of it. */
export interface Look {
  readonly read: Read | Gone;
  readonly earlier: Snapshot | undefined;
}

/** A round begins. `look` is that of the round before, when it showed a change. */
export interface ToRead {
  readonly step: 'read';
  readonly look?: Look;
}

export interface ToDecide extends Look {
  readonly step: 'decide';
}

/** The order is gone, and was stored before. */
export interface ToMark {
  readonly step: 'mark';
  readonly gone: Gone;
  readonly earlier: Snapshot;
}

export interface ToStore {
  readonly step: 'store';
  readonly read: Read;
  readonly earlier: Snapshot | undefined;
  readonly lists: SubResources;
  /** The lists are those that are stored: nothing was fetched after the read. */
  readonly areListsStored: boolean;
  readonly decision: Decision;
  readonly isDigital: boolean;
}

export interface ToAdvance {
  readonly step: 'advance';
  /** As stored. */
  readonly snapshot: Snapshot;
  /** The read that the snapshot was made of. */
  readonly enriched: Read;
  /** The lines of that read, whatever of them is kept in the snapshot. */
  readonly lines: readonly Row[];
  readonly targetStatusId: number;
  readonly end: End;
}

export type ToConfirm =
  /** Nothing is to be advanced. */
  | { readonly step: 'confirm'; readonly kind: 'end'; readonly finish: Finish }
  /** The order is in the status that an earlier attempt wanted. */
  | {
      readonly step: 'confirm';
      readonly kind: 'in-target';
      readonly read: Read;
      readonly snapshot: Snapshot;
      readonly areListsStored: boolean;
      readonly finish: Finish;
    }
  /** This attempt has advanced the order. */
  | {
      readonly step: 'confirm';
      readonly kind: 'advanced';
      readonly snapshot: Snapshot;
      readonly finish: AdvanceFinish;
    };

export interface Ended {
  readonly step: 'end';
  readonly done: Done;
}

/** What the ledger records of an order that is stored, whatever its state will be. */
export type End = Omit<Finish, 'state'>;

/** How one reference ended. */
export interface Done {
  readonly state: Finish['state'] | 'covered';
  readonly reason?: Reason | undefined;
}

/** When it was advanced last, by this attempt or before: the snapshot may be lost, and the row may know more. */
export function lastAdvance({ row, effects }: Attempt, earlier: Snapshot | undefined): string | undefined {
  const known = [effects.advancedAt, row.advanced_at, earlier?.replication.advanced_at];
  return known
    .filter((at) => at !== undefined)
    .sort()
    .at(-1);
}
