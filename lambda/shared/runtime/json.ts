// Reads and writes JSON without losing digits: an integer that a double cannot represent is a bigint. JSON.parse and
// JSON.stringify do the work, and see such integers as marked strings.

const MANY_DIGITS = /\d{16}/;

/** DynamoDB stores numbers with at most 38 digits, so a longer integer cannot be stored as a number. */
export const MAX_DIGITS = 38;

/** Matches whole strings and numbers, so that digits inside a string are not taken for a number. */
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

type Replacer = (name: string, value: unknown) => unknown;

/** Reads JSON; integers beyond 2^53 become bigints. Throws SyntaxError if the text is not JSON. */
export function parseExact(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!MANY_DIGITS.test(text)) return value;
  const mark = markFor(JSON.stringify(value));
  const marked = text.replaceAll(TEXT_OR_NUMBER, (token) =>
    isLongInteger(token) ? `"${mark}${token}"` : token,
  );
  return JSON.parse(marked, (_, inner: unknown) =>
    typeof inner === 'string' && inner.startsWith(mark) ? BigInt(inner.slice(mark.length)) : inner,
  );
}

/**
 * Writes JSON that parseExact reads back unchanged: a bigint as its digits, and an integral double beyond 2^53 with an
 * exponent.
 */
export function stringifyExact(value: unknown, replacer: Replacer = (_, inner) => inner): string {
  const long: (number | bigint)[] = [];
  const plain = JSON.stringify(value, (name, inner) => {
    const replaced = replacer(name, inner);
    if (!isBeyondDoubles(replaced)) return replaced;
    long.push(replaced);
    return null;
  });
  if (long.length === 0) return plain;
  const mark = markFor(plain);
  const marked = JSON.stringify(value, (name, inner) => {
    const replaced = replacer(name, inner);
    return isBeyondDoubles(replaced) ? `${mark}${digitsOf(replaced)}` : replaced;
  });
  return marked.replaceAll(new RegExp(`"${mark}([^"]*)"`, 'g'), '$1');
}

/**
 * Reads a number of DynamoDB: a bigint if a double cannot represent the integer. An integer with more than 38 digits was a
 * double, which DynamoDB writes without an exponent.
 */
export function readNumber(text: string): number | bigint {
  return isLongInteger(text) && countDigits(text) <= MAX_DIGITS ? BigInt(text) : Number(text);
}

/** Whether DynamoDB can store the number so that readNumber returns it unchanged: with all digits, and a double as a double. */
export function isKeptAsNumber(value: number | bigint): boolean {
  if (typeof value === 'bigint') return countDigits(String(value)) <= MAX_DIGITS;
  return !isBeyondDoubles(value) || Math.abs(value) >= 10 ** MAX_DIGITS;
}

/** Returns the value with every bigint of more than `digits` digits as a string. */
export function bigintsAsTexts(value: unknown, digits = 0): unknown {
  if (typeof value === 'bigint') return countDigits(String(value)) > digits ? String(value) : value;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((inner) => bigintsAsTexts(inner, digits));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, bigintsAsTexts(inner, digits)]),
  );
}

/** The number of digits of an integer, without its sign. */
function countDigits(integer: string): number {
  return integer.replace('-', '').length;
}

/** Plain digits of this size mean a bigint, so such a double is written in another form. */
function isBeyondDoubles(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || (Number.isInteger(value) && !Number.isSafeInteger(value));
}

function isLongInteger(text: string): boolean {
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text));
}

function digitsOf(value: number | bigint): string {
  return typeof value === 'bigint' ? String(value) : value.toExponential();
}

/** A short mark that does not occur in this JSON. One pass finds it, even if a shopper's text has many similar marks. */
function markFor(json: string): string {
  const taken = new Set<string>();
  for (const [, digits = ''] of json.matchAll(/#(\d+)(?=#)/g)) taken.add(digits);
  let number = 0;
  while (taken.has(String(number))) number += 1;
  return `#${number}#`;
}

/** A JSON object of the store, unchanged. */
export type Row = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object. */
export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The rows of a JSON list: an array, or an object whose names are all integers, as PHP writes an array with gaps. Undefined
 * for anything else, such as `{}` or null, which may or may not mean an empty list.
 */
export function toList(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (!isRow(value)) return undefined;
  const names = Object.keys(value);
  const isNumbered = names.length > 0 && names.every((name) => /^\d+$/.test(name));
  if (!isNumbered) return undefined;
  return names.sort((one, other) => Number(one) - Number(other)).map((name) => value[name]);
}

/** Reads JSON; integers beyond 2^53 become bigints. Undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}
