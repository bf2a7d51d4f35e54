// Lines that come with an order, and lines that are asked for: the same snapshots, by fewer calls. The real client and the
// real worker, against a store in this process whose clock stands still.
import { createBigCommerce } from '../../../lambda/shared/bigcommerce/client';
import type { HttpRequest } from '../../../lambda/shared/bigcommerce/http';
import type { Snapshot } from '../../../lambda/shared/order/order';
import { createStore } from '../../../simulator/index';
import type { NewLine, NewOrder, Store } from '../../../simulator/index';
import { pick, randomFrom, wholeNumber } from '../../../simulator/random';
import type { Random } from '../../../simulator/random';
import { iso, NOON } from '../../support/builders';
import { aWorld } from '../../support/world';
import { overTheWire } from '../../stories/model/wire';

const statuses = [11, 11, 11, 10, 10, 7, 9, 2, 3, 8, 14, 5] as const;
const texts = [
  'Ascii',
  'Größe 38½',
  '靴下',
  'ear\u0301ring',
  'Gift \u{1F381}\u{1F469}\u200D\u{1F680}',
  '',
  '"\\/\n\t',
] as const;

function aRandomLine(random: Random): NewLine {
  const type = pick(random, ['physical', 'physical', 'digital', 'giftcertificate'] as const);
  const isPickedUp = type === 'physical' && random() < 0.15;
  return {
    type,
    name: pick(random, texts),
    quantity: wholeNumber(random, 1, 5),
    wrapping_name: pick(random, [null, '', 'Paper']),
    ...(isPickedUp ? { order_pickup_method_id: 1 } : {}),
    ...(random() < 0.1 ? { is_bundled_product: true } : {}),
  };
}

function aRandomOrder(random: Random): NewOrder {
  const oneIn = (orders: number) => random() < 1 / orders;
  const count = oneIn(40) ? wholeNumber(random, 49, 120) : wholeNumber(random, 1, 6);
  const same = oneIn(3) ? aRandomLine(random) : undefined;
  return {
    status_id: pick(random, statuses),
    date_created: NOON - 3_600_000,
    customer_message: pick(random, [null, ...texts]),
    lines: Array.from({ length: count }, () => same ?? aRandomLine(random)),
    ...(oneIn(4) ? { coupons: [{ code: pick(random, texts) }] } : {}),
    ...(oneIn(4) ? { fees: [{ display_name_customer: pick(random, texts), cost_inc_tax: '13.5300' }] } : {}),
    ...(oneIn(10) ? { extra: { a_new_field: { deep: [null, '', 0, pick(random, texts)] } } } : {}),
  };
}

/** `refuses` says which requests the store answers with 500. */
async function replicateAll(
  orders: number,
  readConsignments: boolean,
  arrange: (store: Store) => void,
  refuses: (request: HttpRequest) => boolean = () => false,
) {
  const store = createStore({ seed: 7, now: () => NOON, accessToken: 'token' });
  arrange(store);
  const random = randomFrom(7, 'orders');
  for (let order = 0; order < orders; order += 1) store.orders.add(aRandomOrder(random));
  const time = { now: () => NOON, setTimer: () => () => undefined };
  const history = { puts: [], reads: new Map(), answers: new Map() };
  const send = overTheWire({ time, store, handle: store.handle, history } as unknown as Parameters<
    typeof overTheWire
  >[0]);
  const failing = { status: 500, text: '', headers: {} };
  const bigCommerce = createBigCommerce({
    apiUrl: '',
    storeHash: store.credentials.storeHash,
    quotaReservePercent: 0,
    readConsignments,
    accessToken: () => Promise.resolve('token'),
    http: (request) => (refuses(request) ? Promise.resolve(failing) : send(request)),
    now: time.now,
    sleep: () => Promise.resolve(),
  });
  const world = aWorld();
  const deps = { store: bigCommerce.until(Infinity), now: time.now };
  for (const { id } of store.orders.all()) {
    await world.replicate({ orderId: id, source: 'poll', seenAt: iso(NOON - 1) }, { deps });
  }
  store.close();
  return { store, snapshots: world.snapshots };
}

