// The order reference: the only thing that is ever queued.
import { toOrderId } from './order';
import { isRow, parseJson } from '../runtime/json';
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
  readonly jobTimestamp?: number;
  readonly webhookHash?: string;
  /** `false`: the order is stored, and its status never touched. */
  readonly advance?: boolean;
  /** `true`: its snapshot was there once and is missing, so that it is stored again even if it is void now. */
  readonly wasStored?: boolean;
  /** The fingerprint of the content that a list showed, by `contentDigest`, where it showed lines. */
  readonly listedDigest?: string;
}

/** Reads a queue body; unknown sources and fields are kept. Throws MalformedReferenceError saying what is wrong. */
export function readReference(body: string): OrderReference {
  const value = parseJson(body);
  if (!isRow(value)) throw new MalformedReferenceError('The body is not a JSON object.');
  const orderId = toOrderId(value.orderId);
  const seen = parseDate(value.seenAt);
  const seenAt = seen === undefined ? undefined : iso(seen);
  const problems = [
    ...(orderId === undefined || orderId !== value.orderId ? ['orderId is not a positive integer'] : []),
    ...(typeof value.source === 'string' && value.source !== '' ? [] : ['source is not a text']),
    ...(seenAt === undefined ? ['seenAt is not a date'] : []),
    ...(value.statusId === undefined || Number.isInteger(value.statusId)
      ? []
      : ['statusId is not an integer']),
    ...(value.dateModified === undefined || typeof value.dateModified === 'string'
      ? []
      : ['dateModified is not a text']),
    ...(isOptionalFlag(value.advance) ? [] : ['advance is not true or false']),
    ...(isOptionalFlag(value.wasStored) ? [] : ['wasStored is not true or false']),
    ...(value.listedDigest === undefined || typeof value.listedDigest === 'string'
      ? []
      : ['listedDigest is not a text']),
  ];
  if (problems.length === 0) return { ...value, seenAt } as unknown as OrderReference;
  throw new MalformedReferenceError(`Not an order reference: ${problems.join('; ')}.`, {
    ...(orderId === undefined ? {} : { orderId }),
    ...(seenAt === undefined ? {} : { firstSeenAt: seenAt }),
  });
}

function isOptionalFlag(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean';
}
