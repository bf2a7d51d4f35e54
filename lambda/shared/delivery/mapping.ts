// The mapping: which of the ERP's names stand for the store's. Rules are ordered, and the first match wins.
// erp/mapping.schema.json says the same to editors; a test keeps the two equal.
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { isRow } from '../runtime/json';
import {
  channelId,
  currency,
  entries,
  name,
  nameOrNull,
  names,
  noNames,
  oneOf,
  orHold,
  pattern,
  prefix,
  rules,
  tolerance,
} from './mapping-entries';
import { findContradictions, placeOf } from './mapping-contradictions';
import type { Problem } from './mapping-contradictions';

/** A rule that names what it matches, then what to use, or `hold`; the last one is `{ "else": … }`. */
export type Rule<Match, Use> = (Match & { readonly use: Use | 'hold' }) | { readonly else: Use | 'hold' };

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

/** What the adapters read. An entry that none of them reads would have no effect, so it is refused. */
const ERP_ENTRIES = ['database', 'company', 'warehouse', 'paymentTerm'];
const CHANNEL_ENTRIES = ['shop'];

const schema = entries({
  $schema: v.optional(v.string('must be the path of the schema, for editors')),
  version: v.literal(1, 'must be 1'),
  reference: entries({ prefix }),
  customer: entries({
    match: oneOf('id', 'id-then-email'),
    guest: oneOf('per-order', 'per-email', 'one'),
    prefix,
    guestName: nameOrNull,
  }),
  payment: entries({ deliver: oneOf('paid', 'authorized', 'always') }),
  items: entries({ by: oneOf('sku'), rename: names(name), else: name }),
  special: entries({
    shipping: name,
    handling: name,
    wrapping: name,
    fee: name,
    discount: name,
    tax: name,
    giftCertificate: name,
  }),
  tax: entries({ owner: oneOf('store'), tolerance, roundingItem: nameOrNull }),
  shippingMethods: rules({ method: pattern }, nameOrNull),
  addresses: entries({ several: oneOf('hold', 'first') }),
  currencies: rules({ currency }, orHold(noNames)),
  paymentMethods: rules({ method: pattern }, name),
  channels: rules({ channelId }, orHold(names(name, CHANNEL_ENTRIES))),
  erp: names(nameOrNull, ERP_ENTRIES),
});

/** The mapping with its digest, or every problem with its place and what is expected there. */
export function parseMapping(value: unknown): { mapping: LoadedMapping } | { problems: readonly string[] } {
  const result = v.safeParse(schema, value);
  const issues = (result.issues ?? []).map(toProblem);
  const problems = [...issues, ...findContradictions(value)].map(toSentence);
  if (!result.success || problems.length > 0) return { problems: [...new Set(problems)] };
  const { $schema, ...mapping } = result.output;
  return { mapping: { mapping, digest: digestOf(mapping) } };
}

const toProblem = ({ path, message }: v.BaseIssue<unknown>): Problem => ({
  path: (path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key))),
  message,
});

const toSentence = ({ path, message }: Problem) => `${placeOf(path)} ${message}.`;

/** The same for the same entries, in whatever order they stand. The order of rules counts. */
const digestOf = (mapping: Mapping): string =>
  createHash('sha256').update(canonical(mapping)).digest('hex').slice(0, 16);

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isRow(value)) return JSON.stringify(value);
  const sorted = Object.keys(value).sort();
  return `{${sorted.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}
