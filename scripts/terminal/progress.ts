// How far a long command is: on a terminal one line that renews itself, elsewhere a line from time to time.

/** For a log that nobody watches. */
const PLAIN_EVERY_MS = 10_000;

export type Output = Pick<NodeJS.WriteStream, 'write'> & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

export interface ProgressLine {
  /** Writes a line for good. */
  readonly say: (text: string) => void;
  /** Shows how far it is now. */
  readonly show: (text: string) => void;
  /** Takes away what renews itself. */
  readonly clear: () => void;
}

export function createProgressLine(output: Output, now: () => number): ProgressLine {
  let shown = '';
  // What ends soon needs no line.
  let shownAt = now();
  // A line that wraps could not be renewed in place.
  const draw = () => output.write(`\r\u001B[K${shown.slice(0, (output.columns ?? 80) - 1)}`);
  return {
    say(text) {
      output.write(output.isTTY === true ? `\r\u001B[K${text}\n` : `${text}\n`);
      if (output.isTTY === true && shown !== '') draw();
    },
    show(text) {
      if (text === shown) return;
      if (output.isTTY === true) {
        shown = text;
        draw();
      } else if (now() - shownAt >= PLAIN_EVERY_MS) {
        [shown, shownAt] = [text, now()];
        output.write(`${text}\n`);
      }
    },
    clear() {
      shown = '';
      if (output.isTTY === true) draw();
    },
  };
}
