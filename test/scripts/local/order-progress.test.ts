import type { LedgerRow } from '../../../lambda/shared/order/ledger-row';
import { Status } from '../../../lambda/shared/order/status';
import type { Snapshot } from '../../../lambda/shared/order/order';
import { shortcomings, toRow } from '../../../scripts/local/order-progress';
import type { OrderProgress } from '../../../scripts/local/order-progress';

const aSnapshot = (overrides: Partial<Snapshot> = {}): Snapshot => ({
  id: 100,
  status_id: Status.AwaitingShipment,
  products: [{}, {}],
  shipping_addresses: [{}],
  coupons: [],
  replication: { state: 'replicated', source: 'poll', seen_at: '', read_at: '', status_before: 11 },
  ...overrides,
});

const done: OrderProgress = {
  id: 100,
  story: 'two lines',
  statusBefore: Status.AwaitingFulfillment,
  statusNow: Status.AwaitingShipment,
  expected: { stored: true, advancedTo: Status.AwaitingShipment },
  counts: { products: 2, addresses: 1, coupons: 0 },
  ledger: { order_id: 100, state: 'replicated', status_before: 11, status_after: 9 },
  snapshot: aSnapshot(),
};

const cancelled: OrderProgress = {
  id: 105,
  story: 'cancelled',
  statusBefore: Status.Cancelled,
  statusNow: Status.Cancelled,
  expected: { stored: false, why: 'Cancelled is not one of AllowedStatusIds' },
  ledger: undefined,
  snapshot: undefined,
};

it('the row of an advanced order shows its statuses, its counts and its result', () => {
  expect(toRow(done)).toEqual({
    id: 100,
    story: 'two lines',
    statusBefore: 'Awaiting Fulfillment',
    statusAfter: 'Awaiting Shipment',
    stored: '2 lines, 1 address',
    outcome: 'stored and advanced',
    salesOrder: '',
  });
});

it('the row of an order without a ledger row has the reason why it is not queued', () => {
  expect(toRow(cancelled).outcome).toBe('not queued: Cancelled is not one of AllowedStatusIds');
});

it.each<[LedgerRow, string]>([
  [{ order_id: 100, state: 'queued' }, 'queued'],
  [{ order_id: 100, lease_owner: 'a' }, 'in progress: a worker has it'],
  [
    { order_id: 100, state: 'copied', reason: 'advance-off' },
    'stored, status unchanged: AdvanceOrders is off',
  ],
  [
    { order_id: 100, state: 'skipped', reason: 'void-status', status_id: 5 },
    'not stored: void status (Cancelled)',
  ],
  [
    { order_id: 100, state: 'dead', reason: 'rejected', last_error: 'answered 400' },
    'dead letter: refused permanently: answered 400',
  ],
])('the ledger row %j is described in words', (ledger, words) => {
  expect(toRow({ ...done, ledger }).outcome).toBe(words);
});

it('the check finds nothing wrong with orders as expected', () => {
  expect([done, cancelled].flatMap(shortcomings)).toEqual([]);
});

it.each<[string, OrderProgress, RegExp]>([
  [
    'that never arrived',
    { ...done, ledger: undefined, snapshot: undefined, statusNow: 11 },
    /not in the Orders table/,
  ],
  ['still queued', { ...done, ledger: { order_id: 100, state: 'queued' } }, /not finished/],
  ['that is a dead letter', { ...done, ledger: { order_id: 100, state: 'dead' } }, /dead letter/],
  [
    'whose status stayed',
    { ...done, statusNow: 11 },
    /shows Awaiting Fulfillment instead of Awaiting Shipment/,
  ],
  [
    'with lines missing',
    { ...done, snapshot: aSnapshot({ products: [{}] }) },
    /1 line, 1 address of 2 lines, 1 address were stored/,
  ],
  ['stored against the rules', { ...cancelled, snapshot: aSnapshot() }, /it is in the Orders table/],
  ['moved against the rules', { ...cancelled, statusNow: 9 }, /shows Awaiting Shipment instead of Cancelled/],
])('the check finds an order %s', (_, order, problem) => {
  expect(shortcomings(order).join('\n')).toMatch(problem);
});
