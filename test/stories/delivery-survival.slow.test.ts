// The same faults as in delivery-survival.test.ts, with more stories.
import { DELIVERY_FAULTS } from './model/deliveries/faults';
import { surviveDeliveries } from './model/deliveries/survive';

/** Of each fault; a few seconds of most. */
const ORDERS = 400;

it.each(DELIVERY_FAULTS.map((fault) => [fault.name, fault] as const))(
  'deliveries survive %s, in many stories',
  async (_, fault) => {
    const { orders, struck } = await surviveDeliveries({ fault, seed: 1, orders: ORDERS });
    expect(orders).toBeGreaterThanOrEqual(ORDERS);
    // A fault that hardly ever strikes would show nothing.
    expect(struck).toBeGreaterThan(0);
  },
  120_000,
);
