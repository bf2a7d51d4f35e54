// The report of an erasure: the erased orders, the copies that it does not reach, and the orders that failed. Pure.
import type { Report } from '../../terminal/command';
import type { FoundOrders } from './find-orders';

export interface Erasures {
  readonly erased: readonly number[];
  /** HeldDeadLetters by a worker, or stored again meanwhile. */
  readonly busy: readonly number[];
}

export interface ErasureSummary {
  readonly dryRun: boolean;
  readonly found: FoundOrders;
  readonly erasures: Erasures;
  /** The name of the Orders table. */
  readonly table: string;
}

/** The report never contains the address. */
export function erasureReport(summary: ErasureSummary, recommend: (command: string) => string): Report {
  const { dryRun, found, erasures } = summary;
  const { erased, busy } = erasures;
  const problems = [
    ...(found.unreadable.length === 0 ? [] : [notReadable(found.unreadable, recommend)]),
    ...(busy.length === 0 ? [] : [notErased(busy)]),
  ];
  return {
    data: {
      isDryRun: dryRun,
      ordersRead: found.read,
      erasedOrders: erased,
      busyOrders: busy,
      unreadableOrders: found.unreadable,
    },
    lines: [
      ...(dryRun ? erased.map((id) => `Would erase order ${id}.`) : []),
      ...(erased.length > 0 || busy.length === 0 ? sumLines(summary) : []),
    ],
    problem: problems.length === 0 ? undefined : problems.join('\n'),
  };
}

function sumLines({ dryRun, found, erasures: { erased }, table }: ErasureSummary): readonly string[] {
  if (erased.length === 0) return [`No order contains this address: read ${found.read} in ${table}.`];
  const those = `${erased.length} of ${found.read} orders in ${table}`;
  if (dryRun) return [`Dry run: it would erase ${those}. Nothing was changed.`];
  return [`Erased ${those}.`, ...NOT_REACHED];
}

const NOT_REACHED = [
  "Not reached: the tables' backups, which go back 35 days (a restored copy has the orders as they were); the table's",
  'stream, which keeps them for 24 hours; BigCommerce itself; and systems that have received the orders. These get a',
  'MODIFY event for each, whose new image has replication.erased_at.',
];

const notReadable = (ids: readonly number[], recommend: (command: string) => string) =>
  `Parts of order ${ids.join(', ')} are missing, so these orders cannot be searched. Let the worker store each of them ` +
  `again: ${recommend('webhook send')} --order <id>. Then run this command again.`;

const notErased = (ids: readonly number[]) =>
  `Not erased, because a worker held it for 5 min or stored it meanwhile: order ${ids.join(', ')}. Run the command again.`;
