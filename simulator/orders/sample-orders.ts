// Fills a store with ten orders that each show one case, or with many random orders.
import { parts } from './catalogue';
import type { NewOrder } from './order-defaults';
import { pick, randomFrom, wholeNumber } from '../random';
import type { Clock } from '../clock';
import type { Orders } from './orders';

/** The parts of a store that filling it uses. */
interface FillableStore {
  readonly seed: number;
  readonly clock: Clock;
  readonly orders: Orders;
}

/** An order and the case that it shows. */
export interface SampleOrder {
  readonly id: number;
  readonly story: string;
}

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

/** Adds one order for each case and returns the ids and the cases. */
export function addSampleOrders(store: FillableStore): SampleOrder[] {
  const now = store.clock.now();
  return stories(now).map(([story, fields], index) => {
    const order = store.orders.add({ date_created: now - (30 - index) * HOUR_MS, ...fields });
    return { id: order.id, story };
  });
}

function stories(now: number): [story: string, fields: NewOrder][] {
  const years = { date_created: now - 4 * YEAR_MS, date_modified: now - 4 * YEAR_MS + 72 * HOUR_MS };
  return [
    [
      'physical, two lines and a coupon',
      { lines: [{ quantity: 2 }, {}], coupons: [{ code: 'SPRING', amount: 5, discount: 5 }] },
    ],
    ['all digital, completed by its payment', { status_id: 10, lines: [{ type: 'digital', quantity: 2 }] }],
    ['sixty lines, more than one page of them', { lines: parts }],
    ['awaiting payment', { status_id: 7, payment_method: 'Bank Deposit' }],
    [
      'physical, completed years ago',
      { status_id: 10, ...years, date_shipped: now - 4 * YEAR_MS, lines: [{ quantity_shipped: 1 }] },
    ],
    ['cancelled', { status_id: 5 }],
    ['held for manual verification', { status_id: 12 }],
    ['a cart with something digital and something physical', { lines: [{ type: 'digital' }, {}] }],
    ['a guest with a name and a message in Unicode', { customer_id: 0, ...unicode }],
    ['a gift certificate, mailed', { lines: [{ type: 'giftcertificate' }] }],
  ];
}

const unicode: NewOrder = {
  billing_address: {
    first_name: 'Zoë 🌻',
    last_name: 'Łukasiewicz-渡辺',
    street_1: 'Straße des 17. Juni 135 ½',
    email: 'zoe@example.com',
  },
  customer_message: 'Bitte klingeln! 🔔 / “thank you” — merci',
};

/** Adds random orders, 5 min apart and more than an hour old, and returns their ids. */
export function fillStore(store: FillableStore, count: number): number[] {
  const random = randomFrom(store.seed, 'fill');
  const start = store.clock.now() - HOUR_MS - count * 300_000;
  return Array.from({ length: count }, (_, index) => {
    const isDigital = random() < 0.2;
    const order: NewOrder = {
      status_id: isDigital ? 10 : pick(random, [11, 11, 11, 11, 7, 1, 2, 5, 9, 12]),
      date_created: start + index * 300_000,
      lines: Array.from({ length: wholeNumber(random, 1, 4) }, () => ({
        type: isDigital ? 'digital' : 'physical',
        quantity: wholeNumber(random, 1, 3),
      })),
      coupons: random() < 0.3 ? [{}] : [],
    };
    return store.orders.add(order).id;
  });
}
