// What a Tryton database for local runs contains, so that the orders of the simulated store fit into it. It follows the
// mapping: whatever name the mapping mentions exists in the database. tools/tryton/make-database.py reads it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as v from 'valibot';

import { parseJson } from '../../lambda/shared/runtime/json';
import { catalogue } from '../../simulator/index';
import type { CatalogueProduct } from '../../simulator/index';
import { problemsIn } from '../service/problems';
import { CommandError } from '../terminal/command-error';
import { root } from '../terminal/root';

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

const texts = v.record(v.string(), v.string());

/** The parts of the mapping that name things in Tryton. */
const names = v.object({
  items: v.object({ rename: texts, else: v.string() }),
  special: texts,
  paymentMethods: v.array(v.union([v.object({ use: v.string() }), v.object({ else: v.string() })])),
  channels: v.array(v.union([v.object({ use: texts }), v.object({ else: v.union([texts, v.string()]) })])),
  erp: v.object({ company: v.string(), paymentTerm: v.nullish(v.string()) }),
});

type Names = v.InferOutput<typeof names>;

/** The file of the checkout. Throws CommandError if it lacks something that the database needs. */
export function readMappingNames(file = join(root, 'erp', 'mapping.json')): Names {
  const parsed = v.safeParse(names, parseJson(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.output;
  throw new CommandError(
    `Tryton cannot be set up from the mapping ${file}: ${problemsIn(parsed.issues)}. Correct the file.`,
  );
}

/** A database for the mapping's names and the store's products, by default those of the simulated store. */
export function describeTryton(
  { items, special, paymentMethods, channels, erp }: Names = readMappingNames(),
  products: readonly CatalogueProduct[] = catalogue,
): TrytonDescription {
  const goods = products.map((product) => goodsOf(product, items.rename));
  const services = [...Object.values(special), items.else].filter(unlessHold).map(serviceOf);
  const shops = channels.map((rule) => ('use' in rule ? rule.use : rule.else)).flatMap(shopOf);
  return {
    company: erp.company,
    currency: 'USD',
    shops: unique(shops),
    paymentTerm: erp.paymentTerm ?? 'Paid in the shop',
    paymentJournals: unique(
      paymentMethods.map((rule) => ('use' in rule ? rule.use : rule.else)).filter(unlessHold),
    ),
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
