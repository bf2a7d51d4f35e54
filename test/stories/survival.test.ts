// Every fault that the service has to survive, by name: random stories of it on virtual time, none of which may lose,
// double or send back an order. Many more of them: npm run survive.
import { FAULTS } from './model/faults';
import { survive } from './model/survive';

/** Of each fault; some seconds of all together. */
const ORDERS = 120;

it.each(FAULTS.map((fault) => [fault.name, fault] as const))(
  'survives %s',
  async (_, fault) => {
    const { orders, struck } = await survive({ fault, seed: 1, orders: ORDERS });
    expect(orders).toBeGreaterThanOrEqual(ORDERS);
    // A fault that hardly ever strikes would prove nothing.
    expect(struck).toBeGreaterThan(0);
  },
  60_000,
);
