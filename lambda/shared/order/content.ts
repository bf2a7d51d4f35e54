// Defines the content of an order, and compares two reads of it. Pure.
import { createHash } from 'node:crypto';
import { feesOf, linesOf } from './consignments';
import { dateModified } from './version';
import type { ListedOrder, Order, RawOrder, Replication, Snapshot } from './order';
import { stringifyExact } from '../runtime/json';
import type { Row } from '../runtime/json';

/** The store changes these fields as a result of an advance; the others are content. */
const FOLLOWING_FIELDS = [
  'status_id',
  'status',
  'custom_status',
  'payment_status',
  'date_modified',
  'date_shipped',
] as const;

const NOT_CONTENT: ReadonlySet<string> = new Set([
  ...FOLLOWING_FIELDS,
  'date_created',
  'consignments',
  'fees',
  'products',
  'shipping_addresses',
  'coupons',
]);

/** The fields by which two reads of an order are compared. */
type Compared = Pick<Order, 'statusId' | 'lines' | 'fees' | 'raw'>;

/** Whether an answer shows the same content as the read. Fields that the answer lacks are not compared. */
export function sameContent(answer: Compared, read: Compared): boolean {
  return (
    Object.keys(answer.raw).every(
      (field) => NOT_CONTENT.has(field) || isEqual(answer.raw[field], read.raw[field]),
    ) && sameFees(answer, read)
  );
}

/** A link in place of the fees is not compared. */
function sameFees({ fees }: Compared, { fees: others }: Compared): boolean {
  return fees === undefined || others === undefined || isEqual(fees, others);
}

/** Whether two reads show the same version and content of an order, and the same lines if both have them. */
export function isUnchanged(again: Compared, before: Compared): boolean {
  return (
    again.statusId === before.statusId &&
    dateModified(again.raw) === dateModified(before.raw) &&
    sameContent(again, before) &&
    sameLines(again, before)
  );
}

/** Lines are compared only if both reads have them. */
function sameLines(one: Compared, other: Compared): boolean {
  const areKnown = one.lines !== undefined && other.lines !== undefined;
  return !areKnown || isEqual(one.raw.consignments, other.raw.consignments);
}

/** Whether the fields to keep of an order are those of its stored snapshot, in the same version. */
export function isStoredVersion(kept: RawOrder, stored: Snapshot): boolean {
  return isUnchanged(toCompared(kept), toCompared(stored));
}

function toCompared(raw: RawOrder): Compared {
  return { statusId: raw.status_id, lines: linesOf(raw), fees: feesOf(raw), raw };
}

/** The prefix of each fingerprint. Its number must change with the definition of content. */
const FORM = '2:';

/**
 * A fingerprint of an order's content with its lines, addresses and fees, but without coupons, status and dates. Undefined for
 * an order that came without its lines.
 */
export function contentDigest({ lines, fees = [], raw }: Shown): string | undefined {
  if (lines === undefined) return undefined;
  // An order without fees has the same fingerprint as one with a link to them: they are read elsewhere.
  const hasFees = fees.length > 0;
  const isContent = (field: string) =>
    !NOT_CONTENT.has(field) || field === 'consignments' || (field === 'fees' && hasFees);
  return FORM + digestOf(raw, isContent);
}

/** The fields of a listed or fetched order from which its fingerprint is made. */
type Shown = Pick<ListedOrder, 'lines' | 'fees' | 'raw'>;

/**
 * Whether an order shows the content of this fingerprint. Undefined if there is no fingerprint, the order came without its
 * lines, or the fingerprint is of an earlier form and differs.
 */
export function showsContent(order: Shown, digest: string | undefined): boolean | undefined {
  if (digest === undefined || order.lines === undefined) return undefined;
  if (digest.startsWith(FORM)) return contentDigest(order) === digest;
  return firstForm(order.raw) === digest ? true : undefined;
}

/** The form before the prefix, without fees: an unchanged order needs no further read after an upgrade. */
function firstForm(raw: Row): string {
  return digestOf(raw, (field) => field !== 'fees' && (!NOT_CONTENT.has(field) || field === 'consignments'));
}

function digestOf(raw: Row, isContent: (field: string) => boolean): string {
  const content = Object.entries(raw).filter(([field]) => isContent(field));
  return createHash('sha256')
    .update(stringifyExact(Object.fromEntries(content), sortKeys))
    .digest('base64url');
}

/** For stringifyExact: the order of fields does not matter. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Whether `next` differs from `earlier` in nothing that a consumer needs. A snapshot with missing parts always differs. */
export function sameSnapshot(earlier: Snapshot, next: Snapshot): boolean {
  const same = (field: keyof Replication) => earlier.replication[field] === next.replication[field];
  return (
    earlier.replication.parts_missing !== true &&
    same('state') &&
    same('target_status_id') &&
    same('gone') &&
    same('erased_at') &&
    isEqual(earlier.replication.incomplete, next.replication.incomplete) &&
    isEqual(
      { ...earlier, replication: null, expires_at: null },
      { ...next, replication: null, expires_at: null },
    )
  );
}

/** The fields of the answer to an advance that are written to the Orders table. */
export function followingFields(answer: RawOrder): Row {
  return Object.fromEntries(
    FOLLOWING_FIELDS.filter((field) => answer[field] !== undefined).map((field) => [field, answer[field]]),
  );
}

/** Compares JSON values by content. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const entries = Object.entries(one);
  return (
    entries.length === Object.keys(other).length &&
    entries.every(([key, value]) => key in other && isEqual(value, (other as Row)[key]))
  );
}
