// Moves or deletes the chosen dead letters, or shows a preview of that in a dry run.
import type { Report } from '../../terminal/command';
import { queuesOf } from './deps';
import type { DeadLetterChoice, DeadLetterDeps } from './deps';
import { count, lineOf, summaryData } from './format';
import type { KnownDeadLetter } from './format';
import { choose, NONE, noteIfPartial, withLedgerRows } from './inspect';
import { withDeadLetters } from './queue';
import type { Move, Moved } from './queue';

export interface TakeRequest {
  readonly choice: DeadLetterChoice;
  readonly dryRun: boolean;
  /** Message ids: no others are taken. */
  readonly only?: ReadonlySet<string>;
}

/** How dead letters are moved or deleted, and how that is reported. */
export interface TakeMethod {
  readonly move: Move;
  readonly verb: string;
  /** Reports a step; `lines` has each dead letter in words, by its message id. */
  readonly onStep: (
    step: readonly Moved[],
    done: number,
    all: number,
    lines: ReadonlyMap<string, string>,
  ) => void;
  /** The sentence with the counts, also if the command ends early. */
  readonly sum: (taken: number, all: number) => string;
}

/** Dead letters that stay are the problem of the report. Throws CommandError if the choice matches none. */
export function take(
  { choice, dryRun, only }: TakeRequest,
  deps: DeadLetterDeps,
  way: TakeMethod,
): Promise<Report> {
  const queues = queuesOf(deps);
  return withDeadLetters(queues, async (held) => {
    const chosen = choose(held, choice, deps).filter(({ messageId }) => only?.has(messageId) ?? true);
    const known = await withLedgerRows(chosen, deps);
    noteIfPartial(held, deps);
    if (chosen.length === 0) return { data: dataOf(known, [], dryRun), lines: [NONE] };
    const now = Date.now();
    const lines = new Map(known.map((one) => [one.deadLetter.messageId, lineOf(one, now)]));
    if (dryRun) return preview(way.verb, known, [...lines.values()]);
    const moved = await takeEach(way.move(queues, held, chosen), lines, deps, way);
    return reportOf(known, moved, way);
  });
}

function preview(verb: string, known: readonly KnownDeadLetter[], lines: readonly string[]): Report {
  return {
    data: dataOf(known, [], true),
    lines: [
      ...lines.map((line) => `Would ${verb}: ${line}`),
      `Dry run: it would ${verb} ${count(known.length)}. Nothing was changed.`,
    ],
  };
}

async function takeEach(
  steps: AsyncIterable<readonly Moved[]>,
  lines: ReadonlyMap<string, string>,
  { note }: DeadLetterDeps,
  { onStep, sum }: TakeMethod,
): Promise<readonly Moved[]> {
  const moved: Moved[] = [];
  try {
    for await (const step of steps) {
      moved.push(...step);
      onStep(step, moved.length, lines.size, lines);
    }
  } catch (error) {
    note(sum(moved.filter(isTaken).length, lines.size));
    throw error;
  }
  return moved;
}

function reportOf(known: readonly KnownDeadLetter[], moved: readonly Moved[], { sum }: TakeMethod): Report {
  const left = moved.filter((one) => !isTaken(one));
  const taken = new Set(moved.filter(isTaken).map(({ deadLetter }) => deadLetter));
  return {
    data: dataOf(
      known.filter(({ deadLetter }) => taken.has(deadLetter)),
      left,
      false,
    ),
    lines: [sum(taken.size, known.length), ...left.map(leftLine)],
    problem:
      left.length === 0
        ? undefined
        : `${count(left.length)} stayed in the dead letter queue. Run the command again; a reference that is sent twice is harmless.`,
  };
}

const isTaken = ({ outcome }: Moved) => outcome === 'taken';

function leftLine({ deadLetter, outcome, code = '' }: Moved): string {
  const what = outcome === 'sent-not-deleted' ? 'sent back, but not deleted' : 'refused';
  return `Left: message ${deadLetter.messageId}, ${what} (${code})`;
}

const dataOf = (known: readonly KnownDeadLetter[], left: readonly Moved[], isDryRun: boolean) => ({
  isDryRun,
  deadLetters: known.map(summaryData),
  left: left.map(({ deadLetter, outcome, code }) => ({ messageId: deadLetter.messageId, outcome, code })),
});
