// The orders that faults.test.ts follows: each under a fault that passes, or about to be changed by the merchant.
import { Status } from '../../lambda/shared/order/status';
import type { NewOrder, Simulator } from '../../simulator/index';
import type { AwsProxy } from '../../scripts/local/aws-proxy';
import { addresses, awsFaults, lines, storeFaults } from './passing-faults';
import type { PassingFault } from './passing-faults';

/** An order under a fault. */
export interface StruckOrder {
  readonly id: number;
  /** The status that it is advanced to. */
  readonly target: number;
  /** How often each of its faults has struck, and how often it was to strike. */
  readonly strikes: readonly { readonly struck: () => number; readonly times: number }[];
}

export type PlacedOrders = ReturnType<typeof placeOrders>;

const put = 'PUT /orders/{id}';

/** Indexes of shapes. */
const PHYSICAL = 0;
/** More lines than come with an order. */
export const LONG = 3;
const shapes: readonly NewOrder[] = [
  { lines: [{ quantity: 2 }, {}], coupons: [{ code: 'SPRING' }] },
  { lines: [{ type: 'digital' }] },
  { lines: [{ type: 'digital' }, {}] },
  { lines: Array.from({ length: 60 }, () => ({})) },
];

/** Before the hour by which polls overlap: as long as nothing changes, one list alone shows such an order. */
const twoHoursAgo = () => Date.now() - 7_200_000;

/** An order of two hours ago: physical, digital, mixed or long, by its index. */
export function addShaped({ orders }: Simulator, index: number): { id: number; target: number } {
  const { id } = orders.add({ date_created: twoHoursAgo(), ...shapes[index % shapes.length] });
  const isDigital = orders.lines(id).every(({ type }) => type === 'digital');
  return { id, target: isDigital ? Status.AwaitingPickup : Status.AwaitingShipment };
}

/** A shape of order that causes the calls that the fault must hit; by its index, where each does. */
function shapeUnder(faults: readonly PassingFault[], index: number): number {
  const endpoints = faults.map(({ endpoint }) => endpoint);
  if (endpoints.includes(lines)) return LONG;
  return endpoints.includes(addresses) ? PHYSICAL : index;
}

/** Places all of them, with their faults armed. */
export function placeOrders(simulator: Simulator, proxy: AwsProxy) {
  const { orders, faults } = simulator;
  const underStoreFault = Object.entries(storeFaults).map(([name, passing], index) => {
    const placed = addShaped(simulator, shapeUnder(passing, index));
    const strikes = passing.map((fault) => {
      let count = 0;
      faults.add({ ...fault, orderId: placed.id, before: () => void (count += 1) });
      return { struck: () => count, times: fault.times };
    });
    return [name, { ...placed, strikes }] as const;
  });
  const underAwsFault = Object.entries(awsFaults).map(([name, fault], index) => {
    const placed = addShaped(simulator, index);
    const struck = proxy.add({ ...fault, orderId: placed.id });
    return [name, { ...placed, strikes: [{ struck, times: fault.times ?? 1 }] }] as const;
  });
  const physical = () => addShaped(simulator, PHYSICAL).id;
  const ids = {
    cancelled: physical(),
    shipped: physical(),
    archived: physical(),
    edited: physical(),
    editedLate: physical(),
    cancelledLate: physical(),
    refused: physical(),
    unpaid: orders.add({ date_created: twoHoursAgo(), status_id: Status.AwaitingPayment }).id,
    completed: orders.add({
      date_created: twoHoursAgo(),
      status_id: Status.Completed,
      lines: [{ type: 'digital' }],
    }).id,
  };
  const removeRefusal = faults.add({
    endpoint: 'GET /orders/{id}',
    orderId: ids.refused,
    kind: 'status',
    status: 400,
  });
  const editLate = () => void orders.edit(ids.editedLate, { staff_notes: 'Call before delivery.' });
  faults.add({ endpoint: put, orderId: ids.editedLate, times: 1, before: editLate });
  const cancelLate = () => void orders.setStatus(ids.cancelledLate, Status.Cancelled);
  const lost = { endpoint: put, kind: 'reset', when: 'before', times: 1 } as const;
  faults.add({ ...lost, orderId: ids.cancelledLate, before: cancelLate });
  return {
    underStoreFault: new Map<string, StruckOrder>(underStoreFault),
    underAwsFault: new Map<string, StruckOrder>(underAwsFault),
    ...ids,
    removeRefusal,
  };
}

/** What a merchant does to some of them. */
export function changeOrders({ orders }: Simulator, placed: PlacedOrders): void {
  orders.setStatus(placed.cancelled, Status.Cancelled);
  orders.setStatus(placed.shipped, Status.Shipped);
  orders.archive(placed.archived);
  orders.edit(placed.edited, { lines: [{ quantity: 7 }, {}, {}], customer_message: 'Two more, please.' });
}
