// The faults to survive, each under its name: what it adds to an ordinary day, and how often it then really struck.
import fc from 'fast-check';
import { SCOPES } from '../../../lambda/shared/order/webhook-event';
import type { Damage } from '../../../simulator/index';
import { aDay, DAY_LASTS_MS, HOUR, MINUTE } from './arbitrary';
import type { Plan } from './plan';
import type { Story } from './story';
import {
  aroundAdvances,
  backfills,
  emptyLists,
  erasures,
  everything,
  fights,
  latePuts,
  longPause,
  missingForMinutes,
  unreadable,
  hangs,
  kills,
  lateToTheApi,
  none,
  on,
  otherRules,
  poisoned,
  replicas,
  refusingQueue,
  resets,
  rotation,
  sharedQuota,
  slicedPolls,
  slow,
  slowAnswers,
  statuses,
  storeFaults,
  storeOutage,
  twoAtOnce,
  twoSeconds,
  untidyQueue,
  webhookOutage,
  within,
} from './troubles';

export interface Fault {
  readonly name: string;
  readonly plan: fc.Arbitrary<Plan>;
  /** How often it struck: a story in which the fault never strikes shows nothing. */
  readonly struck: (story: Story) => number;
}

const damaged = (name: string, ...damages: readonly Damage[]): Fault => ({
  name,
  plan: on(fc.record({ storeFaults: storeFaults(...damages) })),
  struck: ({ struck }) => struck.storeFaults,
});

const queueTrouble = ({ sqs: { struck } }: Story) => struck.doubled + struck.failed;
const refused =
  (...answers: readonly unknown[]) =>
  ({ store }: Story) =>
    store.log.entries.filter(({ status }) => answers.includes(status)).length;

