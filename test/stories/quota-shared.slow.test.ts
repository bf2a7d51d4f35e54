// Workers and a poll share one quota, on virtual time, whatever the quota is.
import fc from 'fast-check';
import { drainRush } from './model/rush';

it('workers and polls cause no refusal, whatever the quota and the latency', async () => {
  const rush = fc.record({
    seed: fc.nat(),
    latencyMs: fc.constantFrom(10, 50, 150, 400, 1_000),
    requests: fc.constantFrom(8, 20, 60, 150, 450),
    orders: fc.integer({ min: 5, max: 40 }),
  });
  await fc.assert(
    fc.asyncProperty(rush, async ({ orders, ...limits }) => {
      const { advanced, refused, deadLetters } = await drainRush(orders, limits);
      expect({ refused, deadLetters, advanced }).toEqual({ refused: 0, deadLetters: 0, advanced: orders });
    }),
    { seed: 1, numRuns: 60 },
  );
}, 60_000);
