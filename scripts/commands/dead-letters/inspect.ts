// dead-letters list and dead-letters show, which change nothing; and the choice of dead letters for all commands.
import { createLedger } from '../../../lambda/shared/tables/ledger';
import { outputOf } from '../../service/service';
import { CommandError } from '../../terminal/command-error';
import { queuesOf } from './deps';
import type { DeadLetterChoice, DeadLetterDeps, DeadLetterFlow } from './deps';
import { count, detailLines, orderIdOf, summaryData, detailData, tableLines, toKnown } from './format';
import type { KnownDeadLetter } from './format';
import { withDeadLetters } from './queue';
import type { DeadLetter, HeldDeadLetters } from './queue';

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

/** All details of the chosen dead letters. */
export const show: DeadLetterFlow<DeadLetterChoice> = async (choice, deps) => {
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
  'There are no dead letters. (Dead letters that another command is reading are hidden for up to 2 min.)';

const PARTIAL = 'There may be more: reading stopped after 1 min. Run the command again for the rest.';

/** Prints a note if the queue was not read completely. */
export function noteIfPartial({ isComplete }: HeldDeadLetters, { note }: DeadLetterDeps): void {
  if (!isComplete) note(PARTIAL);
}

/** Reads the queue and changes nothing: other readers see the dead letters again. */
export const look = (deps: DeadLetterDeps): Promise<HeldDeadLetters> =>
  withDeadLetters(queuesOf(deps), (held) => Promise.resolve(held));

/** The chosen dead letters. Throws CommandError if none has the named order or message. */
export function choose(
  { deadLetters, isComplete }: HeldDeadLetters,
  { orderId, messageId }: DeadLetterChoice,
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
    ? `To see all: ${recommend('dead-letters list')}. Dead letters that another command is reading are hidden for up to 2 min.`
    : PARTIAL;
  throw new CommandError(`None of ${count(deadLetters.length)} ${named}. ${why}`);
}

/** Adds the ledger row of its order to each dead letter. */
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
