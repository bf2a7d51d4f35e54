// The building blocks of the mapping's schema. A message completes a sentence that begins with the entry's place, such as
// "customer.guest must be …".
import * as v from 'valibot';
import { isRow } from '../runtime/json';
import type { Row } from '../runtime/json';

/** Longest prefix of an external reference: with an order id of 16 digits and a suffix such as `-2`, 35 characters. */
const MAX_PREFIX = 16;

/** Longest name or text: the longest that the store and the ERPs have for their own names. */
const MAX_TEXT = 255;

const NAME = `must be a name of 1 to ${MAX_TEXT} characters, without control characters and without blanks at its ends`;

const nameOr = (more: string) => {
  const message = `${NAME}${more}`;
  return v.pipe(
    v.string(message),
    v.regex(/^\P{Cc}{1,255}$/u, message),
    v.check((text) => text === text.trim(), message),
  );
};

/** A name or a code of the ERP. */
export const name = nameOr('');

export const nameOrNull = v.nullable(nameOr(', or null'));

const TEXT = `must be a text of the store of 1 to ${MAX_TEXT} characters, without control characters and without a blank at its start; a "*" may only be its end`;

/** A text of the store to compare with; a `*` at the end matches any rest. */
export const pattern = v.pipe(v.string(TEXT), v.regex(/^(?![*\s])[^*\p{Cc}]{0,254}\P{Cc}$/u, TEXT));

const PREFIX = `must be 1 to ${MAX_PREFIX} characters of A-Z, a-z, 0-9, "_" and "-", and must not end with a digit`;

/**
 * Begins keys in the ERP. It ends with no digit: with the prefixes `BC` and `BC1` of two stores, order 12 of the one and
 * order 2 of the other would have the same key.
 */
export const prefix = v.pipe(
  v.string(PREFIX),
  v.maxLength(MAX_PREFIX, PREFIX),
  v.regex(/^[\w-]*[A-Za-z_-]$/, PREFIX),
);

const TOLERANCE = 'must be a decimal text from "0" to "9.9999", such as "0.02"';

/** Below 10: a wider tolerance would confirm orders with wrong totals. */
export const tolerance = v.pipe(v.string(TOLERANCE), v.regex(/^\d(?:\.\d{1,4})?$/, TOLERANCE));

const CURRENCY = 'must be a currency code of three capital letters, such as "USD"';
export const currency = v.pipe(v.string(CURRENCY), v.regex(/^[A-Z]{3}$/, CURRENCY));

const CHANNEL = 'must be the id of a channel, a whole number from 1';
export const channelId = v.pipe(v.number(CHANNEL), v.safeInteger(CHANNEL), v.minValue(1, CHANNEL));

/** One of these texts. */
export const oneOf = <const T extends readonly string[]>(...texts: T) =>
  v.picklist(texts, `must be ${texts.map((text) => `"${text}"`).join(' or ')}`);

/** For valibot alone, a list is an object too. */
const row = (message: string) => v.custom<Row>(isRow, message);

/** Names by names, such as the ERP's items by SKU; if `known` is given, by those names only. */
export const names = <T extends v.GenericSchema<unknown, string | null>>(
  value: T,
  known?: readonly string[],
) => {
  const key = v.check<string, string>(
    (one) => known?.includes(one) ?? true,
    `is unknown: use ${(known ?? []).join(', ')}`,
  );
  return v.pipe(row('must be an object of names'), v.record(v.pipe(name, key), value));
};

/** An object that has no entries yet. */
export const noNames = v.pipe(
  row('must be an object without entries: {}'),
  v.record(v.string(), v.never('is unknown: nothing can stand here')),
);

/** An object with these entries and no others. Each unknown entry is a problem of its own. */
export function entries<const T extends v.ObjectEntries>(shape: T) {
  const known = Object.keys(shape).filter((key) => !key.startsWith('$'));
  const message = `is unknown: use ${known.join(', ')}`;
  return v.pipe(
    row('must be an object with entries'),
    v.looseObject(shape, (issue) => missing(issue, shape)),
    v.rawCheck(({ dataset: { value }, addIssue }) => {
      if (!isRow(value)) return;
      for (const key of Object.keys(value).filter((one) => !Object.hasOwn(shape, one))) {
        const item = { type: 'unknown', origin: 'value', input: value, key, value: value[key] } as const;
        addIssue({ message, path: [item] });
      }
    }),
  );
}

/** valibot reports a missing entry as an issue of its object; the entry's own message says what is expected. */
function missing({ path }: v.LooseObjectIssue, shape: v.ObjectEntries): string {
  return `is missing: it ${expectation(shape[String(path?.at(-1)?.key)])}`;
}

function expectation(schema: unknown): string {
  if (!isRow(schema)) throw new Error('An entry of the mapping has no message that says what is expected.');
  if (schema.type === 'lazy') return OR_HOLD;
  return typeof schema.message === 'string' ? schema.message : expectation(schema.wrapped);
}

const OR_HOLD = 'must be an object of names, or "hold"';

/** What to use of the ERP, or the word by which orders are held. */
export const orHold = <T extends v.GenericSchema>(use: T) =>
  v.lazy((value) => (typeof value === 'string' ? hold : use));

const hold = v.literal('hold', OR_HOLD);

/** Ordered rules, each with what it matches and `use`; the last one is `{ "else": … }`. */
export const rules = <const M extends v.ObjectEntries, U extends v.GenericSchema>(match: M, use: U) =>
  v.array(
    v.lazy((rule) => (isRow(rule) && 'else' in rule ? entries({ else: use }) : entries({ ...match, use }))),
    'must be a list of rules that ends with { "else": … }',
  );
