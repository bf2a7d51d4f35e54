// Where the local run shows itself: on a terminal one table that changes in place, with what is said above it;
// elsewhere a line for each change.
import { rowLine, tableLines } from './orders-table-view';
import type { OrderRow } from './orders-table-view';

export interface Screen {
  say(text: string): void;
  /** Shows the rows as they are now. */
  show(rows: readonly OrderRow[]): void;
  /** Shows the whole table where it does not stand already. */
  complete(): void;
}

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'rows'>;

const plainWidth = 150;

export function createScreen(output: Output): Screen {
  let rows: readonly OrderRow[] = [];
  let drawn: string[] = [];
  const shown = new Map<number, string>();

  const erase = () => {
    if (drawn.length > 0) output.write(`\u001B[${drawn.length}A\r\u001B[J`);
    drawn = [];
  };
  const draw = () => {
    drawn = tableLines(rows, output.columns - 1);
    output.write(drawn.map((line) => `${line}\n`).join(''));
  };
  // A table taller than the terminal cannot be redrawn in place: what scrolled away is out of reach.
  const inPlace = () => output.isTTY && tableLines(rows, output.columns - 1).length < output.rows;
  const printChanges = () => {
    for (const row of rows) {
      const line = rowLine(row);
      if (shown.get(row.id) !== line) output.write(`${line}\n`);
      shown.set(row.id, line);
    }
  };
  return {
    say(text) {
      const wasDrawn = drawn.length > 0;
      erase();
      output.write(`${text}\n`);
      if (wasDrawn) draw();
    },
    show(next) {
      if (JSON.stringify(next) === JSON.stringify(rows) && (drawn.length > 0 || shown.size > 0)) return;
      rows = next;
      erase();
      if (inPlace()) draw();
      else printChanges();
    },
    complete() {
      if (drawn.length > 0 || rows.length === 0) return;
      output.write(`\n${tableLines(rows, output.isTTY ? output.columns - 1 : plainWidth).join('\n')}\n\n`);
    },
  };
}
