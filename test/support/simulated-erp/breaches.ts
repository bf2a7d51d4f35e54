// Finds breaches of the promise in the history of a simulated ERP: at most one living sales order for each order of the store (E1), none confirmed that
// differs from the store's document (E2), nothing of the staff's overwritten (E4).
import { totalsOf, isLiving } from './records';
import type { CustomerRecord, ErpChange, ErpRecord, RecordLine } from './records';

/** What the store's order was from `since` on; the last one counts until the end. Times are epoch milliseconds. */
export interface StoreVersion {
  /** When the delivery stage was notified of it: a request that is sent much later must not rest on the version before. */
  readonly since: number;
  readonly currency: string;
  /** The lines of goods, by each mapping that was in force: only their items differ. The total counts the others. */
  readonly lines: readonly Lines[];
  readonly total: string;
}

type Lines = readonly Pick<RecordLine, 'item' | 'quantity' | 'unitPrice'>[];

export interface Evidence {
  readonly history: readonly ErpChange[];
  readonly customers: Iterable<CustomerRecord>;
  readonly versionsOf: (orderId: number) => readonly StoreVersion[];
  /** Whether the row knew the record at this time, so that the order must not be created again. */
  readonly isKnown: (record: ErpRecord, at: number) => boolean;
  /** Whether a person has ordered it to be created again, by this time. */
  readonly mayBeCreatedAgain: (orderId: number, at: number) => boolean;
  /** How old the look may be on which a request rests. What staff do meanwhile is out of sight. */
  readonly lookMs: number;
  /** How much longer a find by reference may not show a record. */
  readonly findLagMs: number;
}

/** Says what broke the promise; empty if nothing did. */
export function findBreaches(evidence: Evidence): readonly string[] {
  const byOrder = new Map<number, ErpChange[]>();
  for (const change of evidence.history) {
    const { orderId } = (change.after ?? change.before)!;
    const changes = byOrder.get(orderId);
    if (changes) changes.push(change);
    else byOrder.set(orderId, [change]);
  }
  const broken = [...byOrder].flatMap(([orderId, changes]) =>
    breachesOf(orderId, changes, evidence).map((text) => `Order ${orderId}: ${text}`),
  );
  return [...broken, ...doubledCustomers(evidence)];
}

function breachesOf(orderId: number, changes: readonly ErpChange[], evidence: Evidence): readonly string[] {
  const broken: string[] = [];
  const order: OrderSoFar = {
    living: new Map(),
    lost: [],
    ours: new Set(),
    written: new Set(),
    touched: new Map(),
  };
  for (const change of changes) {
    const found = [
      doubled(change, order, evidence),
      createdAgain(orderId, change, order, evidence),
      confirmedOtherwise(orderId, change, order, evidence),
      overwritten(change, order, evidence),
    ];
    broken.push(...found.filter((text) => text !== undefined));
    note(change, order);
  }
  return broken;
}

/** What the changes so far have made of one order. */
interface OrderSoFar {
  /** By record: the last change that made it what others see of it. */
  readonly living: Map<string, ErpChange>;
  /** Ours that staff deleted or cancelled. */
  readonly lost: ErpChange[];
  /** The records that we have written, and each content that we gave one of them. */
  readonly ours: Set<string>;
  readonly written: Set<string>;
  /** By record and content: when staff made it so. */
  readonly touched: Map<string, Map<string, number>>;
}

function note(change: ErpChange, order: OrderSoFar): void {
  const { before, after, by } = change;
  const { id } = (after ?? before)!;
  const isOver = after === undefined || !isLiving(after);
  if (isOver) order.living.delete(id);
  else if (by !== 'us' || change.what === 'create') order.living.set(id, change);
  if (isOver && by === 'staff' && before && order.ours.has(id)) order.lost.push(change);
  if (after === undefined) return;
  const content = contentOf(after);
  if (by === 'us') {
    order.ours.add(id);
    order.written.add(content);
  }
  if (by !== 'staff') return;
  const touched = order.touched.get(id) ?? new Map<string, number>();
  order.touched.set(id, touched.set(content, change.at));
}

/** E1: our create lands although a living one was there to be seen when it was decided. */
function doubled(change: ErpChange, { living }: OrderSoFar, evidence: Evidence): string | undefined {
  if (change.by !== 'us' || change.what !== 'create') return undefined;
  const other = [...living.values()].find((one) => !isExcused(one, change, evidence));
  return (
    other && `E1: ${change.after!.id} was created at ${iso(change.at)} in addition to ${other.after!.id}`
  );
}

