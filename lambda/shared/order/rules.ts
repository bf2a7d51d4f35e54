// Which orders are stored, which are advanced, and where to: pure rules, no clock, no network.
import type { ListedOrder, Order, Snapshot } from './order';
import type { Row } from '../runtime/json';
import { Status, VOID_STATUS_IDS } from './status';
import type { Reason } from './reasons';

/** BigCommerce's types of lines that are not shipped; a type that is not known may be. */
const DIGITAL_LINE_TYPES: ReadonlySet<unknown> = new Set(['digital', 'giftcertificate']);

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

/** The rules alone out of all settings of a function, by name. */
export function pickRules(settings: Rules): Rules {
  return {
    allowedStatusIds: settings.allowedStatusIds,
    advanceStatusIds: settings.advanceStatusIds,
    advanceOrders: settings.advanceOrders,
    newPhysicalOrderStatusId: settings.newPhysicalOrderStatusId,
    newDigitalOrderStatusId: settings.newDigitalOrderStatusId,
    ignoreOrdersCreatedBefore: settings.ignoreOrdersCreatedBefore,
  };
}

/** The decision on an order that is stored. */
export type Decision =
  | { readonly kind: 'copy'; readonly reason: Reason }
  | { readonly kind: 'advance'; readonly targetStatusId: number }
  /** The order is in the target status of an earlier attempt: its PUT took effect. */
  | { readonly kind: 'confirm'; readonly targetStatusId: number };

/**
 * Decides on an order as it is now, with its lines and its earlier snapshot. The snapshot may be lost, so `advancedAt`, the ISO
 * time of our last advance, may also come from the ledger.
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
  if (order.statusId === earlier?.replication.target_status_id)
    return { kind: 'confirm', targetStatusId: order.statusId };
  const wasAdvanced = advancedAt !== undefined;
  const isOld = isCreatedBefore(order, rules.ignoreOrdersCreatedBefore);
  const reason = whyNotAdvanced(order.statusId, { digital, wasAdvanced, isOld }, rules);
  return reason === undefined ? { kind: 'advance', targetStatusId } : { kind: 'copy', reason };
}

/** Returns why an order is void now, or undefined. A void status in AllowedStatusIds still counts as new. */
export function whyVoid(
  { statusId, isArchived }: Pick<Order, 'statusId' | 'isArchived'>,
  rules: Rules,
): Reason | undefined {
  if (isArchived) return 'archived';
  const isVoid = VOID_STATUS_IDS.has(statusId) && !rules.allowedStatusIds.includes(statusId);
  return isVoid ? 'void-status' : undefined;
}

/**
 * Returns why an order without a ledger row is not stored, or undefined: it is archived, older than the bound (epoch
 * milliseconds), void, or it waits in a status that AllowedStatusIds does not have. A listed order has all that is needed.
 */
export function whyNotStored(
  order: Pick<ListedOrder, 'statusId' | 'createdAt' | 'isArchived'>,
  createdSince: number | undefined,
  rules: Rules,
): Reason | undefined {
  const outside = whyOutside(order, createdSince);
  if (outside !== undefined) return outside;
  const { statusId } = order;
  if (statusId === undefined) return undefined;
  if (rules.allowedStatusIds.includes(statusId)) return undefined;
  if (VOID_STATUS_IDS.has(statusId)) return 'void-status';
  const waits = statusId === Status.AwaitingPayment || statusId === Status.AwaitingFulfillment;
  return waits ? 'status-not-allowed' : undefined;
}

/** Returns why polls exclude an order in any status, or undefined: it is archived, or older than the bound (epoch milliseconds). */
export function whyOutside(
  order: Pick<ListedOrder, 'createdAt' | 'isArchived'>,
  createdSince: number | undefined,
): Reason | undefined {
  if (order.isArchived) return 'archived';
  return isCreatedBefore(order, createdSince) ? 'created-before-limit' : undefined;
}

/** Whether an order was created before the bound (epoch milliseconds). False for an order without a readable date. */
export function isCreatedBefore(
  { createdAt = Infinity }: Pick<ListedOrder, 'createdAt'>,
  bound = -Infinity,
): boolean {
  return createdAt < bound;
}

/** The facts in addition to its status that decide whether an order may be advanced. */
export interface Circumstances {
  readonly digital: boolean;
  /** We advanced it before. If it is Completed now, it is finished, not new; in another new status, staff reset it. */
  readonly wasAdvanced: boolean;
  /** Created before IgnoreOrdersCreatedBefore. */
  readonly isOld: boolean;
}

/** Returns why an order in this status is stored but not advanced, or undefined if it may be advanced. */
export function whyNotAdvanced(
  statusId: number,
  { digital, wasAdvanced, isOld }: Circumstances,
  rules: Rules,
): Reason | undefined {
  if (statusId === targetStatus(digital, rules)) return 'in-target-status';
  if (!rules.allowedStatusIds.includes(statusId)) return 'moved-before-copy';
  if (!rules.advanceStatusIds.includes(statusId)) return 'status-not-advanced';
  if (statusId === Status.Completed && !digital) return 'completed-not-digital';
  if (statusId === Status.Completed && wasAdvanced) return 'completed-after-advance';
  if (isOld) return 'created-before-limit';
  return rules.advanceOrders ? undefined : 'advance-off';
}

/** Whether each line is a download or a gift certificate, so that nothing is shipped. An order without lines is not digital. */
export function isDigital(lines: readonly Row[]): boolean {
  return lines.length > 0 && lines.every((line) => DIGITAL_LINE_TYPES.has(line.type));
}

/**
 * Whether a Completed order stays recorded as not digital. In earlier versions, gift certificates did not count as digital, and
 * an upgrade must not advance the orders of that time.
 */
export function staysNotDigital(
  order: Pick<Order, 'statusId'>,
  lines: readonly Row[],
  noted: boolean | undefined,
): boolean {
  const hasCertificate = lines.some(({ type }) => type === 'giftcertificate');
  return noted === false && order.statusId === Status.Completed && hasCertificate;
}

function targetStatus(digital: boolean, rules: Rules): number {
  return digital ? rules.newDigitalOrderStatusId : rules.newPhysicalOrderStatusId;
}
