// An operator's backfill, on a machine whose clock is minutes off: it goes by AWS's time, as far as answers show it.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DAY_MS } from '../../../lambda/shared/runtime/time';
import { awsClock } from '../../../scripts/service/aws-clock';
import { backfill } from '../../../scripts/commands/backfill/run';
import { nothing } from '../../../scripts/commands/backfill/tally';
import type { VirtualTime } from '../../support/virtual-time';
import { createStart } from './lambda';
import type { Surroundings } from './lambda';
import type { Backfill } from './plan';
import type { Settings } from './settings';

/** As on AWS. */
const LOOK_EVERY_MS = 3_000;
const CALL_MS = 60_000;

/** Copies the orders of the day before and after. Ends when workers have ended all that was queued. */
export async function runBackfill(
  { clockMs, lineMs, advance }: Backfill,
  surroundings: Surroundings,
  { rules, lookbackDays }: Settings,
): Promise<void> {
  const { time } = surroundings;
  const { bigCommerce, adapters } = createStart(surroundings)('poll');
  const localNow = () => time.now() + clockMs;
  const client = dynamoDb(time, lineMs);
  const now = awsClock(client.ofClock, localNow);
  const { find, recordQueued, recordUnlistable } = adapters.ledger;
  const store = () => bigCommerce.until(time.now() + CALL_MS);
  await client.ask(() => find([]));
  const began = now();
  const selection = { created_since: new Date(began - DAY_MS).toISOString(), advance };
  await backfill(
    { timestamp: began, outcome: 'backfill.running', selection, tally: nothing },
    {
      began,
      countsFrom: began,
      advance,
      completedSince: began - lookbackDays * DAY_MS,
      rules: { ...rules, advanceOrders: rules.advanceOrders && advance },
    },
    {
      store: {
        listOrders: (query) => store().listOrders(query),
        getOrder: (orderId) => store().getOrder(orderId),
      },
      queue: adapters.queue,
      ledger: {
        find: (orderIds) => client.ask(() => find(orderIds)),
        recordQueued: (reference, at) => client.ask(() => recordQueued(reference, at)),
        recordUnlistable: (orderId, at) => client.ask(() => recordUnlistable(orderId, at)),
      },
      checkpoints: { save: () => client.ask(() => Promise.resolve()) },
      now,
      pause: () => time.sleep(LOOK_EVERY_MS),
      show: () => undefined,
      reportStall: () => undefined,
    },
  );
}

type Answered = { readonly output: object; readonly response: unknown };
type Middleware = (next: (args: unknown) => Promise<Answered>) => (args: unknown) => Promise<Answered>;

/** What the clock sees of a client: each answer's `Date`, in whole seconds. */
function dynamoDb({ now, sleep }: VirtualTime, lineMs: number) {
  let middleware: Middleware = (next) => next;
  const add = (one: Middleware) => void (middleware = one);
  return {
    ofClock: { middlewareStack: { add } } as unknown as DynamoDBClient,
    async ask<T>(call: () => Promise<T>): Promise<T> {
      let answer: { readonly value: T } | undefined;
      await middleware(async () => {
        await sleep(lineMs / 2);
        answer = { value: await call() };
        const date = new Date(now()).toUTCString();
        await sleep(lineMs / 2);
        return { output: {}, response: { headers: { date } } };
      })({});
      return answer!.value;
    },
  };
}
