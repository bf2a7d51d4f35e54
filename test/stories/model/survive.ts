// Runs random stories of one fault, checks each, and counts.
import fc from 'fast-check';
import type { Fault } from './faults';
import type { Plan } from './plan';
import { tell } from './story';
import type { Story } from './story';
import { trace } from './trace';
import { checkPromise } from './verdict';
import type { End, Verdict } from './verdict';

export interface Tally {
  readonly name: string;
  stories: number;
  orders: number;
  /** Stories in which the fault really struck. */
  struck: number;
  readonly ends: Record<End, number>;
}

export interface SurvivalRequest {
  readonly fault: Fault;
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

/** Tells stories until enough orders have gone through. Throws at the first that breaks the promise: seed, path, trace. */
export async function survive({ fault, seed, orders, path, shrink }: SurvivalRequest): Promise<Tally> {
  const tally = empty(fault.name);
  const oneStory = async (plan: Plan) => {
    const story = await tell(plan);
    const verdict = checkPromise(story);
    const broken = complaints(verdict);
    if (broken.length > 0) throw new Error([...broken, ...traces(story, broken)].join('\n'));
    count(tally, story, verdict, fault);
  };
  const endOnFailure = shrink !== true;
  const property = fc.asyncProperty(fault.plan, oneStory);
  if (path !== undefined) {
    await fc.assert(property, { seed, path, numRuns: 1, endOnFailure });
    return tally;
  }
  // Each round has a seed of its own, because it is unknown how many orders a story has.
  for (let round = 0; tally.orders < orders; round += 1) {
    const numRuns =
      tally.stories === 0
        ? Math.min(10, Math.ceil(orders / ORDERS_OF_A_STORY))
        : Math.ceil((orders - tally.orders) / (tally.orders / tally.stories));
    await fc.assert(property, { seed: seed + round, numRuns, endOnFailure });
  }
  return tally;
}

/** What a verdict finds, in words. */
export function complaints({ lost, doubled, regressed, wrong }: Verdict): string[] {
  return [
    ...lost.map((text) => `LOST: ${text}`),
    ...doubled.map((text) => `DOUBLED: ${text}`),
    ...regressed.map((text) => `REGRESSED: ${text}`),
    ...wrong.map((text) => `WRONG: ${text}`),
  ];
}

function traces(story: Story, broken: readonly string[]): string[] {
  const named = broken.flatMap((text) => /Order (\d+):/.exec(text)?.[1] ?? []);
  return [...new Set(named)].map((id) => trace(story, Number(id)));
}

function empty(name: string): Tally {
  const ends = { replicated: 0, copied: 0, skipped: 0, dead: 0, unseen: 0 };
  return { name, stories: 0, orders: 0, struck: 0, ends };
}

function count(tally: Tally, story: Story, { ends }: Verdict, fault: Fault): void {
  tally.stories += 1;
  tally.orders += story.ids.length;
  if (fault.struck(story) > 0) tally.struck += 1;
  for (const end of Object.keys(ends) as End[]) tally.ends[end] += ends[end];
}
