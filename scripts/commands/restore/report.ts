// The report of a restore: how many rows it restored, and which it did not. Pure.
import type { Report } from '../../terminal/command';
import { isOfDelivery } from './options';
import type { RestoreRequest } from './options';

export interface RowCounts {
  readonly read: number;
  readonly put: number;
  /** Not restored, because the existing row stays. */
  readonly kept: number;
  /** Not restored, because its people were erased. */
  readonly erased: number;
  /** Parts that no stored order names. */
  readonly unnamed: number;
  /** Restored, with the order's lists in parts. */
  readonly inParts: number;
}

/** The report; `recommend` names the service. */
export function restoreReport(
  counts: RowCounts,
  { table, from, overwrite }: RestoreRequest,
  to: string,
  recommend: (command: string) => string,
): Report {
  const rest = overwrite ? '' : '; the other rows exist and are unchanged';
  return {
    data: { table, from, to, rows: counts },
    lines: [
      `Restored ${counts.put} of ${counts.read} rows of ${from} to ${to}${rest}.`,
      ...(counts.erased === 0 ? [] : [`${are(counts.erased)} ${notErasedAgain(recommend)}`]),
      ...(counts.unnamed === 0 ? [] : [`${are(counts.unnamed)} ${UNNAMED}`]),
      ...(counts.inParts === 0 ? [] : [`${are(counts.inParts)} ${IN_PARTS}`]),
      ...(isOfDelivery(table) ? [notDeliveredSince(recommend)] : []),
    ],
  };
}

const are = (count: number) => `${count} of them ${count === 1 ? 'is' : 'are'}`;

const notErasedAgain = (recommend: (command: string) => string) =>
  'of people who were erased since, and were not restored. If such an order is missing, an audit of its day stores it again ' +
  `without the erased fields: ${recommend('audit')} --from <its day> --to <its day>. Then erase each address again ` +
  `(${recommend('orders erase')} --email <address>): an order that was missing when its customer was erased does ` +
  'not count as erased.';

const notDeliveredSince = (recommend: (command: string) => string) =>
  `These rows do not know what was delivered since. To compare every delivered order with the ERP: ${recommend('deliveries account --erp')}`;

const UNNAMED =
  'parts that no stored order names, and were not restored. First restore the orders of the same time, with --table Orders.';

const IN_PARTS =
  'stored in parts, which may have expired. Also restore a copy of the same time, with --table OrderParts --overwrite.';
