// The time of AWS's clock. Times of this machine are compared with those of workers, and its own clock may be wrong.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { isRow } from '../../lambda/shared/runtime/json';
import { parseDate } from '../../lambda/shared/runtime/time';

/** A `Date` header has whole seconds: the exact time is within this second. */
const SECOND_MS = 1_000;

/**
 * AWS's time in epoch milliseconds, from the client's answers: never earlier than the latest answer, and at maximum 1 s
 * later than now. If it were too early, an edit would count as already read; if it were too late, a reference would be
 * recorded as queued over the result of a worker. Before the first answer it is this machine's time.
 */
export function awsClock(
  client: DynamoDBClient | SecretsManagerClient,
  localNow: () => number = Date.now,
): () => number {
  let aheadMs: number | undefined;
  const update = (answered: Answered) => (aheadMs = offsetBy(answered, aheadMs));
  // Both clients have the same middleware; only its type names the commands of each client.
  (client as DynamoDBClient).middlewareStack.add(
    (next) => async (args) => {
      const askedAt = localNow();
      const result = await next(args);
      const date = dateOf(result.response);
      if (date !== undefined) update({ date, askedAt, answeredAt: localNow() });
      return result;
    },
    { step: 'deserialize', name: 'awsClock' },
  );
  return () => localNow() + (aheadMs ?? 0);
}

/** The time of an answer by AWS's clock, in whole seconds, and by this machine's clock. */
interface Answered {
  readonly date: number;
  readonly askedAt: number;
  readonly answeredAt: number;
}

/**
 * How far AWS's clock is ahead of this machine's; negative if it is behind. Each answer gives a bound that is at maximum
 * 1 s too late, also on a slow network, so the latest bound is the best. A bound above the possible maximum is dropped:
 * this machine's clock was changed.
 */
function offsetBy({ date, askedAt, answeredAt }: Answered, before: number | undefined): number {
  const bound = date + SECOND_MS - answeredAt;
  const maximum = date + SECOND_MS - askedAt + SECOND_MS;
  return before === undefined || before > maximum ? bound : Math.max(before, bound);
}

function dateOf(response: unknown): number | undefined {
  const headers = isRow(response) && isRow(response.headers) ? response.headers : {};
  return parseDate(headers.date);
}
