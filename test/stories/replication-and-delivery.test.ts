// Orders of the simulated store, replicated and delivered in one story, with faults on both sides.
import fc from 'fast-check';
import { aDay } from './model/arbitrary';
import { aDeliveryDay } from './model/deliveries/arbitrary';
import { tellBoth } from './model/deliveries/with-replication';
import { on, kills } from './model/troubles';

const STORIES = 6;

it('orders that are replicated and delivered in one story are stored, advanced and booked once each, also when workers die', async () => {
  const replication = on(fc.record({ kills: kills('worker'), tableFailures: fc.constantFrom(0, 0.1) }));
  const deliveries = fc
    .tuple(
      aDeliveryDay(),
      fc.array(fc.record({ nth: fc.nat(8), step: fc.integer({ min: 1, max: 50 }) }), { maxLength: 6 }),
      fc.constantFrom(0, 0.3),
    )
    .map(([plan, deaths, late]) => ({
      ...plan,
      kills: deaths.map((death) => ({ ...death, part: 'worker' as const })),
      stream: { lost: 0.2, doubled: 0.2, lateMs: 10_000 },
      erp: { ...plan.erp, late },
    }));
  let delivered = 0;
  const property = fc.asyncProperty(fc.oneof(aDay(), replication), deliveries, async (plan, deliveryPlan) => {
    const both = await tellBoth(plan, deliveryPlan);
    expect(both.broken).toEqual([]);
    delivered += both.delivered;
  });
  await fc.assert(property, { seed: 1, numRuns: STORIES, endOnFailure: true });
  expect(delivered).toBeGreaterThan(STORIES);
});
