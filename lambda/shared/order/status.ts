// BigCommerce's order statuses: their ids, their names, and which of them are void.

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
export const VOID_STATUS_IDS: ReadonlySet<number> = new Set([
  Status.Incomplete,
  Status.Pending,
  Status.Refunded,
  Status.Cancelled,
  Status.Declined,
  Status.ManualVerificationRequired,
  Status.Disputed,
]);

/** Whether orders in this status are neither paid nor to be shipped. */
export const isVoidStatus = (statusId: number): boolean => VOID_STATUS_IDS.has(statusId);

/** BigCommerce's own name of a status, for people to read. */
export function statusName(statusId: number): string {
  return STATUS_NAMES.get(statusId) ?? `status ${statusId}`;
}

/** The id of a status by the name that `statusName` gives it. */
export function statusIdOf(name: string): number | undefined {
  const [, id] = /^status (\d+)$/.exec(name) ?? [];
  return id === undefined ? [...STATUS_NAMES].find(([, known]) => known === name)?.[0] : Number(id);
}
