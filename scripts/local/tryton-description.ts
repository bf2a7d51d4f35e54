// What a Tryton database for local runs contains, so that the orders of the simulated store fit into it. It follows the
// mapping: whatever name the mapping mentions exists in the database. tools/tryton/make-database.py reads it.
import type { Mapping } from '../../lambda/shared/delivery/mapping';
import { catalogue } from '../../simulator/index';
import type { CatalogueProduct } from '../../simulator/index';

export interface TrytonProduct {
  readonly code: string;
  readonly name: string;
  /** Without tax, in the company's currency. */
  readonly price: string;
  readonly type: 'goods' | 'service';
}

export interface TrytonDescription {
  readonly company: string;
  /** Of the company, its shops and its payment journals; ISO 4217. */
  readonly currency: string;
  readonly shops: readonly string[];
  readonly paymentTerm: string;
  readonly paymentJournals: readonly string[];
  readonly products: readonly TrytonProduct[];
}

/** A database for the mapping's names and the store's products, by default those of the simulated store. */
export function describeTryton(
  { items, special, paymentMethods, channels, erp }: Mapping,
  products: readonly CatalogueProduct[] = catalogue,
): TrytonDescription {
  const goods = products.map((product) => goodsOf(product, items.rename));
  const services = [...Object.values(special), items.else].filter(unlessHold).map(serviceOf);
  const shops = channels.map((rule) => ('use' in rule ? rule.use : rule.else)).flatMap(shopOf);
  const methods = paymentMethods.map((rule) => ('use' in rule ? rule.use : rule.else));
  return {
    company: erp['company'] ?? 'Merchant',
    currency: 'USD',
    shops: unique(shops),
    paymentTerm: erp['paymentTerm'] ?? 'Paid in the shop',
    paymentJournals: unique(methods.filter(unlessHold)),
    products: [...new Map([...services, ...goods].map((product) => [product.code, product])).values()],
  };
}

function goodsOf(
  { sku, name, price, type }: CatalogueProduct,
  rename: Readonly<Record<string, string>>,
): TrytonProduct {
  return { code: rename[sku] ?? sku, name, price, type: type === 'digital' ? 'service' : 'goods' };
}

/** Shipping, a discount and the like: its price comes with each order. */
const serviceOf = (code: string): TrytonProduct => ({ code, name: code, price: '0', type: 'service' });

const shopOf = (use: string | Readonly<Record<string, string>>): readonly string[] =>
  typeof use === 'string' || use['shop'] === undefined ? [] : [use['shop']];

const unlessHold = (name: string) => name !== 'hold';
const unique = (values: readonly string[]) => [...new Set(values)];
