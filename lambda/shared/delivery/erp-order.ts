// What an ERP shows of an order or a customer, in the words of every ERP.
import type { Amount } from './sales-order';

/** A sales order's state in the ERP. A draft is safe to read back, rewrite or cancel. */
export type ErpState = 'draft' | 'confirmed' | 'shipped' | 'invoiced' | 'done' | 'cancelled';

export interface ErpLine {
  /** The ERP's code of the item; empty for a line without an item. */
  readonly item: string;
  readonly quantity: Amount;
  readonly unitPrice: Amount;
  readonly amount: Amount;
}

export interface ErpPayment {
  readonly method: string;
  readonly amount: Amount;
}

export interface ErpOrder {
  /** The ERP's own id of the record. */
  readonly id: string;
  /** As people call it; absent while the ERP has given none. */
  readonly number?: string;
  /** The external reference as the ERP shows it. */
  readonly reference: string;
  readonly state: ErpState;
  /** The ERP's own name of the state, such as `quotation`. */
  readonly vendorState: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly lines: readonly ErpLine[];
  /** Gift certificates and store credit that are recorded with it. */
  readonly payments: readonly ErpPayment[];
  readonly totals: { readonly net: Amount; readonly tax: Amount; readonly total: Amount };
}

export interface ErpCustomer {
  readonly id: string;
  /** Our key as the ERP shows it; empty for the customer of an order that is in the ERP already, which may be any. */
  readonly key: string;
}

/** What the ERP itself does with a key that is taken. */
export type KeyPromise = 'refuses' | 'overwrites' | 'none';

/** What a protocol must know of an ERP. Times are milliseconds. */
export interface ErpFacts {
  readonly orderKey: KeyPromise;
  readonly customerKey: KeyPromise;
  /** The longest time the ERP may need for a request whose caller is gone. */
  readonly settleMs: number;
  /** How long a find may not show a record that was created. */
  readonly findLagMs: number;
  /** Decimals of a unit price that the ERP takes. */
  readonly digits: number;
}
