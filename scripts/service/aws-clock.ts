// The time by AWS's clock. What this machine sees is compared with what workers read, and its own clock may be wrong.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { isRow } from '../../lambda/shared/runtime/json';
import { parseDate } from '../../lambda/shared/runtime/time';

/** A `Date` header has whole seconds: the moment is somewhere in this one. */
const SECOND_MS = 1_000;

/**
 * AWS's time in epoch milliseconds, by the answers that the client has had: never earlier than the latest of them was
 * made, and at most a second later than now. Too early, an edit would pass for read already; too late, a reference would
 * be noted as queued over what a worker has finished. Before the first answer it is this machine's time.
 */
export function awsClock(
  client: DynamoDBClient | SecretsManagerClient,
  localNow: () => number = Date.now,
): () => number {
  let aheadMs: number | undefined;
  const see = (answered: Answered) => (aheadMs = offsetBy(answered, aheadMs));
  // Both have the same middleware; its type names each client's own commands.
  (client as DynamoDBClient).middlewareStack.add(
    (next) => async (args) => {
      const askedAt = localNow();
      const result = await next(args);
      const date = dateOf(result.response);
      if (date !== undefined) see({ date, askedAt, answeredAt: localNow() });
      return result;
    },
    { step: 'deserialize', name: 'awsClock' },
  );
  return () => localNow() + (aheadMs ?? 0);
}

/** When AWS answered by its own clock, in whole seconds, and when by this machine's. */
interface Answered {
  readonly date: number;
  readonly askedAt: number;
  readonly answeredAt: number;
}

/**
 * How far AWS's clock is ahead of this machine's; negative if it is behind. Each answer gives a bound that is at most a
 * second too late, however slow the network is, so the latest of them is the best. One that is out of the question has
 * been overtaken: somebody set this machine's clock.
 */
function offsetBy({ date, askedAt, answeredAt }: Answered, before: number | undefined): number {
  const bound = date + SECOND_MS - answeredAt;
  const most = date + SECOND_MS - askedAt + SECOND_MS;
  return before === undefined || before > most ? bound : Math.max(before, bound);
}

function dateOf(response: unknown): number | undefined {
  const headers = isRow(response) && isRow(response.headers) ? response.headers : {};
  return parseDate(headers.date);
}
