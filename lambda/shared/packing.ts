// The form of a snapshot in the Orders table: plain, as far as an item of DynamoDB can hold it; the rest gzipped.
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Row, Snapshot } from './order';

/**
 * DynamoDB's limit is 409,600 bytes an item. It may count half as much again as JSON has bytes (a list of single digits),
 * though it mostly counts less: docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
const PLAIN_JSON_BYTES = 260_000;

/** What a larger snapshot keeps plain of its fields, the smallest first: all that a consumer may want to filter by. */
const PLAIN_BESIDE_BYTES = 32_000;

/** docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html: 32 levels; some are left as margin. */
const MAX_LEVELS = 30;
const MAX_NAME_LENGTH = 255;
const SMALLEST_NUMBER = 1e-130;
const NUMBERS_END = 1e126;

/** The SDK loses the first, and takes an object with the second for one of another class. */
const MISTAKEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

/** The store's fields of these names would be taken for ours. */
const OWN_ATTRIBUTES: ReadonlySet<string> = new Set(['compressed', 'compressed_parts']);

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
  return { plain: fields(false), compressed: await promisify(gzip)(JSON.stringify(fields(true))) };
}

/** The inverse of `pack`. A plain field is the newer one: an advance sets some of them in place. */
export async function unpack(plain: Row, compressed: Uint8Array): Promise<Snapshot> {
  const packed = JSON.parse((await promisify(gunzip)(compressed)).toString()) as Row;
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
  let room = PLAIN_BESIDE_BYTES;
  return sizes
    .sort(([, one], [, other]) => one - other)
    .flatMap(([name, bytes]) => ((room -= bytes) < 0 ? [name] : []));
}

function isLarge(snapshot: Snapshot): boolean {
  return jsonBytes(snapshot) > PLAIN_JSON_BYTES;
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Whether DynamoDB takes a JSON value, and gives back the very same. */
function fitsItem(value: unknown, level = 0): boolean {
  if (typeof value === 'string') return isWellFormed(value);
  if (typeof value === 'number') return value === 0 || isNumberOfDynamoDb(Math.abs(value));
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
  const isOfItself = name !== '' && name.length <= MAX_NAME_LENGTH && isWellFormed(name);
  return isOfItself && !MISTAKEN_NAMES.has(name);
}

/** Half of a surrogate pair has no form in UTF-8. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
