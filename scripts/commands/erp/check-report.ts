// The report of a check: what the ERP lacks, what would hold orders, and what to do. Pure.
import { DELIVERY_REASONS } from '../../../lambda/shared/delivery/reasons';
import type { CheckedMapping } from '../../service/delivery-tasks';
import type { Report } from '../../terminal/command';
import { excerpt } from '../../terminal/printable';
import { namedValues, table } from '../../terminal/table';
import type { OrdersResult } from './check-orders';

export interface CheckSummary {
  readonly checked: CheckedMapping;
  /** Undefined if no orders were checked. */
  readonly orders: OrdersResult | undefined;
  readonly days: number;
  /** The mapping's file; undefined for erp/mapping.json. */
  readonly file?: string | undefined;
  /** Whether orders were not checked because the ERP cannot be asked. */
  readonly isSkipped: boolean;
}

/** Rows of one table; `--output json` has all. */
const MOST_ROWS = 50;
const MOST_CHARACTERS = 300;

/** Anything missing is the problem of the report. */
export function checkReport(summary: CheckSummary, recommend: (command: string) => string): Report {
  const { checked, orders, isSkipped } = summary;
  return {
    data: {
      mapping: checked.mapping,
      isDeployed: checked.isDeployed,
      findings: checked.findings,
      orders: orders === undefined ? null : { ...orders, since: orders.since ?? null },
    },
    lines: [
      ...findingLines(checked),
      ...(isSkipped ? ['Stored orders were not checked: first the ERP must answer.'] : []),
      ...(orders === undefined ? [] : ['', ...orderLines(orders, summary.days)]),
      ...deployLines(summary, recommend),
    ],
    problem: problemOf(summary),
  };
}

function findingLines({ findings, mapping }: CheckedMapping): readonly string[] {
  if (findings.length === 0) return [`The ERP has everything that the mapping ${mapping} names.`];
  return table(
    findings.map(({ about, problem }) => [about, excerpt(problem, MOST_CHARACTERS)]),
    ['Mapping', 'What is missing'],
  );
}

function orderLines({ held, missingItems, ...orders }: OrdersResult, days: number): readonly string[] {
  return [
    ...namedValues({
      'Stored orders': orderText(orders, days),
      'Can be delivered': `${orders.documents}`,
      ...(Object.keys(orders.notDelivered).length > 0 && {
        'Kept out by their state': Object.entries(orders.notDelivered)
          .map(([word, count]) => `${count} ${word}`)
          .join(', '),
      }),
    }),
    ...section(
      held.map(({ reason, about, orders: count, orderId }) => [
        String(count),
        reason,
        excerpt(about === reason ? 'various' : about, MOST_CHARACTERS),
        String(orderId),
        sentenceOf(reason),
      ]),
      ['Would be held', 'Reason', 'Detail', 'Such as order', 'Meaning'],
    ),
    ...section(
      missingItems.map(({ about, orders: count, orderId }) => [
        String(count),
        excerpt(about, MOST_CHARACTERS),
        String(orderId),
      ]),
      ['Orders', 'Item that the ERP lacks', 'Such as order'],
    ),
  ];
}

function orderText(
  { read, since, isComplete }: Omit<OrdersResult, 'held' | 'missingItems'>,
  days: number,
): string {
  if (since === undefined) return `none in the last ${days} days`;
  return isComplete
    ? `${read} in the last ${days} days`
    : `${read}, the newest ones, back to ${since}: the limit of one check`;
}

const sentenceOf = (reason: string): string =>
  reason in DELIVERY_REASONS ? DELIVERY_REASONS[reason as keyof typeof DELIVERY_REASONS] : '';

function section(rows: readonly (readonly string[])[], headings: readonly string[]): readonly string[] {
  if (rows.length === 0) return [];
  const more = rows.length - MOST_ROWS;
  return [
    '',
    ...table(rows.slice(0, MOST_ROWS), headings),
    ...(more > 0 ? [`… and ${more} more in --output json.`] : []),
  ];
}

function deployLines(
  { checked: { isDeployed }, file }: CheckSummary,
  recommend: (command: string) => string,
): readonly string[] {
  if (isDeployed) return [];
  const command = recommend(
    `deploy --with delivery${file === undefined ? '' : ` --mapping ${inShell(file)}`}`,
  );
  // The start of a local run reads that file only.
  const isStart = file !== undefined && !command.includes('--mapping');
  return [
    '',
    `This mapping is not deployed. To deploy it${isStart ? ' as erp/mapping.json' : ''}: ${command}`,
  ];
}

const inShell = (file: string) =>
  /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", String.raw`'\''`)}'`;

function problemOf({ checked: { findings }, orders }: CheckSummary): string | undefined {
  const held = (orders?.held ?? []).reduce((sum, one) => sum + one.orders, 0);
  const items = orders?.missingItems.length ?? 0;
  const problems = [
    ...(findings.length > 0
      ? [
          `${findings.length} of the mapping's entries ${findings.length === 1 ? 'is' : 'are'} missing or wrong in the ERP.`,
        ]
      : []),
    ...(held > 0 ? [`${held} stored ${held === 1 ? 'order' : 'orders'} would be held.`] : []),
    ...(items > 0 ? [`The ERP lacks ${items} ${items === 1 ? 'item' : 'items'} of stored orders.`] : []),
  ];
  return problems.length === 0 ? undefined : problems.join(' ');
}
