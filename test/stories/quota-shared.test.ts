// Workers and a poll share one quota, on virtual time. quota-shared.slow.test.ts tries other quotas and latencies.
import { drainRush } from './model/rush';

it('150 orders drain against 150 calls in 30 s without a refusal, and the reserve is spared', async () => {
  const { advanced, refused, most } = await drainRush(150, { requests: 150 });
  expect({ advanced, refused }).toEqual({ advanced: 150, refused: 0 });
  // Less the reserve of a tenth, but for a call of each function that the others' answers did not show yet; and nearly
  // all of the rest is used.
  expect(most).toBeLessThanOrEqual(135 + 3);
  expect(most).toBeGreaterThan(125);
}, 60_000);
