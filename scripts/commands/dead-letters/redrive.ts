// The commands of npm run dead-letters that take letters out: back to the Orders queue, or for good.
import { CommandError } from '../../terminal/command-error';
import {
  choose,
  count,
  known,
  notAll,
  nothing,
  queuesOf,
  type Command,
  type LetterService,
  type Print,
  type Wish,
} from './inspect';
import { remove, sendBack, type Move, type Moved } from './move';
import { withDeadLetters, type DeadLetter } from './queue';
import { letterLine } from './format';
import { outputOf } from '../../service/service';

/** Moves letters back to the Orders queue, each with its body as it was. */
export const redrive: Command = (service, wish, print) =>
  take(service, wish, print, {
    move: sendBack,
    verb: 'move back',
    report: (some, done, all) => {
      if (Math.floor(done / 100) > Math.floor((done - some.length) / 100)) print(`${done} of ${all} …`);
    },
    sum: (gone, all) => `Moved ${gone} of ${count(all)} back to ${outputOf(service, 'OrdersQueueUrl')}.`,
  });

/** Deletes letters for good. What it prints is the last trace of them. */
export const drop: Command = (service, wish, print) =>
  take(service, wish, print, {
    move: remove,
    verb: 'drop',
    report: (some, _done, _all, lines) => {
      for (const { letter, fate } of some) if (fate === 'gone') print(`Dropped: ${lines.get(letter) ?? ''}`);
    },
    sum: (gone, all) => `Dropped ${gone} of ${count(all)}.${gone > 0 ? ` ${afterwards}` : ''}`,
  });

/** whyKnown in lambda/get-new-orders/left-out.ts decides so. */
const afterwards =
  'The ledger keeps its rows. An order that is dead there is queued again by a poll if it changes in the store, if only a webhook had told of it, or, after a day, if it had failed at its last receive; one that is still queued there, four days after it was. That goes for orders in a status of AllowedStatusIds; any other comes back when it changes once more: redrive its letter instead.';

interface Way {
  readonly move: Move;
  readonly verb: string;
  /** Says what each step did; `lines` are the letters in words. */
  readonly report: (
    some: readonly Moved[],
    done: number,
    all: number,
    lines: ReadonlyMap<DeadLetter, string>,
  ) => void;
  /** Said at the end, however it ends. */
  readonly sum: (gone: number, all: number) => string;
}

async function take(service: LetterService, wish: Wish, print: Print, way: Way): Promise<void> {
  const queues = queuesOf(service, wish);
  await withDeadLetters(queues, async (pass) => {
    const chosen = choose(pass, wish);
    const lines = await linesOf(chosen, service);
    if (chosen.length === 0) print(nothing);
    else if (wish.dryRun === true) rehearse(way.verb, lines, print);
    else await takeEach(way.move(queues, pass, chosen), lines, print, way);
    if (!pass.isWhole) print(notAll);
  });
}

function rehearse(verb: string, lines: ReadonlyMap<DeadLetter, string>, print: Print): void {
  for (const line of lines.values()) print(`Would ${verb}: ${line}`);
  print(`A dry run: it would ${verb} ${count(lines.size)}; nothing was changed.`);
}

/** Throws CommandError if anything is left that was to go. */
async function takeEach(
  steps: AsyncIterable<readonly Moved[]>,
  lines: ReadonlyMap<DeadLetter, string>,
  print: Print,
  { report, sum }: Way,
): Promise<void> {
  const moved: Moved[] = [];
  const isLeft = ({ fate }: Moved) => fate !== 'gone';
  try {
    for await (const some of steps) {
      moved.push(...some);
      report(some, moved.length, lines.size, lines);
    }
  } finally {
    print(sum(moved.filter((one) => !isLeft(one)).length, lines.size));
  }
  const left = moved.filter(isLeft);
  for (const one of left) print(leftLine(one));
  if (left.length === 0) return;
  throw new CommandError(
    `${count(left.length)} stayed in the dead letter queue: run it again. A reference that is sent twice does no harm.`,
  );
}

function leftLine({ letter, fate, refusal = '' }: Moved): string {
  const what = fate === 'doubled' ? 'sent back, but not deleted' : 'refused';
  return `Left: message ${letter.messageId}, ${what} (${refusal})`;
}

async function linesOf(
  letters: readonly DeadLetter[],
  service: LetterService,
): Promise<ReadonlyMap<DeadLetter, string>> {
  const now = Date.now();
  return new Map((await known(letters, service)).map((one) => [one.letter, letterLine(one, now)]));
}
