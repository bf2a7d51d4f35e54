// The tables of reports: aligned also for wide characters, and safe for text from outside.
import Table from 'cli-table3';

import { printable } from './printable';

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** One line per row, below a line of headings if there are any. */
export function table(
  rows: readonly (readonly string[])[],
  headings: readonly string[] = [],
): readonly string[] {
  const made = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  const all = headings.length === 0 ? rows : [headings, ...rows];
  made.push(...all.map((row) => row.map(printable)));
  if (all.length === 0) return [];
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** One line per name, with its value. */
export const namedValues = (values: Readonly<Record<string, string>>): readonly string[] =>
  table(Object.entries(values));
