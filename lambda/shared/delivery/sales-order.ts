// The sales order document: one order of the store in a form that every ERP understands, built from the snapshot and the
// mapping. sales-order.schema.json is its contract; a test keeps the two equal.

/** A decimal text such as `12.5` or `-3`, with at most four decimals; never a float. */
export type Amount = string;

/** Whom the ERP sells to. Everything in it is personal data. */
export interface Party {
  /** Our key of the customer in the ERP: the mapping's prefix and the customer's id, or for guests by the mapping's policy. */
  readonly key: string;
  readonly kind: 'customer' | 'guest';
  readonly name: string;
  readonly company?: string;
  readonly email: string;
  readonly phone?: string;
}

export interface Address {
  readonly name: string;
  readonly company?: string;
  readonly street: readonly string[];
  readonly city: string;
  readonly postalCode: string;
  /** The subdivision as the store names it, such as `California`. */
  readonly state?: string;
  /** ISO 3166-1 alpha-2; empty if the store has none. */
  readonly countryCode: string;
  readonly phone?: string;
  readonly email?: string;
}

export interface Shipping {
  readonly address: Address;
  /** The shipping method as the store names it. */
  readonly method: string;
  /** What the mapping makes of the method; absent if the ERP gets none. */
  readonly erpMethod?: string;
}

export const LINE_KINDS = [
  'item',
  'shipping',
  'handling',
  'wrapping',
  'fee',
  'discount',
  'gift_certificate',
] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** What the shopper chose or wrote for a line. */
export interface Option {
  readonly name: string;
  readonly value: string;
}

export interface Line {
  readonly kind: LineKind;
  /** The store's id of the order line; absent for lines that the store does not have. */
  readonly lineId?: number;
  /** The ERP's item: the SKU after the mapping, or the mapping's special item of this kind. */
  readonly sku: string;
  readonly name: string;
  readonly options: readonly Option[];
  /** A whole number. */
  readonly quantity: Amount;
  readonly refunded: Amount;
  /** Before discounts and tax. */
  readonly unitPrice: Amount;
  /** Quantity times price, before discounts and tax; negative for a discount. */
  readonly gross: Amount;
  /** What the discounts take off this line, before tax; informative: the lines of kind `discount` carry it. */
  readonly discount: Amount;
  /** `gross` less `discount`. */
  readonly net: Amount;
  readonly tax: Amount;
  /** The line's place in `shipping`; absent if it does not ship. */
  readonly addressIndex?: number;
}

export interface Discount {
  readonly name: string;
  readonly code?: string;
  readonly amount: Amount;
}

export interface Tax {
  /** What was taxed: goods less their discounts, or one of the costs. */
  readonly name: 'goods' | 'shipping' | 'handling' | 'wrapping' | 'fee';
  readonly amount: Amount;
}

export interface Payment {
  readonly kind: 'gateway' | 'gift_certificate' | 'store_credit' | 'offline';
  /** As the store names it. */
  readonly method: string;
  /** What the mapping makes of the method. */
  readonly erpMethod: string;
  readonly amount: Amount;
}

export interface Totals {
  /** All lines before tax, discounts taken off. */
  readonly net: Amount;
  readonly tax: Amount;
  /** What the shopper paid by any means. */
  readonly gross: Amount;
  /** `gross` less gift certificates and store credit. */
  readonly due: Amount;
}

export interface SalesOrder {
  /** The external reference. */
  readonly ref: string;
  readonly orderId: number;
  /** ISO time. */
  readonly placedAt: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly channelId: number;
  /** What the mapping makes of the channel, such as the ERP's shop. */
  readonly channel: Readonly<Record<string, string>>;
  readonly party: Party;
  readonly billing: Address;
  readonly shipping: readonly Shipping[];
  readonly lines: readonly Line[];
  readonly discounts: readonly Discount[];
  readonly taxes: readonly Tax[];
  readonly payments: readonly Payment[];
  readonly note: string;
  readonly totals: Totals;
  /**
   * Over all of the store's side that matters to an ERP and what is refunded, not over statuses, dates of change or what the
   * mapping made of it. Begins with its version, such as `1:`; digests of different versions cannot be compared.
   */
  readonly digest: string;
  /** The same without people and addresses. */
  readonly bare: string;
}

/** One line as an ERP gets it: the document's lines, and the store's tax as lines of the mapping's tax item. */
export interface SentLine {
  readonly kind: LineKind | 'tax';
  readonly lineId?: number;
  /** The ERP's code of the item. */
  readonly item: string;
  /** Name, options and texts of the shopper; without tabs, line breaks or other control characters. */
  readonly description: string;
  readonly quantity: Amount;
  readonly unitPrice: Amount;
  /** Quantity times unit price, rounded to the currency's decimals. */
  readonly amount: Amount;
}
