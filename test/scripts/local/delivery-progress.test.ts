// What a local run says of each order's delivery, and how it compares the ERP's sales with the store's orders.
import type { DeliveryRow } from '../../../lambda/shared/delivery/delivery-row';
import { Status } from '../../../lambda/shared/order/status';
import type { Snapshot } from '../../../lambda/shared/order/order';
import {
  deliveryInWords,
  deliveryShortcomings,
  isDeliveryUnderWay,
} from '../../../scripts/local/delivery-progress';
import type { DeliveredOrder } from '../../../scripts/local/delivery-progress';
import type { Sale } from '../../../scripts/local/tryton-sales';

/** A row without a sales order. */
const aPlainRow = (overrides: Partial<DeliveryRow> = {}): DeliveryRow => ({
  order_id: 100,
  state: 'waiting',
  state_at: '2026-11-20T10:00:00.000Z',
  told: 1,
  ...overrides,
});

const aRow = (overrides: Partial<DeliveryRow> = {}): DeliveryRow =>
  aPlainRow({
    state: 'delivered',
    erp: { id: '7', number: 'S0007', state: 'confirmed', total: '63.35' },
    ...overrides,
  });

const aSnapshot = (overrides: Record<string, unknown> = {}): Snapshot => ({
  id: 100,
  status_id: Status.AwaitingShipment,
  total_inc_tax: '63.3500',
  default_currency_code: 'USD',
  products: [],
  shipping_addresses: [],
  coupons: [],
  replication: { state: 'replicated', source: 'poll', seen_at: '', read_at: '', status_before: 11 },
  ...overrides,
});

const aSale = (overrides: Partial<Sale> = {}): Sale => ({
  id: 7,
  webId: 'BC-100',
  reference: 'BC-100',
  number: 'S0007',
  state: 'processing',
  currency: 'USD',
  total: '63.35',
  lines: [],
  ...overrides,
});

const anOrder = (
  row: DeliveryRow | undefined,
  snapshot: Snapshot | undefined = aSnapshot(),
): DeliveredOrder => ({
  id: 100,
  snapshot,
  delivery: { row },
});

const excluded = aPlainRow({ state: 'excluded', reason: 'void' });

it.each<[string, DeliveryRow | undefined, string]>([
  ['not noted yet', undefined, 'waiting'],
  ['delivered', aRow(), 'S0007'],
  ['delivered without a number', aRow({ erp: { id: '7', state: 'confirmed', total: '1' } }), 'id 7'],
  ['waiting', aPlainRow(), 'waiting'],
  ['waiting after an error', aPlainRow({ last_error: 'retryable 503' }), 'waiting: retryable 503'],
  ['excluded', excluded, 'not delivered: The order is void in the store.'],
  ['cancelled', aRow({ state: 'cancelled' }), 'cancelled S0007'],
  [
    'held',
    aPlainRow({ state: 'held', reason: 'unmapped-item', detail: 'SKU-9' }),
    'held: The mapping has no item for a line. (SKU-9)',
  ],
])('an order that is %s is described in words', (_, row, words) => {
  expect(deliveryInWords({ row }, true)).toBe(words);
});

it('an order that is not stored has no delivery', () => {
  expect(deliveryInWords({ row: undefined }, false)).toBe('');
  expect(isDeliveryUnderWay({ row: undefined }, false)).toBe(false);
});

it('a delivery is under way until its row is at an end and not due', () => {
  expect(isDeliveryUnderWay({ row: undefined }, true)).toBe(true);
  expect(isDeliveryUnderWay({ row: aRow({ state: 'waiting' }) }, true)).toBe(true);
  expect(isDeliveryUnderWay({ row: aRow({ due: 'now' }) }, true)).toBe(true);
  expect(isDeliveryUnderWay({ row: aRow({ state: 'held', due: 'held' }) }, true)).toBe(false);
  expect(isDeliveryUnderWay({ row: aRow() }, true)).toBe(false);
});

const problemsOf = (order: DeliveredOrder, ...sales: Sale[]) => deliveryShortcomings(order, sales, 'BC-');

it('one confirmed sale with the total of the store is right, and other sales do not matter', () => {
  const others = [aSale({ webId: 'BC-1001', reference: 'BC-1001' }), aSale({ state: 'cancelled' })];
  expect(problemsOf(anOrder(aRow()), aSale(), ...others)).toEqual([]);
});

it.each<[string, DeliveredOrder, Sale[], RegExp]>([
  ['no sale', anOrder(aRow()), [], /the ERP has no sale for it: S0007/],
  [
    'two sales',
    anOrder(aRow()),
    [aSale(), aSale({ id: 8, webId: '', number: 'S0008' })],
    /2 sales for it: S0007.*S0008/,
  ],
  [
    'a second sale under a later reference',
    anOrder(aRow()),
    [aSale(), aSale({ webId: 'BC-100-2' })],
    /2 sales/,
  ],
  ['a quotation', anOrder(aRow()), [aSale({ state: 'quotation' })], /S0007 \(quotation\) is not confirmed/],
  ['another total', anOrder(aRow()), [aSale({ total: '63.36' })], /total 63\.36 instead of 63\.3500/],
  ['another currency', anOrder(aRow()), [aSale({ currency: 'EUR' })], /in EUR instead of USD/],
  ['a row that is still due', anOrder(aRow({ due: 'now' })), [aSale()], /not finished/],
  [
    'a sale for an order that is not paid',
    anOrder(excluded, aSnapshot({ status_id: Status.Cancelled })),
    [aSale()],
    /not paid, but the ERP has S0007/,
  ],
  [
    'no reason for an order that is not delivered',
    anOrder(aPlainRow({ state: 'excluded' }), aSnapshot({ status_id: Status.Cancelled })),
    [],
    /nothing says why/,
  ],
])('%s is a problem', (_, order, sales, sentence) => {
  expect(problemsOf(order, ...sales).join('; ')).toMatch(sentence);
});

it('an order that is not paid is right without a sale and with a reason', () => {
  expect(problemsOf(anOrder(excluded, aSnapshot({ status_id: Status.Cancelled })))).toEqual([]);
});
