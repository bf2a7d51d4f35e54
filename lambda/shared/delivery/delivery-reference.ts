// The reference that the Deliveries queue carries. It only wakes a worker: the row is the truth.
import * as v from 'valibot';
import { toOrderId } from '../order/order';
import { MalformedReferenceError } from '../runtime/errors';
import { isRow, parseJson } from '../runtime/json';
import { iso, parseDate } from '../runtime/time';

export interface DeliveryReference {
  readonly orderId: number;
  /** ISO time at which the sender knew of it. */
  readonly seenAt: string;
}

const reference = v.object({
  orderId: v.pipe(
    v.number(),
    v.check((id) => toOrderId(id) === id),
  ),
  seenAt: v.pipe(v.unknown(), v.transform(parseDate), v.number(), v.transform(iso)),
});

/** Reads a queue body. Throws MalformedReferenceError saying what is wrong. */
export function readDeliveryReference(body: string): DeliveryReference {
  const value = parseJson(body);
  if (!isRow(value)) throw new MalformedReferenceError('The body is not a JSON object.');
  const result = v.safeParse(reference, value);
  if (result.success) return result.output;
  const orderId = toOrderId(value.orderId);
  const fields = result.issues.map((issue) => v.getDotPath(issue) ?? '').join(' and ');
  throw new MalformedReferenceError(
    `Not a delivery reference: ${fields} is missing or malformed.`,
    orderId === undefined ? {} : { orderId },
  );
}
