// Runs random stories of one fault, checks each, and counts.
import type { Fault } from './faults';
import type { Plan } from './plan';
import { runStories } from './run-stories';
import type { StoriesRequest } from './run-stories';
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

export interface SurvivalRequest extends StoriesRequest {
  readonly fault: Fault;
}

/** Tells stories until enough orders have gone through. Throws at the first that breaks the promise: seed, path, trace. */
export async function survive({ fault, ...request }: SurvivalRequest): Promise<Tally> {
  const tally = empty(fault.name);
  await runStories(fault.plan, request, tally, async (plan: Plan) => {
    const story = await tell(plan);
    const verdict = checkPromise(story);
    const broken = complaints(verdict);
    if (broken.length > 0) throw new Error([...broken, ...traces(story, broken)].join('\n'));
    count(tally, story, verdict, fault);
  });
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
