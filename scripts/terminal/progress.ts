// The progress of a long command: on a terminal one line that is updated in place, elsewhere a line every 10 s.

/** Without a terminal the lines go into a log, which must stay short. */
const PLAIN_EVERY_MS = 10_000;

/** The stream that the progress is written to. */
export type ProgressStream = Pick<NodeJS.WriteStream, 'write'> & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

export interface ProgressLine {
  /** Writes a line that stays. */
  readonly say: (text: string) => void;
  /** Shows the current progress. */
  readonly show: (text: string) => void;
  /** Removes the line that is updated in place. */
  readonly clear: () => void;
}

/** Makes the progress line of one command. */
export function createProgressLine(output: ProgressStream, now: () => number): ProgressLine {
  let shown = '';
  // A command that ends within 10 s needs no line.
  let shownAt = now();
  // A line that wraps could not be updated in place.
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
