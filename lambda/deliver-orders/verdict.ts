// What a find has shown, and the step that it leads to.
import type { DeliveryState } from '../shared/delivery/delivery-row';
import type { ErpOrder, KeyPromise } from '../shared/delivery/erp-order';
import type { Mapping } from '../shared/delivery/mapping';
import type { DeliveryReason } from '../shared/delivery/reasons';
import type { SalesOrder } from '../shared/delivery/sales-order';
import type { StoreSide } from './attempt';

export interface Found extends StoreSide {
  readonly found: readonly ErpOrder[];
  /** The references that were asked for, newest last. */
  readonly refs: readonly string[];
  /** When the find began; epoch milliseconds. */
  readonly askedAt: number;
  readonly mapping: Mapping;
  readonly canAmend: boolean;
  readonly canCancel: boolean;
  readonly orderKey: KeyPromise;
}

export interface FoundEnd {
  readonly state: DeliveryState;
  readonly reason?: DeliveryReason | undefined;
  readonly detail?: string | undefined;
  readonly order?: ErpOrder | undefined;
  readonly isOurs?: boolean;
  readonly kept?: boolean;
  readonly keepsIntent?: boolean;
}

export type Verdict =
  /** Nothing is concluded and nothing written before then; epoch milliseconds. */
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'create'; readonly document: SalesOrder }
  | { readonly kind: 'rewrite' | 'amend' | 'cancel' | 'confirm'; readonly order: ErpOrder }
  | { readonly kind: 'end'; readonly end: FoundEnd };

/** Is a verdict that ends the attempt. */
export const end = (
  state: DeliveryState,
  reason?: DeliveryReason,
  more: Omit<FoundEnd, 'state'> = {},
): Verdict => ({
  kind: 'end',
  end: { ...more, state, reason },
});
