// The time by AWS's clock. What this machine sees is held against what workers read, and its own clock may be wrong.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { isRow, parseDate } from '../lambda/shared/order';

/** A `Date` header has whole seconds: the moment is somewhere in this one. */
const SECOND_MS = 1_000;

/**
 * A clock that is never behind AWS's, by the answers that the client has had: a time that is too early would let an edit
 * pass for read already. One that is too late costs a read at the most.
 */
export function awsClock(
  { middlewareStack }: DynamoDBClient,
  localNow: () => number = Date.now,
): () => number {
  let behindMs = 0;
  middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const date = dateOf(result.response);
      if (date > localNow()) behindMs = Math.max(behindMs, date + SECOND_MS - localNow());
      return result;
    },
    { step: 'deserialize', name: 'awsClock' },
  );
  return () => localNow() + behindMs;
}

function dateOf(response: unknown): number {
  const headers = isRow(response) && isRow(response.headers) ? response.headers : {};
  return parseDate(headers.date) ?? -Infinity;
}
