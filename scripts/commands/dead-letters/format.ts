// Dead letters as a line, as a table, in detail, and as data. Their text comes from outside.
import { MalformedReferenceError } from '../../../lambda/shared/runtime/errors';
import type { LedgerRow } from '../../../lambda/shared/order/ledger-row';
import { iso, parseDate } from '../../../lambda/shared/runtime/time';
import { deathText, isReason } from '../../../lambda/shared/order/reasons';
import { readReference } from '../../../lambda/shared/order/reference';
import { toOrderId } from '../../../lambda/shared/order/order';
import { excerpt } from '../../terminal/printable';
import { table } from '../../terminal/table';
import type { DeadLetter } from './queue';

const MAX_IN_TABLE = 120;
const MAX_ON_A_LINE = 1_000;
const MAX_OF_A_BODY = 4_000;

/** A dead letter with its ledger row. Times are epoch milliseconds. */
export interface KnownDeadLetter {
  readonly deadLetter: DeadLetter;
  readonly orderId: number | undefined;
  readonly firstSeenAt: number | undefined;
  /** Undefined if SQS moved it. */
  readonly deadLetteredAt: number | undefined;
  readonly row: LedgerRow | undefined;
}

/** The order that a dead letter is about, by its attributes or else by its body; undefined if neither has it. */
export function orderIdOf(deadLetter: DeadLetter): number | undefined {
  return toOrderId(deadLetter.attributes['orderId']) ?? readBody(deadLetter).orderId;
}

/** Adds the times and the ledger row to a dead letter. */
export function toKnown(deadLetter: DeadLetter, rows: ReadonlyMap<number, LedgerRow>): KnownDeadLetter {
  const orderId = orderIdOf(deadLetter);
  return {
    deadLetter,
    orderId,
    firstSeenAt: parseDate(deadLetter.attributes['firstSeenAt']) ?? readBody(deadLetter).firstSeenAt,
    deadLetteredAt: deadLetter.isMovedBySqs ? undefined : deadLetter.sentAt,
    row: orderId === undefined ? undefined : rows.get(orderId),
  };
}

/** The reason of a dead letter: from its attributes, or from the ledger if SQS moved it. */
export function reasonOf({ deadLetter, row }: KnownDeadLetter): string {
  const text = attributesText(deadLetter);
  if (!deadLetter.isMovedBySqs) return text ?? 'no reason was recorded';
  const lastError = row?.last_error ?? text;
  const error = lastError === undefined ? 'no error was recorded' : `last error: ${lastError}`;
  return `SQS moved it after its last receive; ${error}`;
}

/** The reason in words, and the text of the error. A dead letter of an earlier version has that text alone, as its reason. */
function attributesText({ attributes: { reason, error } }: DeadLetter): string | undefined {
  return isReason(reason) ? deathText(reason, error) : reason;
}

/** The dead letter on one line. */
export function lineOf(known: KnownDeadLetter, now: number): string {
  const seen = `first seen ${ago(known.firstSeenAt, now)}`;
  return `order ${known.orderId ?? 'unknown'}, ${seen}, message ${known.deadLetter.messageId}: ${excerpt(reasonOf(known), MAX_ON_A_LINE)}`;
}

/** One line per dead letter, below headings. */
export function tableLines(all: readonly KnownDeadLetter[], now: number): readonly string[] {
  const rows = all.map((known) => [
    String(known.orderId ?? 'unknown'),
    ago(known.firstSeenAt, now),
    ago(known.deadLetteredAt, now),
    known.deadLetter.messageId,
    excerpt(reasonOf(known), MAX_IN_TABLE),
  ]);
  return table(rows, ['Order', 'First seen', 'Dead-lettered', 'Message', 'Reason']);
}

/** All details of one dead letter. */
export function detailLines(known: KnownDeadLetter, now: number): readonly string[] {
  const { deadLetter, orderId, firstSeenAt, deadLetteredAt, row } = known;
  const rows: readonly (readonly [string, string])[] = [
    ['Dead letter', deadLetter.messageId],
    ['Order', String(orderId ?? 'unknown')],
    ['Reason', reasonOf(known)],
    ['First seen', moment(firstSeenAt, now)],
    deadLetteredAt === undefined
      ? ['Queued', `${moment(deadLetter.sentAt, now)}; SQS does not say when it moved it`]
      : ['Dead-lettered', moment(deadLetteredAt, now)],
    ['Receives', `${deadLetter.receives}, this one included`],
    ...otherAttributes(deadLetter).map(([name, value]) => [`Attribute ${name}`, value] as const),
    ['Body', deadLetter.body],
    ...ledgerRows(orderId, row),
  ];
  return table(rows.map(([name, value]) => [name, excerpt(value, MAX_OF_A_BODY)]));
}

const otherAttributes = ({ attributes }: DeadLetter) =>
  Object.entries(attributes).filter(
    ([name]) => !['reason', 'error', 'orderId', 'firstSeenAt'].includes(name),
  );

/** The main fields as data, for programs. */
export const summaryData = ({ deadLetter, orderId, firstSeenAt, row }: KnownDeadLetter) => ({
  messageId: deadLetter.messageId,
  orderId: orderId ?? null,
  firstSeenAt: isoOrNull(firstSeenAt),
  sentAt: isoOrNull(deadLetter.sentAt),
  isMovedBySqs: deadLetter.isMovedBySqs,
  ...reasonData(deadLetter),
  lastError: row?.last_error ?? null,
});

/** The reason is a code, or null: of a dead letter of an earlier version it is not known. */
function reasonData({ attributes: { reason, error } }: DeadLetter) {
  return isReason(reason)
    ? { reason, error: error ?? null }
    : { reason: null, error: error ?? reason ?? null };
}

/** All fields as data, for programs. */
export const detailData = (known: KnownDeadLetter) => ({
  ...summaryData(known),
  receives: known.deadLetter.receives,
  attributes: Object.fromEntries(otherAttributes(known.deadLetter)),
  body: known.deadLetter.body,
  ledgerRow: known.row ?? null,
});

/** The number of dead letters in words. */
export const count = (deadLetters: number): string =>
  deadLetters === 1 ? '1 dead letter' : `${deadLetters} dead letters`;

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
  const seen = (date: string | undefined) => {
    const firstSeenAt = parseDate(date);
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

/** Such as "3 h ago"; "0 s ago" if this machine's clock is behind. */
function ago(time: number | undefined, now: number): string {
  if (time === undefined || Number.isNaN(time)) return 'unknown';
  const past = Math.max(0, now - time);
  const [name, ms] = UNITS.find(([, unit]) => past >= 2 * unit) ?? ['s', SECOND];
  return `${Math.floor(past / ms)} ${name} ago`;
}

function moment(time: number | undefined, now: number): string {
  if (time === undefined || Number.isNaN(time)) return 'unknown';
  return `${iso(time)}, ${ago(time, now)}`;
}

const isoOrNull = (time: number | undefined) => (time === undefined || Number.isNaN(time) ? null : iso(time));
