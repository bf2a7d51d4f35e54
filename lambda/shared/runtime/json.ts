// JSON without a lost digit: an integer that a double cannot hold is a bigint here. All of JSON.parse and JSON.stringify
// stays as it is, what they make of odd names included; they read and write such integers as marked texts.

const MANY_DIGITS = /\d{16}/;

/** The digits of a number that DynamoDB keeps. A longer integer cannot be one of its numbers with all its digits. */
export const MAX_DIGITS = 38;

/** A text, or a number: what is inside a text is none. Both are matched to their end, so that neither is gone over twice. */
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

type Replacer = (name: string, value: unknown) => unknown;

/** Reads JSON; integers beyond 2^53 become bigints. Throws SyntaxError where it is none. */
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
 * Writes JSON that parseExact reads back as the very same: a bigint as its digits, and a double that is a whole number
 * beyond 2^53 with an exponent.
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
 * A number as DynamoDB gives it: a bigint where a double could not hold the integer. What has more digits than it keeps was a
 * double, which it writes without an exponent.
 */
export function readNumber(text: string): number | bigint {
  return isLongInteger(text) && countDigits(text) <= MAX_DIGITS ? BigInt(text) : Number(text);
}

/** Whether a bigint keeps its digits, and a double its type, as a number of DynamoDB's that readNumber reads. */
export function isKeptAsNumber(value: number | bigint): boolean {
  if (typeof value === 'bigint') return countDigits(String(value)) <= MAX_DIGITS;
  return !isBeyondDoubles(value) || Math.abs(value) >= 10 ** MAX_DIGITS;
}

/** The value with every bigint of more than `digits` digits as a text. */
export function bigintsAsTexts(value: unknown, digits = 0): unknown {
  if (typeof value === 'bigint') return countDigits(String(value)) > digits ? String(value) : value;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((inner) => bigintsAsTexts(inner, digits));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, bigintsAsTexts(inner, digits)]),
  );
}

/** How many digits an integer has, its sign left aside. */
function countDigits(integer: string): number {
  return integer.replace('-', '').length;
}

/** JSON's plain digits stand for a bigint of such a size: a double is told apart from it. */
function isBeyondDoubles(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || (Number.isInteger(value) && !Number.isSafeInteger(value));
}

function isLongInteger(text: string): boolean {
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text));
}

function digitsOf(value: number | bigint): string {
  return typeof value === 'bigint' ? String(value) : value.toExponential();
}

/** A short text that occurs nowhere in this JSON. One pass finds it: a shopper may write any number of such signs. */
function markFor(json: string): string {
  const taken = new Set<string>();
  for (const [, digits = ''] of json.matchAll(/#(\d+)(?=#)/g)) taken.add(digits);
  let number = 0;
  while (taken.has(String(number))) number += 1;
  return `#${number}#`;
}

/** A JSON object of the store, as it came. */
export type Row = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object. */
export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The rows of a JSON list: of an array, or of an object whose names are all whole numbers, as PHP writes an array with gaps.
 * Undefined for anything else, such as `{}` or null: no one knows whether that means an empty list.
 */
export function toList(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (!isRow(value)) return undefined;
  const names = Object.keys(value);
  const isNumbered = names.length > 0 && names.every((name) => /^\d+$/.test(name));
  if (!isNumbered) return undefined;
  return names.sort((one, other) => Number(one) - Number(other)).map((name) => value[name]);
}

/** Reads JSON, integers beyond 2^53 as bigints; undefined, which no JSON is, when it is none. */
export function parseJson(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}
