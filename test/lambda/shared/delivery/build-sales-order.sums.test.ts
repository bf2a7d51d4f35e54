// Thousands of generated orders, each of which must add up.
import { addSampleOrders, createStore, fillStore } from '../../../../simulator/index';
import { buildSalesOrder } from '../../../../lambda/shared/delivery/build-sales-order';
import { parseAmount, smallestOf } from '../../../../lambda/shared/delivery/money';
import type { SalesOrder } from '../../../../lambda/shared/delivery/sales-order';
import { sentLines } from '../../../../lambda/shared/delivery/sent-lines';
import { aSnapshot } from '../../../support/builders';
import type { Snapshot } from '../../../../lambda/shared/order/order';
import { generateOrder } from '../../../support/order-generator';
import { aMapping } from '../../../support/sales-order';

const ORDERS = 10_000;

const mapping = aMapping({
  addresses: { several: 'first' },
  currencies: [{ else: {} }],
});

const exact = (amount: string): bigint => {
  const parsed = parseAmount(amount);
  if (parsed === undefined) throw new Error(`${amount} is no amount.`);
  return parsed;
};

const total = (amounts: readonly string[]): bigint => amounts.map(exact).reduce((sum, one) => sum + one, 0n);

/** What does not add up in a document. */
function problemsOf(document: SalesOrder): readonly string[] {
  const coin = smallestOf(document.currency);
  const sent = sentLines(document, mapping);
  const { net, tax, gross, due } = document.totals;
  const own = document.lines.filter(({ kind }) => kind !== 'discount');
  const redeemed = document.payments.filter(
    ({ kind }) => kind === 'gift_certificate' || kind === 'store_credit',
  );
  const checks: Readonly<Record<string, boolean>> = {
    'net and tax are the gross': exact(net) + exact(tax) === exact(gross),
    'lines are the net': total(document.lines.map((line) => line.gross)) === exact(net),
    'lines less their discounts are the net': total(own.map((line) => line.net)) === exact(net),
    'taxes are the tax': total(document.taxes.map(({ amount }) => amount)) === exact(tax),
    'taxes of lines are the tax': total(document.lines.map((line) => line.tax)) === exact(tax),
    'sent lines are the gross': total(sent.map(({ amount }) => amount)) === exact(gross),
    'payments are the gross': total(document.payments.map(({ amount }) => amount)) === exact(gross),
    'what is due is the gross less what was redeemed':
      exact(due) === exact(gross) - total(redeemed.map(({ amount }) => amount)),
    'discounts are the lines of discounts':
      total(document.discounts.map(({ amount }) => amount)) ===
      -total(document.lines.filter(({ kind }) => kind === 'discount').map((line) => line.gross)),
    'amounts are whole coins': [...sent.map(({ amount }) => amount), net, tax, gross].every(
      (amount) => exact(amount) % coin === 0n,
    ),
    'no ERP rounds to another amount': sent.every((line) => {
      const product = (exact(line.quantity) * exact(line.unitPrice)) / 10_000n;
      const off = product - exact(line.amount);
      return 2n * (off < 0n ? -off : off) < coin;
    }),
  };
  return Object.entries(checks).flatMap(([name, holds]) => (holds ? [] : [name]));
}

/** What is wrong with what is built of a well-formed order: nothing should be. */
function verdictOn(snapshot: Snapshot, totals: Readonly<Record<string, bigint>>): readonly string[] {
  const built = buildSalesOrder(snapshot, mapping);
  if (built.kind === 'hold') return [`held: ${built.reason}, ${built.detail}`];
  const { net, tax, gross, due } = built.document.totals;
  const found: Readonly<Record<string, string>> = { net, tax, gross, due };
  const others = Object.entries(totals).filter(([name, amount]) => exact(found[name] ?? '') !== amount);
  return [
    ...others.map(([name, amount]) => `${name} is ${found[name] ?? ''}, not ${amount} ten-thousandths`),
    ...problemsOf(built.document),
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