export const FAULTS: readonly Fault[] = [
  {
    name: 'a worker killed before or after any side effect',
    plan: on(fc.record({ kills: kills('worker') })),
    struck: ({ service }) => service.struck.killed,
  },
  {
    name: 'a poll or a webhook killed half way',
    plan: on(fc.record({ kills: kills('poll', 'webhook') })),
    struck: ({ service }) => service.struck.killed,
  },
  {
    name: 'references doubled, late and out of order',
    plan: on(fc.record({ queue: untidyQueue })),
    struck: queueTrouble,
  },
  {
    name: 'two polls at once, and webhooks at the same time',
    plan: on(fc.record({ polls: twoAtOnce, scopes: fc.constant(SCOPES) })),
    struck: ({ service }) => service.invocations.poll,
  },
  damaged('429 with all headers', { kind: 'rateLimit', mode: 'all', resetMs: 12_000 }),
  damaged(
    '429 with one header',
    { kind: 'rateLimit', mode: 'msOnly', resetMs: 9_000 },
    { kind: 'rateLimit', mode: 'retryAfterOnly' },
  ),
  damaged('429 with none', none()),
  damaged('500, 502, 503 and 504', ...statuses(500, 502, 503, 504)),
  damaged('connections that break before, during and after the answer', ...resets),
  damaged('answers that hang, or take long', ...hangs, ...slow),
  damaged('truncated JSON', { kind: 'truncated' }),
  damaged('HTML for JSON', { kind: 'html' }),
  damaged('204 for an answer', { kind: 'empty' }),
  {
    name: 'a wrong token, and the secret rotated under way',
    plan: on(fc.record({ rotation, secretFailures: fc.constantFrom(0, 0.3) })),
    struck: refused(401),
  },
  {
    name: 'a missing scope',
    plan: on(
      fc.record({
        withoutScope: fc.record({
          fromMs: within(HOUR),
          forMs: fc.integer({ min: 5 * MINUTE, max: 50 * MINUTE }),
        }),
      }),
    ),
    struck: refused(403),
  },
  {
    name: 'orders cancelled, shipped, edited, archived and deleted meanwhile',
    plan: aDay({ edits: [4, 12] }),
    struck: ({ plan }) => plan.edits.length,
  },
  {
    name: 'orders that arrive and leave while lists of two pages are read',
    plan: aDay({ orders: [75, 90], edits: [10, 30] }).map((plan) => ({
      ...plan,
      // BigCommerce's page size when none is asked for, or `limit` is not heeded.
      pageSize: 50,
      // More than a page of them is there from the beginning.
      orders: plan.orders.map((order, index) =>
        index < 60 ? { ...order, atMs: 0, statusId: 11, lines: 1 } : order,
      ),
    })),
    struck: ({ plan }) => plan.edits.length,
  },
  {
    name: 'polls whose time is up after a page or some, with others in between',
    plan: slicedPolls,
    struck: ({ tables }) => tables.jobs.filter(({ outcome }) => outcome === 'poll.sliced').length,
  },
  {
    name: 'orders placed, read and edited within the same seconds',
    plan: twoSeconds,
    struck: ({ plan }) => plan.edits.length,
  },
  {
    name: 'orders changed while the store takes its time to answer',
    plan: slowAnswers,
    struck: ({ struck }) => struck.storeFaults,
  },
  {
    name: 'deployments with other rules under way',
    plan: on(otherRules),
    struck: ({ plan }) => plan.rulesLater?.length ?? 0,
  },
  {
    name: 'a small quota that other apps use up',
    plan: on(sharedQuota),
    struck: ({ store }) => store.log.entries.length,
  },
  {
    name: '404 for an order that a list or a webhook knows already',
    plan: on(fc.record({ storeFaults: lateToTheApi, scopes: fc.constant(SCOPES) })),
    struck: ({ struck }) => struck.storeFaults,
  },
  {
    name: 'one order that always fails',
    plan: on(fc.record({ storeFaults: poisoned })),
    struck: ({ struck }) => struck.storeFaults,
  },
  {
    name: 'batches of which SQS refuses a part',
    plan: on(fc.record({ queue: refusingQueue })),
    struck: ({ sqs }) => sqs.struck.refused + sqs.struck.failed,
  },
  {
    name: 'DynamoDB that throttles, and loses answers',
    plan: on(fc.record({ tableFailures: fc.constantFrom(0.1, 0.3) })),
    struck: ({ tables }) => tables.struck.failed,
  },
  {
    name: 'a transaction that is cancelled after a PUT was answered',
    plan: fc
      .tuple(aroundAdvances, fc.constantFrom(0.3, 0.7, 1))
      .map(([plan, conflicts]) => ({ ...plan, conflicts })),
    struck: ({ tables }) => tables.struck.cancelled,
  },
  {
    name: 'reads and lists that are some seconds old',
    plan: fc
      .tuple(fc.oneof(aDay({ edits: [2, 8] }), aroundAdvances, twoSeconds), replicas)
      .map(([plan, more]) => ({ ...plan, ...more })),
    struck: ({ plan }) => Math.max(0, ...(plan.replicas ?? [])),
  },
  {
    name: 'another app that puts orders back again and again',
    plan: fc.tuple(fc.oneof(aDay(), aroundAdvances), fights).map(([plan, more]) => ({ ...plan, ...more })),
    struck: ({ plan }) => plan.fights?.length ?? 0,
  },
  {
    name: 'PUTs that take effect when their client has given up',
    plan: fc
      .tuple(fc.oneof(aDay(), aroundAdvances), latePuts)
      .map(([plan, late]) => ({ ...plan, storeFaults: late })),
    struck: ({ struck }) => struck.storeFaults,
  },
  {
    name: '404 for minutes for an order that is there',
    plan: on(
      fc.record({
        storeFaults: missingForMinutes,
        scopes: fc.constant(SCOPES),
        deliveries: fc.constant({ duplicates: 0.5, shuffleMs: MINUTE }),
      }),
    ),
    struck: ({ struck }) => struck.storeFaults,
  },
  {
    name: 'lists that come back empty',
    plan: emptyLists,
    struck: ({ struck }) => struck.storeFaults,
  },
  {
    name: 'orders that the store cannot show, and pages that are too large for it',
    plan: on(unreadable),
    struck: ({ trouble }) => trouble.struck,
  },
  {
    name: 'a pause that is longer than records are kept',
    plan: longPause,
    struck: ({ plan }) => plan.lastsMs,
  },
  {
    name: 'backfills by operators whose clocks are minutes off',
    plan: fc.tuple(aDay({ edits: [1, 6] }), backfills).map(([plan, more]) => ({ ...plan, ...more })),
    struck: ({ service }) => service.backfills.begun,
  },
  {
    name: 'erased orders that are edited, or lost from one table',
    plan: fc.tuple(aDay({ edits: [3, 10] }), erasures).map(([plan, more]) => ({ ...plan, ...more })),
    struck: ({ tables }) => tables.erased.size,
  },
  {
    name: 'webhooks forged, stale, replayed, oversized or no JSON',
    plan: on(fc.record({ junk: fc.array(within(DAY_LASTS_MS), { minLength: 10, maxLength: 20 }) })),
    struck: ({ junkAnswers }) => junkAnswers.length,
  },
  {
    name: 'a store that is gone for 24 hours',
    plan: storeOutage,
    struck: ({ struck }) => struck.storeFaults,
  },
  {
    name: 'webhooks that cannot be delivered for 48 hours',
    plan: webhookOutage,
    struck: ({ struck }) => struck.undelivered,
  },
  {
    name: 'all of these at once',
    plan: on(everything),
    struck: (story) => story.struck.storeFaults + story.service.struck.killed,
  },
];
