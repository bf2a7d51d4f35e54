// Runs random stories until enough orders have gone through, each round with a seed of its own.
import fc from 'fast-check';

export interface StoriesRequest {
  readonly seed: number;
  /** Orders at least. */
  readonly orders: number;
  /** Tells one story only: the one that fast-check named when it failed. */
  readonly path?: string | undefined;
  /** Looks for the smallest story that fails as well, instead of ending with the first. */
  readonly shrink?: boolean | undefined;
}

/** The most orders that a story of most faults has. */
const ORDERS_OF_A_STORY = 10;

/** `count` is what `tellOne` has counted so far. Throws what `tellOne` throws, with seed and path. */
export async function runStories<Plan>(
  plans: fc.Arbitrary<Plan>,
  { seed, orders, path, shrink }: StoriesRequest,
  count: { readonly stories: number; readonly orders: number },
  tellOne: (plan: Plan) => Promise<void>,
): Promise<void> {
  const endOnFailure = shrink !== true;
  const property = fc.asyncProperty(plans, tellOne);
  if (path !== undefined) {
    await fc.assert(property, { seed, path, numRuns: 1, endOnFailure });
    return;
  }
  // Each round has a seed of its own, because it is unknown how many orders a story has.
  for (let round = 0; count.orders < orders; round += 1) {
    const numRuns =
      count.stories === 0
        ? Math.min(10, Math.ceil(orders / ORDERS_OF_A_STORY))
        : Math.ceil((orders - count.orders) / (count.orders / count.stories));
    await fc.assert(property, { seed: seed + round, numRuns, endOnFailure });
  }
}
