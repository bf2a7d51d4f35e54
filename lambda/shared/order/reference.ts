// The order reference: the only thing that is ever queued.
import * as v from 'valibot';
import { toOrderId } from './order';
import { isRow, parseJson } from '../runtime/json';
import type { Row } from '../runtime/json';
import { DAY_MS, iso, parseDate } from '../runtime/time';
import { MalformedReferenceError } from '../runtime/errors';

/** As long as the Orders queue keeps a message: longer than that, no reference can still be on its way. */
export const QUEUE_RETENTION_MS = 4 * DAY_MS;

/** The only thing ever queued. */
export interface OrderReference {
  readonly orderId: number;
  readonly source: string;
  readonly seenAt: string;
  readonly statusId?: number;
  readonly dateModified?: string;
  readonly jobTimestamp?: number | undefined;
  readonly webhookHash?: string | undefined;
  /** `false`: the order is stored, and its status never touched. */
  readonly advance?: boolean;
  /** `true`: its snapshot was there once and is missing, so that it is stored again even if it is void now. */
  readonly wasStored?: boolean;
  /** The fingerprint of the content that a list showed, by `contentDigest`, where it showed lines. */
  readonly listedDigest?: string;
}

/** The expected value of each checked field. */
const EXPECTED: Readonly<Record<string, string>> = {
  orderId: 'a positive integer',
  source: 'a text',
  seenAt: 'a date',
  statusId: 'an integer',
  dateModified: 'a text',
  advance: 'true or false',
  wasStored: 'true or false',
  listedDigest: 'a text',
};

const reference = v.object({
  orderId: v.pipe(
    v.number(),
    v.check((id) => toOrderId(id) === id),
  ),
  source: v.pipe(v.string(), v.nonEmpty()),
  seenAt: v.pipe(v.unknown(), v.transform(parseDate), v.number(), v.transform(iso)),
  statusId: v.exactOptional(v.pipe(v.number(), v.integer())),
  dateModified: v.exactOptional(v.string()),
  // Only informative: a wrong one keeps no order from being replicated.
  jobTimestamp: v.fallback(v.optional(v.number()), undefined),
  webhookHash: v.fallback(v.optional(v.string()), undefined),
  advance: v.exactOptional(v.boolean()),
  wasStored: v.exactOptional(v.boolean()),
  listedDigest: v.exactOptional(v.string()),
});

/** Reads a queue body; unknown sources and fields are kept. Throws MalformedReferenceError saying what is wrong. */
export function readReference(body: string): OrderReference {
  const value = parseJson(body);
  if (!isRow(value)) throw new MalformedReferenceError('The body is not a JSON object.');
  const result = v.safeParse(reference, value);
  if (result.success) return { ...value, ...result.output };
  const problems = result.issues.map(problemOf);
  throw new MalformedReferenceError(`Not an order reference: ${problems.join('; ')}.`, knownOf(value));
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  const field = v.getDotPath(issue) ?? '';
  return `${field} is not ${EXPECTED[field] ?? 'valid'}`;
}

function knownOf(value: Row): MalformedReferenceError['known'] {
  const orderId = toOrderId(value.orderId);
  const seen = parseDate(value.seenAt);
  return {
    ...(orderId === undefined ? {} : { orderId }),
    ...(seen === undefined ? {} : { firstSeenAt: iso(seen) }),
  };
}