const without = ({ consignments, ...rest }: Snapshot) => rest;

describe.each([
  ['a thousand random orders', 1_000, () => undefined],
  [
    'orders of a store that is thought of otherwise',
    200,
    ({ switches }: Store) => {
      Object.assign(switches, { itemsTotalCountsBundled: false, consignmentIdIsAddressId: false });
      Object.assign(switches, { escaping: 'all', emptyList: 'array', digitalAddressCount: 1 });
      Object.assign(switches, { putWithoutFees: 'drop' });
    },
  ],
])('%s', (_name, orders, arrange: (store: Store) => void) => {
  it('orders are stored alike with and without included lines, except for consignments, and with lines by fewer calls', async () => {
    const plain = await replicateAll(orders, false, arrange);
    const withLines = await replicateAll(orders, true, arrange);
    expect(withLines.snapshots.size).toBeGreaterThan(0.85 * orders);
    expect([...withLines.snapshots.keys()]).toEqual([...plain.snapshots.keys()]);
    for (const [id, snapshot] of withLines.snapshots) {
      expect(without(snapshot)).toEqual(without(plain.snapshots.get(id)!));
      expect(snapshot.fees).toEqual(withLines.store.orders.fees(id));
    }
    const called = (way: typeof plain) => way.store.log.count();
    expect(called(withLines)).toBeLessThan(called(plain));
  });
});

it('the lines of an order are fetched when those that came with it are empty, whatever their number', async () => {
  const { store, snapshots } = await replicateAll(
    50,
    true,
    ({ switches }) => (switches.emptyLineItems = true),
  );
  for (const [id, { products }] of snapshots) expect(products).toHaveLength(store.orders.lines(id).length);
});

it('an order whose GET fails with an include is stored and advanced like one that is read without', async () => {
  const isEvenOrder = ({ url, query }: HttpRequest) =>
    query?.include !== undefined && Number(url.split('/').pop()) % 2 === 0;
  const plain = await replicateAll(60, false, () => undefined);
  const refused = await replicateAll(60, true, () => undefined, isEvenOrder);
  expect(refused.snapshots.size).toBeGreaterThan(0.85 * 60);
  expect([...refused.snapshots.keys()]).toEqual([...plain.snapshots.keys()]);
  for (const [id, snapshot] of refused.snapshots) {
    expect(without(snapshot)).toEqual(without(plain.snapshots.get(id)!));
  }
});

it('fees that come with an order cost no further call, and others cost one', async () => {
  const [along, asked] = [
    await replicateAll(100, true, () => undefined),
    await replicateAll(100, true, ({ switches }) => {
      Object.assign(switches, { includesFees: false, feesSpelling: 'cost_exc_tax' });
    }),
  ];
  expect([...along.snapshots].filter(([, { fees }]) => fees?.length === 1).length).toBeGreaterThan(10);
  expect([...asked.snapshots.values()]).toEqual([...along.snapshots.values()]);
  expect(along.store.log.count('GET /orders/{id}/fees')).toBe(0);
  expect(asked.store.log.count('GET /orders/{id}/fees')).toBeGreaterThanOrEqual(asked.snapshots.size);
});

it('each line and each address of an order is stored once', async () => {
  const { snapshots } = await replicateAll(100, true, () => undefined);
  for (const { consignments, products, shipping_addresses } of snapshots.values()) {
    const text = JSON.stringify(consignments);
    expect(text).not.toMatch(/"(?:price_inc_tax|street_1|first_name|base_cost)":/);
    for (const { id } of [...products, ...shipping_addresses]) expect(text).toContain(`{"id":${String(id)},`);
  }
});
