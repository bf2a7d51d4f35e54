// Puts dead letters into words: a line each, a table of all, and everything about one. Their text comes from outside.
import { MalformedReferenceError } from '../../../lambda/shared/runtime/errors';
import type { LedgerRow } from '../../../lambda/shared/order/ledger-row';
import { parseDate } from '../../../lambda/shared/runtime/time';
import { readReference } from '../../../lambda/shared/order/reference';
import { toOrderId } from '../../../lambda/shared/order/order';
import type { DeadLetter } from './queue';
import { excerpt, printable } from '../../terminal/printable';

const MOST_IN_TABLE = 120;
const MOST_ON_A_LINE = 1_000;
const MOST_OF_A_BODY = 4_000;

/** A letter with what is known of it. Times are epoch milliseconds. */
export interface KnownLetter {
  readonly letter: DeadLetter;
  readonly orderId: number | undefined;
  readonly firstSeenAt: number | undefined;
  /** Unknown where SQS moved it. */
  readonly parkedAt: number | undefined;
  readonly row: LedgerRow | undefined;
}

/** The order that a letter is about, by its attributes or else by its body; undefined if neither tells. */
export function orderIdOf(letter: DeadLetter): number | undefined {
  return toOrderId(letter.attributes['orderId']) ?? readBody(letter).orderId;
}

export function toKnown(letter: DeadLetter, rows: ReadonlyMap<number, LedgerRow>): KnownLetter {
  const orderId = orderIdOf(letter);
  return {
    letter,
    orderId,
    firstSeenAt: parseDate(letter.attributes['firstSeenAt']) ?? readBody(letter).firstSeenAt,
    parkedAt: letter.isMovedBySqs ? undefined : letter.sentAt,
    row: orderId === undefined ? undefined : rows.get(orderId),
  };
}

/** Why it is a dead letter: it says so itself, unless SQS moved it. */
export function reasonOf({ letter, row }: KnownLetter): string {
  const { reason } = letter.attributes;
  if (!letter.isMovedBySqs) return reason ?? 'it carries no reason';
  const lastError = row?.last_error ?? reason;
  const error = lastError === undefined ? 'no error was noted' : `last error: ${lastError}`;
  return `SQS moved it after its last receive; ${error}`;
}

/** On one line, for what is or would be done with it. */
export function letterLine(known: KnownLetter, now: number): string {
  const seen = `first seen ${ago(known.firstSeenAt, now)}`;
  return `order ${known.orderId ?? 'unknown'}, ${seen}, message ${known.letter.messageId}: ${excerpt(reasonOf(known), MOST_ON_A_LINE)}`;
}

/** A heading, and a line a letter. */
export function table(letters: readonly KnownLetter[], now: number): readonly string[] {
  const rows = letters.map((known) => [
    String(known.orderId ?? 'unknown'),
    ago(known.firstSeenAt, now),
    ago(known.parkedAt, now),
    known.letter.messageId,
    excerpt(reasonOf(known), MOST_IN_TABLE),
  ]);
  const widths = [10, 11, 11, 36];
  return [['Order', 'First seen', 'Parked', 'Message', 'Reason'], ...rows].map((cells) =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '),
  );
}

/** Everything about one. */
export function everything(known: KnownLetter, now: number): readonly string[] {
  const { letter, orderId, firstSeenAt, parkedAt, row } = known;
  const others = Object.entries(letter.attributes).filter(
    ([name]) => !['reason', 'orderId', 'firstSeenAt'].includes(name),
  );
  const rows: readonly (readonly [string, string])[] = [
    ['Dead letter', letter.messageId],
    ['Order', String(orderId ?? 'unknown')],
    ['Reason', reasonOf(known)],
    ['First seen', moment(firstSeenAt, now)],
    parkedAt === undefined
      ? ['Queued', `${moment(letter.sentAt, now)}; SQS does not say when it moved it`]
      : ['Parked', moment(parkedAt, now)],
    ['Receives', `${letter.receives}, this look included`],
    ...others.map(([name, value]) => [`Attribute ${name}`, value] as const),
    ['Body', letter.body],
    ...ledgerRows(orderId, row),
  ];
  return rows.map(([name, value]) => `${printable(name).padEnd(16)} ${excerpt(value, MOST_OF_A_BODY)}`);
}

function ledgerRows(
  orderId: number | undefined,
  row: LedgerRow | undefined,
): readonly (readonly [string, string])[] {
  if (orderId === undefined) return [];
  if (row === undefined) return [['Ledger row', 'none']];
  const { order_id: _, state = 'without a state', ...columns } = row;
  const others = Object.entries(columns).map(([name, value]) => [`  ${name}`, String(value)] as const);
  return [['Ledger row', state], ...others];
}

function readBody({ body }: DeadLetter): { readonly orderId?: number; readonly firstSeenAt?: number } {
  const seen = (iso: string | undefined) => {
    const firstSeenAt = parseDate(iso);
    return firstSeenAt === undefined ? {} : { firstSeenAt };
  };
  try {
    const { orderId, seenAt } = readReference(body);
    return { orderId, ...seen(seenAt) };
  } catch (error) {
    if (!(error instanceof MalformedReferenceError)) throw error;
    const { orderId, firstSeenAt } = error.known;
    return { ...(orderId === undefined ? {} : { orderId }), ...seen(firstSeenAt) };
  }
}

const SECOND = 1_000;
const UNITS = [
  ['d', 86_400 * SECOND],
  ['h', 3_600 * SECOND],
  ['min', 60 * SECOND],
] as const;

/** Such as "3 h ago". A clock of ours that is behind makes it now. */
function ago(time: number | undefined, now: number): string {
  if (time === undefined || Number.isNaN(time)) return 'unknown';
  const past = Math.max(0, now - time);
  const [name, ms] = UNITS.find(([, unit]) => past >= 2 * unit) ?? ['s', SECOND];
  return `${Math.floor(past / ms)} ${name} ago`;
}

function moment(time: number | undefined, now: number): string {
  if (time === undefined || Number.isNaN(time)) return 'unknown';
  return `${new Date(time).toISOString()}, ${ago(time, now)}`;
}
