// What of an order is its content, and whether two looks at it show the same. Pure: JSON values in, answers out.
import { createHash } from 'node:crypto';
import { feesOf, linesOf } from './consignments';
import { dateModified } from './version';
import type { ListedOrder, Order, RawOrder, Replication, Snapshot } from './order';
import { stringifyExact } from '../runtime/json';
import type { Row } from '../runtime/json';

/** Status, dates and payment follow an advance by themselves; the rest is content. */
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

/** What of an order, as one look shows it, is compared with another look. */
type Compared = Pick<Order, 'statusId' | 'lines' | 'fees' | 'raw'>;

/** Whether an answer shows the order's content as it was read; a field that the answer leaves out proves nothing. */
export function sameContent(answer: Compared, read: Compared): boolean {
  return (
    Object.keys(answer.raw).every(
      (field) => NOT_CONTENT.has(field) || isEqual(answer.raw[field], read.raw[field]),
    ) && sameFees(answer, read)
  );
}

/** A link in the place of the fees shows nothing of them. */
function sameFees({ fees }: Compared, { fees: others }: Compared): boolean {
  return fees === undefined || others === undefined || isEqual(fees, others);
}

/** Whether two looks show one order in the same version, with the same content, and lines where both came with them. */
export function isUnchanged(again: Compared, before: Compared): boolean {
  return (
    again.statusId === before.statusId &&
    dateModified(again.raw) === dateModified(before.raw) &&
    sameContent(again, before) &&
    sameLines(again, before)
  );
}

/** Of an order that came without its lines nothing is known of them. */
function sameLines(one: Compared, other: Compared): boolean {
  const areKnown = one.lines !== undefined && other.lines !== undefined;
  return !areKnown || isEqual(one.raw.consignments, other.raw.consignments);
}

/** The same of what may be kept of an order, and what is stored of it: neither need show its lines as they came. */
export function isStoredVersion(kept: RawOrder, stored: Snapshot): boolean {
  return isUnchanged(toCompared(kept), toCompared(stored));
}

function toCompared(raw: RawOrder): Compared {
  return { statusId: raw.status_id, lines: linesOf(raw), fees: feesOf(raw), raw };
}

/** Begins each fingerprint: the version of its form. Another number whenever what is content changes. */
const FORM = '2:';

/**
 * A fingerprint of all that an order shows of itself, lines, addresses and fees included: looks with the same one show the same
 * order, save for its coupons, status and dates. Undefined for an order that came without its lines.
 */
export function contentDigest({ lines, fees = [], raw }: Shown): string | undefined {
  if (lines === undefined) return undefined;
  // No fees are the same as a link to them, by which they are read elsewhere.
  const hasFees = fees.length > 0;
  const isContent = (field: string) =>
    !NOT_CONTENT.has(field) || field === 'consignments' || (field === 'fees' && hasFees);
  return FORM + digestOf(raw, isContent);
}

/** What of an order, listed or fetched, its fingerprint is made of. */
type Shown = Pick<ListedOrder, 'lines' | 'fees' | 'raw'>;

/**
 * Whether an order shows the content that this fingerprint was made of. Undefined where nobody can say: there is no
 * fingerprint, the order came without its lines, or the fingerprint has the form of another version.
 */
export function showsContent(order: Shown, digest: string | undefined): boolean | undefined {
  if (digest === undefined || order.lines === undefined) return undefined;
  if (digest.startsWith(FORM)) return contentDigest(order) === digest;
  return firstForm(order.raw) === digest ? true : undefined;
}

/** As versions before the prefix made it, without fees: what is still the same needs no further read after an upgrade. */
function firstForm(raw: Row): string {
  return digestOf(raw, (field) => field !== 'fees' && (!NOT_CONTENT.has(field) || field === 'consignments'));
}

function digestOf(raw: Row, isContent: (field: string) => boolean): string {
  const content = Object.entries(raw).filter(([field]) => isContent(field));
  return createHash('sha256')
    .update(stringifyExact(Object.fromEntries(content), sortKeys))
    .digest('base64url');
}

/** For stringifyExact: the order in which fields came is no news. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Whether storing `next` over `earlier` would tell nobody anything. Of what has lost its parts the content is unknown. */
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

/** The fields that the Orders table takes over from the answer to an advance. */
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
