// The same faults as in survival.test.ts, in longer histories.
import { FAULTS } from './model/faults';
import { survive } from './model/survive';

/** Of each fault; a second of most. */
const ORDERS = 120;

it.each(FAULTS.map((fault) => [fault.name, fault] as const))(
  'the service survives %s, in a longer history',
  async (_, fault) => {
    const { orders, struck } = await survive({ fault, seed: 1, orders: ORDERS });
    expect(orders).toBeGreaterThanOrEqual(ORDERS);
    // A fault that hardly ever strikes would show nothing.
    expect(struck).toBeGreaterThan(0);
  },
  60_000,
);
