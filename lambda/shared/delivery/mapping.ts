// The mapping: which of the ERP's names stand for the store's. Rules are ordered, and the first match wins.

/** A rule that names what it matches, then what to use; the last one is `{ "else": … }`. */
export type Rule<Match, Use> = (Match & { readonly use: Use }) | { readonly else: Use | 'hold' };

export interface Mapping {
  readonly version: 1;
  readonly reference: { readonly prefix: string };
  readonly customer: {
    readonly match: 'id' | 'id-then-email';
    readonly guest: 'per-order' | 'per-email' | 'one';
    readonly prefix: string;
    readonly guestName: string | null;
  };
  readonly payment: { readonly deliver: 'paid' | 'authorized' | 'always' };
  readonly items: {
    readonly by: 'sku';
    readonly rename: Readonly<Record<string, string>>;
    /** An item of the ERP for lines without a SKU, or `hold`. A SKU that is not renamed is used as it is. */
    readonly else: string;
  };
  readonly special: {
    readonly shipping: string;
    readonly handling: string;
    readonly wrapping: string;
    readonly fee: string;
    readonly discount: string;
    readonly tax: string;
    readonly giftCertificate: string;
  };
  readonly tax: {
    readonly owner: 'store';
    readonly tolerance: string;
    readonly roundingItem: string | null;
  };
  readonly shippingMethods: readonly Rule<{ readonly method: string }, string | null>[];
  readonly addresses: { readonly several: 'hold' | 'first' };
  readonly currencies: readonly Rule<{ readonly currency: string }, Readonly<Record<string, string>>>[];
  readonly paymentMethods: readonly Rule<{ readonly method: string }, string>[];
  readonly channels: readonly Rule<{ readonly channelId: number }, Readonly<Record<string, string>>>[];
  /** The adapter's own entries. */
  readonly erp: Readonly<Record<string, string | null>>;
}

/** A mapping that can be used, and the digest by which rows remember it. */
export interface LoadedMapping {
  readonly mapping: Mapping;
  readonly digest: string;
}