/** What staff did while the request was under way, or what no find shows: to a row that never learned of it, or by a person's word. */
function isExcused(other: ErpChange, created: ErpChange, evidence: Evidence): boolean {
  const lookedAt = created.sentAt! - evidence.lookMs - evidence.findLagMs;
  if (other.by !== 'us' && other.at >= lookedAt) return true;
  const record = other.after!;
  if (record.isHidden && evidence.mayBeCreatedAgain(record.orderId, created.at)) return true;
  const isOutOfSight = record.isHidden || record.reference !== created.after!.reference;
  return isOutOfSight && other.by === 'staff' && !evidence.isKnown(record, other.at);
}

/** E4: staff deleted or cancelled ours, and it is created again without a person's word. */
function createdAgain(
  orderId: number,
  change: ErpChange,
  { lost }: OrderSoFar,
  { isKnown, mayBeCreatedAgain, lookMs }: Evidence,
): string | undefined {
  if (change.by !== 'us' || change.what !== 'create') return undefined;
  const known = lost.find(
    ({ at, before }) =>
      at < change.sentAt! - lookMs && isKnown(before!, at) && !mayBeCreatedAgain(orderId, change.at),
  );
  return known && `E4: created again at ${iso(change.at)} after staff removed ${known.before!.id}`;
}

/** E2: confirmed or amended by us, and not what the store has. */
function confirmedOtherwise(
  orderId: number,
  change: ErpChange,
  order: OrderSoFar,
  evidence: Evidence,
): string | undefined {
  const { by, what, after, sentAt = 0 } = change;
  if (by !== 'us' || (what !== 'confirm' && what !== 'amend') || after === undefined) return undefined;
  const touchedAt = order.touched.get(after.id)?.get(contentOf(after)) ?? -Infinity;
  if (touchedAt >= sentAt - evidence.lookMs) return undefined;
  const versions = evidence.versionsOf(orderId);
  // What an ERP makes of an amendment shows when it is done; the order is then held.
  const compared = what === 'amend' ? { ...after, off: 0n } : after;
  const equal = versions.flatMap((version, index) => (isEqual(compared, version) ? [index] : []));
  const seen = `${after.currency} ${totalsOf(after).total} with ${after.lines.length} lines`;
  if (equal.length === 0) return `E2: confirmed at ${iso(change.at)} as ${seen}, as the store never had it`;
  const isOld = equal.every((index) => {
    const next = versions[index + 1];
    return next !== undefined && next.since < sentAt - evidence.lookMs;
  });
  return isOld
    ? `E2: confirmed at ${iso(change.at)} as ${seen}, after the store had another version`
    : undefined;
}

/** E4: our write replaces content that staff made before the look that it rests on. */
function overwritten(
  change: ErpChange,
  order: OrderSoFar,
  { lookMs, isKnown }: Evidence,
): string | undefined {
  const { by, before, after, sentAt = 0 } = change;
  if (by !== 'us' || before === undefined) return undefined;
  const content = contentOf(before);
  // Staff entered the very same order by hand: it is adopted.
  if (order.written.has(content)) return undefined;
  const madeAt = order.touched.get(before.id)?.get(content);
  if (madeAt === undefined || madeAt >= sentAt - lookMs) return undefined;
  // Under another reference, and unknown to the row: no find can show it.
  const isOutOfSight = before.isHidden || before.reference !== after?.reference;
  if (isOutOfSight && !isKnown(before, madeAt)) return undefined;
  return `E4: ${change.what} at ${iso(change.at)} over what staff made of ${before.id} at ${iso(madeAt)}`;
}

function doubledCustomers({ customers }: Evidence): readonly string[] {
  const keys = new Set<string>();
  return [...customers].flatMap(({ key }) => {
    const isKnown = keys.has(key);
    keys.add(key);
    return isKnown ? [`Customer ${key} is there twice.`] : [];
  });
}

/** What staff and we may overwrite each other: reference, currency, lines. */
function contentOf({ reference, currency, lines }: ErpRecord): string {
  return `${reference} ${currency} ${linesText(lines)}`;
}

const linesText = (lines: Lines): string =>
  lines
    .map(({ item, quantity, unitPrice }) => `${item}×${Number(quantity)}@${Number(unitPrice)}`)
    .sort()
    .join(' ');

function isEqual(record: ErpRecord, { currency, lines, total }: StoreVersion): boolean {
  const items = linesText(record.lines.filter(({ kind }) => kind === 'item'));
  return (
    record.currency === currency &&
    Number(totalsOf(record).total) === Number(total) &&
    lines.some((form) => linesText(form) === items)
  );
}

const iso = (time: number): string => new Date(time).toISOString();
