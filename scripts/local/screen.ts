// The output of a local run: on a terminal a table that is updated in place, below the notes; elsewhere a line per change.
import { rowLine, tableLines } from './orders-table-view';
import type { OrderRow } from './orders-table-view';

export interface Screen {
  say(text: string): void;
  /** Shows the current rows. */
  show(rows: readonly OrderRow[]): void;
  /** Prints the whole table, unless it is already shown. */
  complete(): void;
}

type ScreenOutput = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'rows'>;

const plainWidth = 150;

/** Makes the output of one run. */
export function createScreen(output: ScreenOutput): Screen {
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
  // A table that is higher than the terminal cannot be updated in place: lines that scrolled away cannot be changed.
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
