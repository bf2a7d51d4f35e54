// The form of a snapshot in the Orders table: plain, as far as an item of DynamoDB can hold it; the rest gzipped.
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { isKeptAsNumber, parseExact, stringifyExact } from '../runtime/json';
import type { Row } from '../runtime/json';
import type { Snapshot } from '../order/order';

/**
 * As DynamoDB counts an item, whose limit is 409,600 bytes. The rest is room for what an advance sets in place, and spares
 * write units: an order of 200 ordinary lines has 208,000 bytes and stays plain.
 */
const PLAIN_BYTES = 300_000;

/**
 * What a larger snapshot keeps plain of its fields, in bytes of JSON, the smallest first: all that a consumer may want to
 * filter by. DynamoDB counts half as much again at most (a list of single digits).
 */
const PLAIN_FIELDS_BYTES = 32_000;

/** docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html: 32 levels; some are left as margin. */
const MAX_LEVELS = 30;
const MAX_NAME_LENGTH = 255;
const SMALLEST_NUMBER = 1e-130;
const NUMBERS_END = 1e126;

/** The SDK loses the first, and takes an object with the second for one of another class. */
const MISTAKEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

/** The store's fields of these names would be taken for ours, as those in `store_fields` would outside of it. */
const OWN_ATTRIBUTES: ReadonlySet<string> = new Set(['compressed', 'compressed_parts', 'store_fields']);

/** What conditions and updates go by: never packed. */
const ALWAYS_PLAIN: ReadonlySet<string> = new Set(['id', 'replication']);

export interface Packed {
  readonly plain: Row;
  /** A gzipped JSON object of all other fields; absent when there are none, as of nearly every order. */
  readonly compressed?: Buffer;
}

/** Parts a snapshot, whatever JSON is in it, into what an item can hold plainly and the rest. */
export async function pack(snapshot: Snapshot): Promise<Packed> {
  const packed = fieldsToPack(snapshot);
  if (packed.size === 0) return { plain: snapshot };
  const fields = (arePacked: boolean) =>
    Object.fromEntries(Object.entries(snapshot).filter(([name]) => packed.has(name) === arePacked));
  return { plain: fields(false), compressed: await promisify(gzip)(stringifyExact(fields(true))) };
}

/** The inverse of `pack`. A plain field is the newer one: an advance sets some of them in place. */
export async function unpack(plain: Row, compressed: Uint8Array): Promise<Snapshot> {
  const packed = parseExact((await promisify(gunzip)(compressed)).toString()) as Row;
  return { ...packed, ...plain } as unknown as Snapshot;
}

function fieldsToPack(snapshot: Snapshot): ReadonlySet<string> {
  const fields = Object.entries(snapshot).filter(([name]) => !ALWAYS_PLAIN.has(name));
  const impossible = fields.filter(
    ([name, value]) => OWN_ATTRIBUTES.has(name) || !fitsItem({ [name]: value }),
  );
  return new Set([...impossible.map(([name]) => name), ...(isLarge(snapshot) ? largest(fields) : [])]);
}

/** The names of the fields that are left when the smallest have taken the room that there is. */
function largest(fields: readonly (readonly [string, unknown])[]): readonly string[] {
  const sizes = fields.map(([name, value]) => [name, jsonBytes({ [name]: value })] as const);
  let room = PLAIN_FIELDS_BYTES;
  return sizes
    .sort(([, one], [, other]) => one - other)
    .flatMap(([name, bytes]) => ((room -= bytes) < 0 ? [name] : []));
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(stringifyExact(value));
}

function isLarge(snapshot: Snapshot): boolean {
  const sizes = Object.entries(snapshot).map(([name, value]) => fieldBytes(name, value));
  return sizes.reduce((sum, bytes) => sum + bytes, 0) > PLAIN_BYTES;
}

/**
 * The bytes that DynamoDB counts for a field, or a few more: each value in a list or an object costs one more, the list or
 * object itself three. docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
function fieldBytes(name: string, value: unknown): number {
  return Buffer.byteLength(name) + valueBytes(value);
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number' || typeof value === 'bigint') return numberBytes(String(value));
  if (typeof value !== 'object' || value === null) return 1;
  const inner = Array.isArray(value)
    ? value.map((one: unknown) => valueBytes(one))
    : Object.entries(value).map(([name, one]) => fieldBytes(name, one));
  return inner.reduce((sum, bytes) => sum + 1 + bytes, 3);
}

/** Two digits a byte, aligned on the decimal point, and one for the exponent; one more below zero. */
function numberBytes(text: string): number {
  const [mantissa = ''] = text.split('e');
  const digits = mantissa.replaceAll(/\D/g, '').length;
  return 2 + Math.ceil(digits / 2) + (text.startsWith('-') ? 1 : 0);
}

/** Whether DynamoDB can store a JSON value and return it unchanged. */
function fitsItem(value: unknown, level = 0): boolean {
  if (typeof value === 'string') return isWellFormed(value);
  if (typeof value === 'bigint') return isKeptAsNumber(value);
  if (typeof value === 'number') {
    return value === 0 || (isNumberOfDynamoDb(Math.abs(value)) && isKeptAsNumber(value));
  }
  if (typeof value !== 'object' || value === null) return true;
  return (
    level <= MAX_LEVELS &&
    Object.entries(value).every(([name, inner]) => isName(name) && fitsItem(inner, level + 1))
  );
}

function isNumberOfDynamoDb(size: number): boolean {
  return size >= SMALLEST_NUMBER && size < NUMBERS_END;
}

function isName(name: string): boolean {
  const isValid = name !== '' && name.length <= MAX_NAME_LENGTH && isWellFormed(name);
  return isValid && !MISTAKEN_NAMES.has(name);
}

/** Half of a surrogate pair has no form in UTF-8. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
