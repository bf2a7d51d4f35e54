// Every fault that the service must survive, by name: random stories of it on virtual time, none of which may lose, double
// or send back an order. A few of each; survival.slow.test.ts has three times as many, `survive` any number.
import { FAULTS } from './model/faults';
import { survive } from './model/survive';

/** Of each fault. */
const ORDERS = 30;

it.each(FAULTS.map((fault) => [fault.name, fault] as const))(
  'the service survives %s',
  async (_, fault) => {
    const { orders, struck } = await survive({ fault, seed: 1, orders: ORDERS });
    expect(orders).toBeGreaterThanOrEqual(ORDERS);
    // A fault that hardly ever strikes would show nothing.
    expect(struck).toBeGreaterThan(0);
  },
  60_000,
);
