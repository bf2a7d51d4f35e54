// What the worker answers to the tasks of commands. None of it has personal data but the document of a preview.
import type { DeliveryState } from './delivery-row';
import type { ErpOrder } from './erp-order';
import type { GateWord } from './gate';
import type { DeliveryReason } from './reasons';
import type { Amount, SalesOrder } from './sales-order';

/** What is missing or wrong: a place of the mapping, a SKU, or `credentials`; and what was expected. */
export interface CheckFinding {
  readonly about: string;
  readonly problem: string;
}

/** Of `check`: the mapping against the ERP. */
export interface MappingCheck {
  /** The digest of the mapping that was checked. */
  readonly mapping: string;
  /** Whether it is the one that the worker was built with. */
  readonly isDeployed: boolean;
  readonly findings: readonly CheckFinding[];
}

/** A reason to hold, or an item that the ERP lacks, with how many of the orders it concerns, and one of them. */
export interface CountedProblem {
  /** Such as a method or a SKU. */
  readonly about: string;
  readonly orders: number;
  readonly orderId: number;
}

/** Of `check-orders`: stored orders against the mapping and the ERP's items. */
export interface OrdersCheck {
  /** Orders that were built into a document. */
  readonly documents: number;
  /** Orders that the gate keeps out, by its word. */
  readonly notDelivered: Readonly<Record<string, number>>;
  readonly held: readonly (CountedProblem & { readonly reason: DeliveryReason })[];
  readonly missingItems: readonly CountedProblem[];
  /** Orders for which no time was left. */
  readonly left: readonly number[];
}

/** Of `preview`. */
export type Preview =
  | { readonly orderId: number; readonly kind: 'no-snapshot' }
  | {
      readonly orderId: number;
      readonly kind: 'hold';
      readonly word: GateWord;
      readonly reason: DeliveryReason;
      readonly detail: string;
    }
  | {
      readonly orderId: number;
      readonly kind: 'document';
      readonly word: GateWord;
      readonly document: SalesOrder;
      /** As the adapter would send it. */
      readonly sends: unknown;
    };

/**
 * What the ERP shows of an order. `same`: as it was delivered, or as the store has it now. `changed`: neither. `absent`: nothing
 * under its references or its id. `several`: more than one living sales order.
 */
export type LookVerdict = 'same' | 'changed' | 'cancelled' | 'absent' | 'several';

export interface StoreLine {
  readonly item: string;
  readonly quantity: Amount;
  readonly unitPrice: Amount;
  readonly amount: Amount;
}

export interface LookedOrder {
  readonly orderId: number;
  /** Null without a row. */
  readonly state: DeliveryState | null;
  readonly isKept: boolean;
  readonly refs: readonly string[];
  readonly verdict: LookVerdict;
  /** How the ERP differs from the document of now; null if it does not, or if there is no document. */
  readonly difference: string | null;
  /** What the order would be sent as now; null if it cannot be built. Only with `details`. */
  readonly store?: StoreSideOfLook | null;
  /** Only with `details`. */
  readonly erp?: readonly ErpOrder[];
}

export interface StoreSideOfLook {
  readonly currency: string;
  readonly lines: readonly StoreLine[];
  readonly total: Amount;
}

/** Of `look`. */
export interface LookResult {
  readonly orders: readonly LookedOrder[];
  /** Orders for which no time was left. */
  readonly left: readonly number[];
}
