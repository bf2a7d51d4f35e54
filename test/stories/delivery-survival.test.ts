// Every fault that deliveries must survive, by name: random stories of it on virtual time, none of which may double or lose an
// order, confirm it with another total, or overwrite what the ERP's staff did. A few of each; delivery-survival.slow.test.ts has
// more, `survive --delivery` any number.
import { DELIVERY_FAULTS } from './model/deliveries/faults';
import { surviveDeliveries } from './model/deliveries/survive';

/** Of each fault. */
const ORDERS = 40;

it.each(DELIVERY_FAULTS.map((fault) => [fault.name, fault] as const))(
  'deliveries survive %s',
  async (_, fault) => {
    const { orders, struck } = await surviveDeliveries({ fault, seed: 1, orders: ORDERS });
    expect(orders).toBeGreaterThanOrEqual(ORDERS);
    // A fault that hardly ever strikes would show nothing.
    expect(struck).toBeGreaterThan(0);
  },
  60_000,
);
