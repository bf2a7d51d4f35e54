// Runs random stories of deliveries with one kind of fault, checks each, and counts.
import { runStories } from '../run-stories';
import type { StoriesRequest } from '../run-stories';
import type { DeliveryFault } from './faults';
import type { DeliveryPlan } from './plan';
import { tellDeliveries } from './story';
import type { DeliveryStory } from './story';
import { traceDelivery } from './trace';
import { checkDeliveries } from './verdict';
import type { DeliveryEnd, DeliveryVerdict } from './verdict';

export interface DeliveryTally {
  readonly name: string;
  stories: number;
  orders: number;
  /** Stories in which the fault really struck. */
  struck: number;
  readonly ends: Record<DeliveryEnd, number>;
}

export interface DeliverySurvival extends StoriesRequest {
  readonly fault: DeliveryFault;
}

/** Tells stories until enough orders have gone through. Throws at the first that breaks the promise: seed, path, trace. */
export async function surviveDeliveries({ fault, ...request }: DeliverySurvival): Promise<DeliveryTally> {
  const ends = { delivered: 0, held: 0, excluded: 0, cancelled: 0, none: 0 };
  const tally: DeliveryTally = { name: fault.name, stories: 0, orders: 0, struck: 0, ends };
  await runStories(fault.plan, request, tally, async (plan: DeliveryPlan) => {
    const story = await tellDeliveries(plan);
    const verdict = checkDeliveries(story);
    const broken = complaintsOf(verdict);
    if (broken.length > 0) throw new Error([...broken, ...traces(story, broken)].join('\n'));
    tally.stories += 1;
    tally.orders += story.ids.length;
    if (fault.struck(story) > 0) tally.struck += 1;
    for (const end of Object.keys(ends) as DeliveryEnd[]) tally.ends[end] += verdict.ends[end];
  });
  return tally;
}

/** What a verdict finds, in words. */
export const complaintsOf = ({ breaches, lost }: DeliveryVerdict): readonly string[] => [
  ...breaches,
  ...lost.map((text) => `E3: ${text}`),
];

function traces(story: DeliveryStory, broken: readonly string[]): string[] {
  const named = broken.flatMap((text) => /Order (\d+):/.exec(text)?.[1] ?? []);
  return [...new Set(named)].map((id) => traceDelivery(story, Number(id)));
}
