// What an order is and what may be done with it: pure rules, no clock, no network.
import { MalformedReferenceError } from '../runtime/errors';
import { parseExact } from '../runtime/json';

/** BigCommerce's fixed status ids; merchants can rename them, never renumber. */
export const Status = {
  Incomplete: 0,
  Pending: 1,
  Shipped: 2,
  PartiallyShipped: 3,
  Refunded: 4,
  Cancelled: 5,
  Declined: 6,
  AwaitingPayment: 7,
  AwaitingPickup: 8,
  AwaitingShipment: 9,
  Completed: 10,
  AwaitingFulfillment: 11,
  ManualVerificationRequired: 12,
  Disputed: 13,
  PartiallyRefunded: 14,
} as const;

const STATUS_NAMES = new Map<number, string>(
  Object.entries(Status).map(([name, id]) => [id, name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')]),
);

/** Neither paid nor to be shipped: never advanced, and stored only over an earlier snapshot. */
const VOID_STATUS_IDS: ReadonlySet<number> = new Set([
  Status.Incomplete,
  Status.Pending,
  Status.Refunded,
  Status.Cancelled,
  Status.Declined,
  Status.ManualVerificationRequired,
  Status.Disputed,
]);

/** BigCommerce's types of lines that are not shipped; a type that is not known may be. */
const DIGITAL_LINE_TYPES: ReadonlySet<unknown> = new Set(['digital', 'giftcertificate']);

/** Whether orders in this status are neither paid nor to be shipped. */
export const isVoidStatus = (statusId: number): boolean => VOID_STATUS_IDS.has(statusId);

/** A version younger than this may still change under the same date: the store's dates have whole seconds. */
export const SETTLE_MS = 10_000;

/** Containers' clocks differ a little: a read covers only what was seen this much before it. */
export const CLOCK_MARGIN_MS = 1_000;

/** As long as the Orders queue keeps a message: longer than that, no reference can still be on its way. */
export const QUEUE_RETENTION_MS = 4 * 24 * 60 * 60 * 1000;

/** The ledger's reason for an order that the store answers with 404. */
export const GONE = 'not found in the store';

/** The reason for an order that staff archived: it is void while it is. */
export const ARCHIVED = 'archived';

/** The ledger's reason for an order that may be advanced, but was wanted as a copy only: a poll still advances it. */
export const COPY_ONLY = 'copied without advancing';

/** Why an order from before the bound is not advanced, whoever sent its reference. */
export const BEFORE_BOUND = 'created before IgnoreOrdersCreatedBefore';

/** The ledger's reason for an order that another app or staff put back each time it was advanced. */
export const FOUGHT_OVER = 'put back again and again after it was advanced';

/** Why a Completed order with something to ship is not advanced. */
export const NOT_DIGITAL = 'Completed, but not all of it is digital';

/** A JSON object of the store, as it came. */
export type Row = Readonly<Record<string, unknown>>;

/** An order as BigCommerce gives it; every field that is not named here is kept as it came. */
export interface Order extends Row {
  readonly id: number;
  readonly status_id: number;
}

/** One GET of an order: `readAt` is when it began, in epoch milliseconds. */
export interface Read {
  readonly order: Order;
  readonly readAt: number;
}

/** A GET that was answered with 404. */
export interface Gone {
  readonly order: undefined;
  readonly readAt: number;
}

/** Products, shipping addresses and coupons as the store lists them; fees where they did not come with the order. */
export interface SubResources {
  readonly products: readonly Row[];
  readonly shipping_addresses: readonly Row[];
  readonly coupons: readonly Row[];
  readonly fees?: readonly Row[];
}

/** A list that is joined to an order. */
export type ListName = keyof SubResources;

/** How an order stands in the Orders table. */
export interface Replication {
  readonly state: 'stored' | 'copied' | 'replicated';
  readonly source: string;
  readonly seen_at: string;
  readonly read_at: string;
  readonly status_before: number;
  readonly target_status_id?: number;
  readonly advanced_at?: string;
  readonly gone?: boolean;
  /** The lists that could not be had whole, if any: they are as an earlier snapshot had them, or empty. */
  readonly incomplete?: readonly ListName[];
  /** When its personal fields were erased, never to be stored again. */
  readonly erased_at?: string;
  /** Never in the table. Its parts are missing: the order is stored, and all else that is shown of it is no content. */
  readonly parts_missing?: true;
}

/** The enriched order as stored. */
export interface Snapshot extends Order, SubResources {
  readonly replication: Replication;
  /** For the table's TTL, in epoch seconds: it is kept for ever without. */
  readonly expires_at?: number;
  /** The store's own fields of the names in OUR_FIELDS. */
  readonly store_fields?: Row;
}

/** What we add to an order. The store may give it a field of such a name at any time. A further name of ours belongs here. */
export const OUR_FIELDS: ReadonlySet<string> = new Set(['replication', 'expires_at', 'store_fields']);

/** The only thing ever queued. */
export interface OrderReference {
  readonly orderId: number;
  readonly source: string;
  readonly seenAt: string;
  readonly statusId?: number;
  readonly dateModified?: string;
  readonly jobTimestamp?: number;
  readonly webhookHash?: string;
  /** `false`: the order is stored, and its status never touched. */
  readonly advance?: boolean;
  /** `true`: its snapshot was there once and is missing, so that it is stored again even if it is void now. */
  readonly wasStored?: boolean;
  /** The fingerprint of the content that a list showed, by `contentDigest`, where it showed lines. */
  readonly listedDigest?: string;
}

/** The merchant's choices about which orders are stored and which are advanced, and where to. */
export interface Rules {
  readonly allowedStatusIds: readonly number[];
  readonly advanceStatusIds: readonly number[];
  readonly advanceOrders: boolean;
  readonly newPhysicalOrderStatusId: number;
  readonly newDigitalOrderStatusId: number;
  /** Epoch milliseconds: orders that were created earlier are never advanced. */
  readonly ignoreOrdersCreatedBefore?: number | undefined;
}

/** What is to be done with an order that is stored. */
export type Decision =
  | { readonly kind: 'copy'; readonly reason: string }
  | { readonly kind: 'advance'; readonly targetStatusId: number }
  /** It stands where an earlier attempt of ours wanted it: the PUT had worked. */
  | { readonly kind: 'confirm'; readonly targetStatusId: number };

/**
 * Decides on an order as it is now; `lines` are its own, `earlier` is what the Orders table holds, which may have lost it:
 * that it was advanced once the ledger knows as well.
 */
export function decide(
  order: Order,
  lines: readonly Row[],
  earlier: Pick<Snapshot, 'replication'> | undefined,
  rules: Rules,
  advancedAt = earlier?.replication.advanced_at,
): Decision {
  const voidReason = whyVoid(order, rules);
  if (voidReason !== undefined) return { kind: 'copy', reason: voidReason };
  const digital = isDigital(lines);
  const targetStatusId = targetStatus(digital, rules);
  if (order.status_id === earlier?.replication.target_status_id)
    return { kind: 'confirm', targetStatusId: order.status_id };
  const wasAdvanced = advancedAt !== undefined;
  const isOld = isCreatedBefore(order, rules.ignoreOrdersCreatedBefore);
  const reason = whyNotAdvanced(order.status_id, { digital, wasAdvanced, isOld }, rules);
  return reason === undefined ? { kind: 'advance', targetStatusId } : { kind: 'copy', reason };
}

/** Says why an order is void now, or undefined. A status that AllowedStatusIds lists is new even so. */
export function whyVoid(order: Order, rules: Rules): string | undefined {
  if (order.is_deleted === true) return ARCHIVED;
  const isVoid = VOID_STATUS_IDS.has(order.status_id) && !rules.allowedStatusIds.includes(order.status_id);
  return isVoid ? `${statusName(order.status_id)} is void` : undefined;
}

/**
 * Says why an order that the ledger does not know is not to be stored, or undefined: it is archived, from before the bound
 * (epoch milliseconds), void, or it still waits in a status that AllowedStatusIds does not list. A list shows enough for it.
 */
export function whyNotStored(order: Row, createdSince: number | undefined, rules: Rules): string | undefined {
  const outside = whyOutside(order, createdSince);
  if (outside !== undefined) return outside;
  const statusId = Number(order.status_id);
  if (rules.allowedStatusIds.includes(statusId)) return undefined;
  if (VOID_STATUS_IDS.has(statusId)) return `${statusName(statusId)} is void`;
  const waits = statusId === Status.AwaitingPayment || statusId === Status.AwaitingFulfillment;
  return waits ? `${statusName(statusId)} is not in AllowedStatusIds` : undefined;
}

/** Says why no poll takes an order, whatever its status, or undefined: it is archived, or from before the bound. */
export function whyOutside(order: Row, createdSince: number | undefined): string | undefined {
  if (order.is_deleted === true) return ARCHIVED;
  return isCreatedBefore(order, createdSince) ? BEFORE_BOUND : undefined;
}

/** Whether an order was made before the bound (epoch milliseconds). One whose date cannot be read was not. */
export function isCreatedBefore(order: Row, bound = -Infinity): boolean {
  return (parseDate(order.date_created) ?? Infinity) < bound;
}

/** What beside its status decides whether an order may be advanced. */
export interface Circumstances {
  readonly digital: boolean;
  /** Advanced by us once. Completed is then further on, and no new order; other new statuses are put back by staff. */
  readonly wasAdvanced: boolean;
  /** Created before IgnoreOrdersCreatedBefore. */
  readonly isOld: boolean;
}

/** Says why an order in this status would be stored but not advanced, or undefined if it may be advanced. */
export function whyNotAdvanced(
  statusId: number,
  { digital, wasAdvanced, isOld }: Circumstances,
  rules: Rules,
): string | undefined {
  const name = statusName(statusId);
  if (statusId === targetStatus(digital, rules)) return `${name} is its target status already`;
  if (!rules.allowedStatusIds.includes(statusId)) return `moved on to ${name} before it was taken`;
  if (!rules.advanceStatusIds.includes(statusId)) return `${name} is not in AdvanceStatusIds`;
  if (statusId === Status.Completed && !digital) return NOT_DIGITAL;
  if (statusId === Status.Completed && wasAdvanced) return `${name} after it was advanced`;
  if (isOld) return BEFORE_BOUND;
  return rules.advanceOrders ? undefined : 'AdvanceOrders is off';
}

/** Digital: nothing of it is shipped, each line is a download or a gift certificate. An order without a line is not. */
export function isDigital(lines: readonly Row[]): boolean {
  return lines.length > 0 && lines.every((line) => DIGITAL_LINE_TYPES.has(line.type));
}

/**
 * Whether a Completed order stays what the ledger noted of it: not digital. Gift certificates did not count as digital once,
 * and an upgrade moves no order of before.
 */
export function staysNotDigital(order: Order, lines: readonly Row[], noted: boolean | undefined): boolean {
  const hasCertificate = lines.some(({ type }) => type === 'giftcertificate');
  return noted === false && order.status_id === Status.Completed && hasCertificate;
}

function targetStatus(digital: boolean, rules: Rules): number {
  return digital ? rules.newDigitalOrderStatusId : rules.newPhysicalOrderStatusId;
}

/** BigCommerce's own name of a status, for people to read. */
export function statusName(statusId: number): string {
  return STATUS_NAMES.get(statusId) ?? `status ${statusId}`;
}

/** BigCommerce's date as it came; `""` where it gives none. */
export function dateModified(order: Row): string {
  return typeof order.date_modified === 'string' ? order.date_modified : '';
}

/** Epoch milliseconds of a BigCommerce date (RFC 2822), or undefined when it is none. */
export function parseDate(date: unknown): number | undefined {
  const time = typeof date === 'string' && date !== '' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** Whether a version of this date can no longer change unseen, for a look that began at `lookedAt`. */
export function isSettled(date: unknown, lookedAt: number): boolean {
  const modified = parseDate(date);
  return modified !== undefined && lookedAt >= modified + SETTLE_MS;
}

/** An order id from outside: a positive integer, also as text; anything else is undefined. */
export function toOrderId(value: unknown): number | undefined {
  const id = typeof value === 'string' && /^[1-9]\d{0,15}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

/** Narrows what BigCommerce calls an order: undefined unless it is an object with an id and a status id. */
export function toOrder(value: unknown): Order | undefined {
  if (!isRow(value) || !Number.isInteger(value.status_id)) return undefined;
  return toOrderId(value.id) === value.id ? (value as Order) : undefined;
}

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

const ERROR_FIELDS = new Set(['status', 'message', 'details', 'title', 'type', 'errors']);

/** Whether a row of a list is an error of the store, which some answers carry under status 200. */
export function isErrorRow(row: unknown): boolean {
  const names = isRow(row) ? Object.keys(row) : [];
  return names.length > 0 && names.every((name) => ERROR_FIELDS.has(name));
}

/** Reads a queue body; unknown sources and fields are kept. Throws MalformedReferenceError saying what is wrong. */
export function readReference(body: string): OrderReference {
  const value = parseJson(body);
  if (!isRow(value)) throw new MalformedReferenceError('The body is not a JSON object.');
  const orderId = toOrderId(value.orderId);
  const seen = parseDate(value.seenAt);
  const seenAt = seen === undefined ? undefined : new Date(seen).toISOString();
  const problems = [
    ...(orderId === undefined || orderId !== value.orderId ? ['orderId is not a positive integer'] : []),
    ...(typeof value.source === 'string' && value.source !== '' ? [] : ['source is not a text']),
    ...(seenAt === undefined ? ['seenAt is not a date'] : []),
    ...(value.statusId === undefined || Number.isInteger(value.statusId)
      ? []
      : ['statusId is not an integer']),
    ...(value.dateModified === undefined || typeof value.dateModified === 'string'
      ? []
      : ['dateModified is not a text']),
    ...(isOptionalFlag(value.advance) ? [] : ['advance is not true or false']),
    ...(isOptionalFlag(value.wasStored) ? [] : ['wasStored is not true or false']),
    ...(value.listedDigest === undefined || typeof value.listedDigest === 'string'
      ? []
      : ['listedDigest is not a text']),
  ];
  if (problems.length === 0) return { ...value, seenAt } as unknown as OrderReference;
  throw new MalformedReferenceError(`Not an order reference: ${problems.join('; ')}.`, {
    ...(orderId === undefined ? {} : { orderId }),
    ...(seenAt === undefined ? {} : { firstSeenAt: seenAt }),
  });
}

function isOptionalFlag(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean';
}

/** Reads JSON, integers beyond 2^53 as bigints; undefined, which no JSON is, when it is none. */
export function parseJson(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}
