// The table of a local run: one row per order, for readers who do not know the service.

export interface OrderRow {
  readonly id: number;
  readonly story: string;
  /** The status in the store, by name. */
  readonly statusBefore: string;
  readonly statusAfter: string;
  /** The contents of the Orders table, in words. */
  readonly stored: string;
  /** The number of the sales order, or why there is none; empty in a run without an ERP. */
  readonly salesOrder: string;
  readonly outcome: string;
}

const headings = [
  'Order',
  'Story',
  'Status in the store',
  'Stored',
  'Result and reason',
  'Sales order',
] as const;
const gap = '  ';
const narrowest = 60;

/** The lines of the table, none longer than `width`: cells wrap at words. */
export function tableLines(rows: readonly OrderRow[], width: number): string[] {
  const cells = rows.map(cellsOf);
  // The orders of a real store have no stories.
  const used = headings.map((_, column) => cells.some((row) => row[column] !== ''));
  const [first = [], ...rest] = [headings, ...cells].map((row) => row.filter((_, column) => used[column]));
  const widths = columnWidths([first, ...rest], Math.max(width, narrowest));
  const rule = widths.map((columns) => '─'.repeat(columns)).join(gap);
  return [...wrapRow(first, widths), rule, ...rest.flatMap((row) => wrapRow(row, widths))];
}

/** One order on one line, for output that is not a terminal. */
export function rowLine({ id, story, stored, outcome, salesOrder, ...row }: OrderRow): string {
  const parts = [
    statusOf(row),
    ...(stored === '' ? [] : [`stored: ${stored}`]),
    outcome,
    ...(salesOrder === '' ? [] : [`sales order: ${salesOrder}`]),
  ];
  return `order ${id}${story === '' ? '' : ` (${story})`}: ${parts.join('; ')}`;
}

const cellsOf = (row: OrderRow): string[] => [
  String(row.id),
  row.story,
  statusOf(row),
  row.stored,
  row.outcome,
  row.salesOrder,
];

const statusOf = ({ statusBefore, statusAfter }: Pick<OrderRow, 'statusBefore' | 'statusAfter'>) =>
  statusBefore === statusAfter ? statusAfter : `${statusBefore} → ${statusAfter}`;

/** Each column is as wide as its content; if that is too wide, the widest column shrinks first. */
function columnWidths(rows: readonly (readonly string[])[], width: number): number[] {
  const [first = []] = rows;
  const widths = first.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const room = width - gap.length * (first.length - 1);
  while (widths.reduce((sum, columns) => sum + columns, 0) > room) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return widths;
}

function wrapRow(row: readonly string[], widths: readonly number[]): string[] {
  const wrapped = row.map((cell, column) => wrap(cell, widths[column] ?? 1));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    wrapped
      .map((lines, column) => (lines[line] ?? '').padEnd(widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ').flatMap((whole) => pieces(whole, width))) {
    const last = lines[lines.length - 1] ?? '';
    const longer = last === '' ? word : `${last} ${word}`;
    if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

const pieces = (word: string, width: number): string[] =>
  word.length <= width ? [word] : [word.slice(0, width), ...pieces(word.slice(width), width)];
