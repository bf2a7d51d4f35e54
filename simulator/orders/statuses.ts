// The fifteen order statuses, in the order in which the store shows them. Merchants can only change their labels.

/** One status as `GET /order_statuses` lists it. */
export interface OrderStatus {
  id: number;
  name: string;
  system_label: string;
  custom_label: string;
  system_description: string;
  order: number;
}

/** The statuses with special rules in the simulator. */
export const STATUS = {
  INCOMPLETE: 0,
  PENDING: 1,
  SHIPPED: 2,
  AWAITING_FULFILLMENT: 11,
  PARTIALLY_REFUNDED: 14,
} as const;

// Ids, labels, descriptions and order: GET /order_statuses and GET /orders/count in the OpenAPI file.
const listed: readonly (readonly [id: number, label: string, description: string])[] = [
  [0, 'Incomplete', 'A shopper reached the payment page, but did not complete the transaction.'],
  [1, 'Pending', 'Customer started the checkout process, but did not complete it.'],
  [7, 'Awaiting Payment', 'Customer has completed checkout, but payment has yet to be confirmed.'],
  [11, 'Awaiting Fulfillment', 'Customer has completed checkout and payment has been confirmed.'],
  [9, 'Awaiting Shipment', 'Order has been pulled and packaged, and awaits a shipping provider.'],
  [8, 'Awaiting Pickup', 'Order has been pulled, and awaits customer pickup.'],
  [3, 'Partially Shipped', 'Only some items in the order have been shipped.'],
  [10, 'Completed', 'Client has paid for their digital product and their files are available.'],
  [2, 'Shipped', 'Order has been shipped, but receipt has not been confirmed.'],
  [5, 'Cancelled', 'Seller has cancelled an order.'],
  [6, 'Declined', 'Seller has marked the order as declined.'],
  [4, 'Refunded', 'Seller has used the Refund action.'],
  [13, 'Disputed', 'Customer has initiated a dispute resolution process.'],
  [12, 'Manual Verification Required', 'Order is on hold while some aspect is confirmed manually.'],
  [14, 'Partially Refunded', 'Seller has partially refunded the order.'],
];

export const orderStatuses: readonly OrderStatus[] = listed.map(([id, label, description], order) => ({
  id,
  name: label,
  system_label: label,
  custom_label: label,
  system_description: description,
  order,
}));

const labels = new Map(listed.map(([id, label]) => [id, label]));

/** Whether an id is the id of a status. */
export function isStatusId(id: unknown): id is number {
  return typeof id === 'number' && labels.has(id);
}

/** The label of a status; empty for an unknown id. */
export function statusLabel(id: number): string {
  return labels.get(id) ?? '';
}

const paid = new Set([2, 3, 8, 9, 10, 11]);
const unpaid = new Set([0, 1, 5, 6, 7, 12, 13]);

/** Whether a status means that the order is paid; Refunded is neither. A change between the two is a tax event. */
export function paymentClass(id: number, partiallyRefundedIsPaid: boolean): 'paid' | 'unpaid' | 'neither' {
  if (id === STATUS.PARTIALLY_REFUNDED) return partiallyRefundedIsPaid ? 'paid' : 'unpaid';
  if (paid.has(id)) return 'paid';
  return unpaid.has(id) ? 'unpaid' : 'neither';
}
