// Thousands of generated orders, each of which must add up.
import { addSampleOrders, createStore, fillStore } from '../../../../simulator/index';
import { buildSalesOrder } from '../../../../lambda/shared/delivery/build-sales-order';
import { aSnapshot } from '../../../support/builders';
import { exact, problemsOf } from '../../../support/document-problems';
import type { Snapshot } from '../../../../lambda/shared/order/order';
import { generateOrder } from '../../../support/order-generator';
import { aMapping } from '../../../support/sales-order';

const ORDERS = 10_000;

const mapping = aMapping({
  addresses: { several: 'first' },
  currencies: [{ else: {} }],
});

/** What is wrong with what is built of a well-formed order: nothing should be. */
function verdictOn(snapshot: Snapshot, totals: Readonly<Record<string, bigint>>): readonly string[] {
  const built = buildSalesOrder(snapshot, mapping);
  if (built.kind === 'hold') return [`held: ${built.reason}, ${built.detail}`];
  const { net, tax, gross, due } = built.document.totals;
  const found: Readonly<Record<string, string>> = { net, tax, gross, due };
  const others = Object.entries(totals).filter(([name, amount]) => exact(found[name] ?? '') !== amount);
  return [
    ...others.map(([name, amount]) => `${name} is ${found[name] ?? ''}, not ${amount} ten-thousandths`),
    ...problemsOf(built.document, mapping),
  ];
}

describe('buildSalesOrder', () => {
  it('every one of 10,000 generated orders adds up, and none is held', () => {
    const traits = new Map<string, number>();
    const wrong = Array.from({ length: ORDERS }, (_, seed) => {
      const order = generateOrder(seed);
      for (const trait of order.traits) traits.set(trait, (traits.get(trait) ?? 0) + 1);
      const problems = verdictOn(order.snapshot, { ...order.totals });
      return { seed, traits: order.traits, problems };
    }).filter(({ problems }) => problems.length > 0);
    expect(wrong).toEqual([]);
    // Every kind of order is among them, often.
    expect(traits.size).toBe(20);
    expect(Math.min(...traits.values())).toBeGreaterThan(100);
  });

  it('none of the orders of the simulated store is held', () => {
    const store = createStore();
    addSampleOrders(store);
    fillStore(store, 500);
    const wrong = store.orders.all().map((order) => {
      const snapshot = aSnapshot({
        ...order,
        products: store.orders.lines(order.id),
        shipping_addresses: store.orders.addresses(order.id),
        coupons: store.orders.coupons(order.id),
      });
      return { id: order.id, problems: verdictOn(snapshot, { gross: exact(order.total_inc_tax) }) };
    });
    expect(wrong.filter(({ problems }) => problems.length > 0)).toEqual([]);
    expect(wrong).toHaveLength(510);
  });
});
