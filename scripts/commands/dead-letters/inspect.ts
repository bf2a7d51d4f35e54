// dead-letters list and dead-letters show, which change nothing; and the choice of dead letters for all commands.
import { createLedger } from '../../../lambda/shared/tables/ledger';
import { outputOf } from '../../service/service';
import { CommandError } from '../../terminal/command-error';
import { queuesOf } from './deps';
import type { Choice, DeadLetterDeps, DeadLetterFlow } from './deps';
import { count, detailLines, orderIdOf, summaryData, detailData, tableLines, toKnown } from './format';
import type { KnownDeadLetter } from './format';
import { withDeadLetters } from './queue';
import type { DeadLetter, Held } from './queue';

/** All dead letters in a table. */
export const list: DeadLetterFlow<object> = async (_, deps) => {
  const held = await look(deps);
  const found = await withLedgerRows(held.deadLetters, deps);
  const howTo = `Fix the cause, then redrive: ${deps.recommend('dead-letters redrive')} --all. \`show\` prints details; \`drop\` deletes permanently. SQS keeps a dead letter for 14 days.`;
  noteIfPartial(held, deps);
  return {
    data: { deadLetters: found.map(summaryData), isComplete: held.isComplete },
    lines:
      found.length === 0 ? [NONE] : [...tableLines(found, Date.now()), `${count(found.length)}. ${howTo}`],
  };
};

/** Everything about the chosen dead letters. */
export const show: DeadLetterFlow<Choice> = async (choice, deps) => {
  const held = await look(deps);
  const found = await withLedgerRows(choose(held, choice, deps), deps);
  noteIfPartial(held, deps);
  return {
    data: { deadLetters: found.map(detailData), isComplete: held.isComplete },
    lines:
      found.length === 0
        ? [NONE]
        : found.flatMap((one, index) => [...(index > 0 ? [''] : []), ...detailLines(one, Date.now())]),
  };
};

export const NONE =
  'There is no dead letter. (One that another command is reading is hidden for up to 2 min.)';

const PARTIAL = 'There may be more: this is what could be read in a minute. Run it again for the rest.';

export function noteIfPartial({ isComplete }: Held, { note }: DeadLetterDeps): void {
  if (!isComplete) note(PARTIAL);
}

/** Reads the queue and changes nothing: other readers see the dead letters again. */
export const look = (deps: DeadLetterDeps): Promise<Held> =>
  withDeadLetters(queuesOf(deps), (held) => Promise.resolve(held));

/** Throws CommandError if the one order or message is not there. */
export function choose(
  { deadLetters, isComplete }: Held,
  { orderId, messageId }: Choice,
  { recommend }: DeadLetterDeps,
): readonly DeadLetter[] {
  const chosen = deadLetters.filter(
    (one) =>
      (orderId === undefined || orderIdOf(one) === orderId) &&
      (messageId === undefined || one.messageId === messageId),
  );
  if (chosen.length > 0 || (orderId === undefined && messageId === undefined)) return chosen;
  const named = orderId === undefined ? `has the message id ${messageId}` : `is about order ${orderId}`;
  const why = isComplete
    ? `To see all: ${recommend('dead-letters list')}. One that another command is reading is hidden for up to 2 min.`
    : PARTIAL;
  throw new CommandError(`Of ${count(deadLetters.length)} none ${named}. ${why}`);
}

export async function withLedgerRows(
  deadLetters: readonly DeadLetter[],
  { service }: DeadLetterDeps,
): Promise<readonly KnownDeadLetter[]> {
  const ledger = createLedger(service.clients.documents, {
    ledgerTable: outputOf(service, 'LedgerTableName'),
  });
  const rows = await ledger.find(deadLetters.flatMap((one) => orderIdOf(one) ?? []));
  return deadLetters.map((one) => toKnown(one, rows));
}
