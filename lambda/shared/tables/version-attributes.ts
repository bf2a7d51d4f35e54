// The version of an order as a row of the ledger keeps it: BigCommerce's date as it came, the same as a time, and the status.
import { dateModified } from '../order/version';
import { iso, parseDate } from '../runtime/time';
import type { Order } from '../order/order';
import { defined } from './update-expression';

/** The attributes of a reference's version, as far as it is known. */
export function version(date: string | undefined, statusId: number | undefined): Record<string, unknown> {
  return versionAttributes(date, parseDate(date), statusId);
}

/** The attributes of an order's version. */
export function versionOf({ raw, modifiedAt, statusId }: Order): Record<string, unknown> {
  return versionAttributes(dateModified(raw), modifiedAt, statusId);
}

function versionAttributes(
  date: string | undefined,
  modifiedAt: number | undefined,
  statusId: number | undefined,
): Record<string, unknown> {
  const modified_at = modifiedAt === undefined ? undefined : iso(modifiedAt);
  return defined({ date_modified: date, modified_at, status_id: statusId });
}
