// What a restore reports: how many rows it put back, and which it did not. Pure.
import type { Report } from '../../terminal/command';
import type { RestoreRequest } from './options';

export interface RowCounts {
  readonly read: number;
  readonly put: number;
  /** Not put back, since a row is there that stays. */
  readonly kept: number;
  /** Not put back, since its people were erased. */
  readonly erased: number;
  /** Parts that no stored order names. */
  readonly unnamed: number;
  /** Put back, with the order's lists in parts. */
  readonly inParts: number;
}

export function restoreReport(
  counts: RowCounts,
  { table, from, overwrite }: RestoreRequest,
  to: string,
  recommend: (command: string) => string,
): Report {
  const rest = overwrite ? '' : '; the others are there, and stay as they are';
  return {
    data: { table, from, to, rows: counts },
    lines: [
      `Put ${counts.put} of ${counts.read} rows of ${from} back into ${to}${rest}.`,
      ...(counts.erased === 0 ? [] : [`${are(counts.erased)} ${notErasedAgain(recommend)}`]),
      ...(counts.unnamed === 0 ? [] : [`${are(counts.unnamed)} ${UNNAMED}`]),
      ...(counts.inParts === 0 ? [] : [`${are(counts.inParts)} ${IN_PARTS}`]),
    ],
  };
}

const are = (count: number) => `${count} of them ${count === 1 ? 'is' : 'are'}`;

const notErasedAgain = (recommend: (command: string) => string) =>
  'of people who were erased since: not put back. If such an order is missing, an audit of its day stores it again ' +
  `without the erased fields: ${recommend('audit')} --from <its day> --to <its day>. Then erase each address again ` +
  `(${recommend('orders erase')} --email <address>): an order that was missing when its customer was erased does ` +
  'not count as erased.';

const UNNAMED =
  'of parts that no stored order names: not put back. Put back the orders of the same moment first, with --table Orders.';

const IN_PARTS =
  'kept in parts, which may have expired: put back a copy of the same moment, with --table OrderParts --overwrite.';
