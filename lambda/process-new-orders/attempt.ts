// The types of one attempt at an order: its input, and the states between the steps.
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
 * From this receive on, a 404 for an order and a doubtful empty list are accepted. Before, the API may lag behind the webhook,
 * and the GET behind the list.
 */
export const ACCEPT_ABSENCE_RECEIVE = 3;

export interface Attempt {
  readonly message: Message;
  readonly reference: OrderReference;
  readonly lease: Lease;
  /** The ledger's row when the lease was taken. */
  readonly row: LedgerRow;
  /** The PUTs and reads of this attempt so far, known also after a step has thrown. */
  readonly effects: Effects;
}

/** Each state names the next step. */
export type State = ToRead | ToDecide | ToMark | ToStore | ToAdvance | ToConfirm | Ended;

/** The order in the store, and its snapshot in the Orders table. */
export interface Look {
  readonly read: Read | Gone;
  readonly earlier: Snapshot | undefined;
}

/** A round begins. `look` is the changed order that the previous round saw, if there was one. */
export interface ToRead {
  readonly step: 'read';
  readonly look?: Look;
}

export interface ToDecide extends Look {
  readonly step: 'decide';
}

/** The order is gone, and has a snapshot. */
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
  /** The lists are the stored ones: none was fetched after the read. */
  readonly areListsStored: boolean;
  readonly decision: Decision;
  readonly isDigital: boolean;
}

export interface ToAdvance {
  readonly step: 'advance';
  /** The snapshot as stored. */
  readonly snapshot: Snapshot;
  /** The read from which the snapshot was made. */
  readonly enriched: Read;
  /** The lines of that read, including fields that the snapshot does not keep. */
  readonly lines: readonly Row[];
  readonly targetStatusId: number;
  readonly end: End;
}

export type ToConfirm =
  /** The order needs no advance. */
  | { readonly step: 'confirm'; readonly kind: 'end'; readonly finish: Finish }
  /** The order is already in the target status of an earlier attempt. */
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

/** The ledger's record of a stored order, without the state. */
export type End = Omit<Finish, 'state'>;

/** The result of one reference. */
export interface Done {
  readonly state: Finish['state'] | 'covered';
  readonly reason?: Reason | undefined;
}

/** The ISO time of the last advance, by this attempt or before. The snapshot may be lost, so the ledger's row counts, too. */
export function lastAdvance({ row, effects }: Attempt, earlier: Snapshot | undefined): string | undefined {
  const known = [effects.advancedAt, row.advanced_at, earlier?.replication.advanced_at];
  return known
    .filter((at) => at !== undefined)
    .sort()
    .at(-1);
}
