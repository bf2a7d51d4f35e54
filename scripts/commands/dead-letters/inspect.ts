// The commands of npm run dead-letters that only look; dead-letter-changes.ts has the others.
import { createLedger } from '../../../lambda/shared/tables/ledger';
import { CommandError } from '../../terminal/command-error';
import { withDeadLetters, type DeadLetter, type Pass, type Queues } from './queue';
import { everything, orderIdOf, table, toKnown, type KnownLetter } from './format';
import { outputOf, type Service } from '../../service/service';

/** What the command line asked for: one order's letters, one letter, or all. */
export interface Wish {
  readonly orderId?: number | undefined;
  readonly messageId?: string | undefined;
  readonly dryRun?: boolean | undefined;
  /** Ends the command early, with its reason. */
  readonly stop: AbortSignal;
}

export type Print = (line: string) => void;

export type LetterService = Pick<Service, 'stackName' | 'outputs' | 'clients'>;

export type Command = (service: LetterService, wish: Wish, print: Print) => Promise<void>;

export const list: Command = async (service, wish, print) => {
  const pass = await look(service, wish);
  if (pass.letters.length === 0) print(nothing);
  else await printTable(pass, service, print);
};

export const show: Command = async (service, wish, print) => {
  const pass = await look(service, wish);
  const chosen = choose(pass, wish);
  if (chosen.length === 0) print(nothing);
  for (const [index, letter] of (await known(chosen, service)).entries()) {
    if (index > 0) print('');
    for (const line of everything(letter, Date.now())) print(line);
  }
  if (!pass.isWhole) print(notAll);
};

async function printTable(pass: Pass, service: LetterService, print: Print): Promise<void> {
  const letters = await known(pass.letters, service);
  for (const line of table(letters, Date.now())) print(line);
  print(
    `${count(letters.length)}. Mend what the reasons name, then redrive; show tells more, drop deletes for good. SQS keeps a letter for 14 days.`,
  );
  if (!pass.isWhole) print(notAll);
}

export const nothing =
  'There is no dead letter. (One that another command is looking at is hidden for up to two minutes.)';

export const notAll = 'There may be more: this is what could be read in a minute. Run it again for the rest.';

export function queuesOf(service: LetterService, { stop }: Wish): Queues {
  return {
    sqs: service.clients.sqs,
    ordersQueueUrl: outputOf(service, 'OrdersQueueUrl'),
    deadLetterQueueUrl: outputOf(service, 'OrdersDeadLetterQueueUrl'),
    stop,
  };
}

/** Looks and changes nothing: the letters can be seen by others again. */
const look = (service: LetterService, wish: Wish): Promise<Pass> =>
  withDeadLetters(queuesOf(service, wish), (pass) => Promise.resolve(pass));

/** Throws CommandError where the one that was asked for is not there. */
export function choose(pass: Pass, { orderId, messageId }: Wish): readonly DeadLetter[] {
  const chosen = pass.letters.filter(
    (letter) =>
      (orderId === undefined || orderIdOf(letter) === orderId) &&
      (messageId === undefined || letter.messageId === messageId),
  );
  if (chosen.length > 0 || (orderId === undefined && messageId === undefined)) return chosen;
  const wanted = orderId === undefined ? `has the message id ${messageId}` : `is about order ${orderId}`;
  const why = pass.isWhole
    ? 'list shows all; one that another command is looking at is hidden for up to two minutes.'
    : notAll;
  throw new CommandError(`Of ${count(pass.letters.length)} none ${wanted}: ${why}`);
}

export async function known(
  letters: readonly DeadLetter[],
  service: LetterService,
): Promise<readonly KnownLetter[]> {
  const ledger = createLedger(service.clients.documents, {
    ledgerTable: outputOf(service, 'LedgerTableName'),
  });
  const rows = await ledger.find(letters.flatMap((letter) => orderIdOf(letter) ?? []));
  return letters.map((letter) => toKnown(letter, rows));
}

export const count = (letters: number) => (letters === 1 ? '1 dead letter' : `${letters} dead letters`);
