// The promise, spoken over a story that has ended: whatever it lists is an order lost, doubled, or sent back.
import { isDeepStrictEqual } from 'node:util';
import { parseDate } from '../../../lambda/shared/runtime/time';
import { Status } from '../../../lambda/shared/order/status';
import type { Snapshot } from '../../../lambda/shared/order/order';
import type { LedgerRow } from '../../../lambda/shared/order/ledger-row';
import { deployedDuring, deployedLast, isListed, VOID, whyNotAdvanced } from './design';
import type { DeadLetter } from './sqs';
import { versionOf } from './history';
import type { Moment, SentPut } from './history';
import { TIMEOUTS_MS } from './lambda';
import {
  advancedTwice,
  alertsOfFights,
  CLOCKS_APART_MS,
  foughtOver,
  advancesOf,
  oldestReplica,
  putUnseen,
  wasAdvancedBefore,
  wasForbidden,
} from './puts';
import type { Story } from './story';

/** How orders ended; `unseen` ones were never new during any poll. */
export type End = 'replicated' | 'copied' | 'skipped' | 'dead' | 'unseen';

export interface Verdict {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly regressed: readonly string[];
  /** What else must not be: junk let in, references without end, dead letters without a reason, void orders stored. */
  readonly wrong: readonly string[];
  readonly ends: Readonly<Record<End, number>>;
}

interface Case {
  readonly id: number;
  readonly story: Story;
  readonly row: LedgerRow | undefined;
  readonly snapshot: Snapshot | undefined;
  readonly stream: readonly Snapshot[];
  readonly deadLetters: readonly DeadLetter[];
  /** When SQS took references to it. */
  readonly queuedAt: readonly number[];
  readonly now: Moment;
  readonly puts: readonly SentPut[];
  /** Whether a webhook that named it was answered as accepted, and whether such a reference was queued. */
  readonly promised: boolean;
  readonly isKept: boolean;
}

export function checkPromise(story: Story): Verdict {
  const traces = tracesOf(story);
  const cases = story.ids.flatMap((id) => caseOf(id, story, traces));
  const ends = { replicated: 0, copied: 0, skipped: 0, dead: 0, unseen: 0 };
  for (const one of cases) ends[endOf(one)] += 1;
  const all = (find: (one: Case) => readonly (string | undefined)[]) =>
    cases.flatMap((one) =>
      find(one).flatMap((text) => (text === undefined ? [] : `Order ${one.id}: ${text}`)),
    );
  return {
    lost: all((one) => [
      notAccountedFor(one),
      notQueued(one),
      notKept(one),
      leftBehind(one),
      // The version of an erased order is no longer in what is stored.
      ...(isErased(one) ? [] : [notWhole(one), notFollowed(one), contentLost(one), missedByPolls(one)]),
    ]),
    doubled: all((one) => [
      isLost(one) ? undefined : storedTwice(one),
      isErased(one) ? undefined : storedBackwards(one),
      putUnseen(one),
      foughtOver(one),
      advancedTwice(one),
    ]),
    regressed: all((one) => one.puts.map((put) => wasForbidden(put, one))),
    wrong: [
      ...all((one) => [
        deadLetterWithoutReason(one),
        deadWithoutCause(one),
        storedWithoutCause(one),
        keptWithoutCause(one),
        alertsOfFights(one),
        goneWithoutCause(one),
        broughtBack(one),
      ]),
      ...aboutAll(story),
    ],
    ends,
  };
}

/** What there is of each order, by its id: a long story has thousands. */
function tracesOf({ sqs, tables, history, service }: Story) {
  const orderIdIn = ({ body }: { readonly body: string }) => Number(/"orderId":(\d+),/.exec(body)?.[1]);
  return {
    stream: byOrder(tables.stream, ({ id }) => id),
    deadLetters: byOrder(sqs.deadLetters, orderIdIn),
    accepted: byOrder(sqs.accepted, orderIdIn),
    puts: byOrder(history.puts, ({ orderId }) => orderId),
    promised: new Set(
      service.promised.flatMap((body) =>
        [...body.matchAll(/"(?:orderId|id)":(\d+)\b/g)].map(([, id]) => Number(id)),
      ),
    ),
  };
}

function byOrder<T>(all: readonly T[], orderId: (one: T) => number): ReadonlyMap<number, readonly T[]> {
  const groups = new Map<number, T[]>();
  for (const one of all) {
    const group = groups.get(orderId(one)) ?? [];
    group.push(one);
    groups.set(orderId(one), group);
  }
  return groups;
}

function caseOf(id: number, story: Story, traces: ReturnType<typeof tracesOf>): Case[] {
  const now = story.history.of(id).at(-1);
  if (now === undefined) return [];
  const { rows, snapshots } = story.tables;
  return [
    {
      id,
      story,
      now,
      row: rows.get(id),
      snapshot: snapshots.get(id),
      stream: traces.stream.get(id) ?? [],
      deadLetters: traces.deadLetters.get(id) ?? [],
      queuedAt: (traces.accepted.get(id) ?? []).map(({ at }) => at),
      puts: traces.puts.get(id) ?? [],
      promised: traces.promised.has(id),
      isKept: (traces.accepted.get(id) ?? []).some(({ body }) =>
        body.startsWith(`{"orderId":${id},"source":"webhook"`),
      ),
    },
  ];
}

function endOf({ row, deadLetters }: Case): End {
  if (deadLetters.length > 0) return 'dead';
  return row?.state === undefined || row.state === 'queued' ? 'unseen' : row.state;
}

/** Every order that was queued ends stored, excluded for a reason, or as a dead letter. */
function notAccountedFor(one: Case): string | undefined {
  const { queuedAt, row, snapshot, deadLetters, now } = one;
  // No list shows it, so that nothing shows that its snapshot was taken away; or the row of what was not stored was.
  if (isLost(one) && (isHidden(now) || (row ?? snapshot) === undefined)) return undefined;
  if (queuedAt.length === 0 || deadLetters.length > 0) return undefined;
  if (row?.state === 'skipped') return row.reason === undefined ? 'skipped without a reason' : undefined;
  if (row?.state === 'copied' && row.reason === undefined) return 'left unchanged without a reason';
  if (row?.state === 'copied' || row?.state === 'replicated') {
    return snapshot === undefined ? `${row.state}, but not stored` : undefined;
  }
  return `was queued, and the ledger says ${row?.state ?? 'nothing'}`;
}

/**
 * An order that was new, in one status, during the whole of a successful poll was queued by its end, by that poll or
 * before it; where several polls read the store between them, during all of these. A list that comes back empty by a fault
 * looks like one of a quiet store: what it hid is for the next poll.
 */
function notQueued({ id, queuedAt, story }: Case): string | undefined {
  if (story.plan.storeFaults.some(({ damage }) => damage.kind === 'empty')) return undefined;
  const missed = story.tables.jobs.find(({ outcome, timestamp, began = timestamp, duration_ms: lasted }) => {
    const from = began - CLOCKS_APART_MS - oldestReplica(story);
    const end = timestamp + lasted + CLOCKS_APART_MS;
    const moments = story.history.during(id, from, end);
    const deployed = deployedDuring(story, from, end);
    const [first] = moments;
    const wasNew =
      first !== undefined &&
      first.at <= from &&
      moments.every((one) => one.statusId === first.statusId && isListed(one, deployed));
    return outcome === 'poll.finished' && wasNew && !queuedAt.some((at) => at <= end);
  });
  const when = missed && new Date(missed.timestamp).toISOString();
  return when && `was new throughout the poll of ${when}, and not queued by it`;
}

/** What was answered as accepted to a webhook was queued. */
function notKept({ promised, isKept }: Case): string | undefined {
  return promised && !isKept ? 'a webhook was answered as accepted, and nothing was queued' : undefined;
}

/** What may be advanced at the end was advanced. */
function leftBehind(one: Case): string | undefined {
  const { now, deadLetters, story } = one;
  if (isBelievedGone(one)) return undefined;
  const wasAdvanced = wasAdvancedBefore(now.at, one) || wasMovedForUs(one);
  const isDone = whyNotAdvanced({ ...now, wasAdvanced }, deployedLast(story)) !== undefined;
  if (!isListed(now, [deployedLast(story)]) || deadLetters.length > 0 || isDone) return undefined;
  return `still waits in status ${now.statusId}`;
}

/** Staff who set the very status that a worker has noted it will set are taken for that worker: they look the same. */
function wasMovedForUs({ id, stream, story }: Case): boolean {
  const intended = stream.flatMap(({ replication }) => replication.target_status_id ?? []);
  return story.history.of(id).some(({ by, statusId }) => by === 'merchant' && intended.includes(statusId));
}

/** What is new at the end is stored as it is now, as a whole. */
function notWhole(one: Case): string | undefined {
  const { now, deadLetters, snapshot, story, id } = one;
  if (!isListed(now, [deployedLast(story)]) || deadLetters.length > 0 || snapshot === undefined)
    return undefined;
  const idsOf = (lines: readonly { readonly id?: unknown }[] = []) => lines.map((line) => line.id).join();
  const { staff_notes: notes, status_id: statusId, products } = snapshot;
  if (versionOf(notes) !== now.version) return `is stored in version ${String(notes)}`;
  if (statusId !== now.statusId) return `is stored in status ${statusId}`;
  const lines = story.store.orders.kept(id)?.lines;
  return idsOf(products) === idsOf(lines) ? undefined : 'is stored with other lines';
}

/** What is stored is stored as it is now, whatever became of it, where a list of the store shows it still. */
function notFollowed({ now, deadLetters, snapshot }: Case): string | undefined {
  if (snapshot === undefined || isHidden(now) || deadLetters.length > 0) return undefined;
  const { staff_notes: notes, status_id: statusId } = snapshot;
  const isSo = versionOf(notes) === now.version && statusId === now.statusId;
  return isSo ? undefined : `was left behind as ${String(notes)} in status ${statusId}`;
}

/**
 * Polls alone do all this, except for what a person removed from the tables. A change before the first successful poll is
 * new to that poll or not followed, though a webhook may have stored the order: only audits find that.
 */
function missedByPolls(one: Case): string | undefined {
  const { id, story, deadLetters } = one;
  const { at, snapshots } = story.byPolls;
  const now = story.history.of(id).findLast((moment) => moment.at <= at);
  if (now === undefined || deadLetters.length > 0 || isLost(one) || isBelievedGone(one)) return undefined;
  const then = { ...one, now, snapshot: snapshots.get(id) };
  const isUnknown = isListed(now, [deployedLast(story)]) && then.snapshot === undefined;
  const firstPoll = story.tables.jobs.find(({ outcome }) => outcome === 'poll.finished');
  const isFollowed = now.at > (firstPoll?.began ?? firstPoll?.timestamp ?? Infinity) + CLOCKS_APART_MS;
  const missed =
    (isUnknown ? 'is not stored' : undefined) ??
    leftBehind(then) ??
    notWhole(then) ??
    (isFollowed ? notFollowed(then) : undefined);
  return missed && `before any audit: ${missed}`;
}

/** A person took its snapshot out of the table. */
const isLost = ({ id, story: { plan, ids } }: Case): boolean =>
  plan.losses?.some(({ order }) => ids[order] === id) === true;

/** Of an order that was never stored three 404s are believed, for a day: longer than it takes to come to rest. */
const isBelievedGone = ({ id, stream, row, story: { store } }: Case): boolean =>
  stream.length === 0 &&
  row?.state === 'skipped' &&
  store.log.of('GET /orders/{id}', id).at(-1)?.status === 404;

/** No list of all statuses shows it. */
const isHidden = ({ isRemoved, isArchived, statusId }: Moment) =>
  isRemoved || isArchived || statusId === Status.Incomplete;

/** What was advanced is stored with the content that it had then, lines included. */
function contentLost({ id, story, stream, deadLetters, now }: Case): string | undefined {
  if (deadLetters.length > 0 || now.isRemoved) return undefined;
  const last = advancesOf(id, story.history).at(-1);
  if (last === undefined) return undefined;
  const whole = stream.some(
    ({ staff_notes, products }) =>
      versionOf(staff_notes) >= last.version &&
      products.length > 0 &&
      // Lines that are edited carry the order's version.
      products.every(({ name }) => versionOf(name) <= versionOf(staff_notes)),
  );
  return whole ? undefined : `was advanced in version v${last.version}, which was never stored`;
}

function storedTwice({ stream }: Case): string | undefined {
  const twice = stream.find((snapshot, index) => {
    const before = stream[index - 1];
    return before !== undefined && isDeepStrictEqual(contentOf(before), contentOf(snapshot));
  });
  return twice && `stored twice as ${String(twice.staff_notes)}, ${twice.replication.state}`;
}

/** What a consumer of the stream learns; when it was read and by which reference is not news. */
function contentOf({ replication, ...order }: Snapshot) {
  return { ...order, state: replication.state, target: replication.target_status_id, gone: replication.gone };
}

/**
 * Neither an older version over a newer one nor, of one date, an earlier content: that the store's copies differ within a
 * second the sequence is unknown.
 */
function storedBackwards({ stream, story }: Case): string | undefined {
  const lags = oldestReplica(story) > 0;
  const versions = stream.map((snapshot) => ({
    version: versionOf(snapshot.staff_notes),
    modifiedAt: parseDate(snapshot.date_modified) ?? 0,
  }));
  const back = versions.findIndex(({ version, modifiedAt }, index) => {
    const before = versions[index - 1];
    if (before === undefined) return false;
    return modifiedAt < before.modifiedAt || (!lags && version < before.version);
  });
  if (back < 0) return undefined;
  const name = ({ version, modifiedAt } = { version: 0, modifiedAt: 0 }) =>
    `v${version} of ${new Date(modifiedAt).toISOString()}`;
  return `${name(versions[back])} was stored over ${name(versions[back - 1])}`;
}

/** Only an order that the store always refuses becomes a dead letter: everything else is outlasted. */
function deadWithoutCause({ id, deadLetters, story }: Case): string | undefined {
  const isRefused = story.plan.storeFaults.some(({ order, forMs }) => {
    return order !== undefined && story.ids[order] === id && forMs === Infinity;
  });
  return deadLetters.length > 0 && !isRefused ? 'is a dead letter, and nothing was wrong with it' : undefined;
}

/** Rule 2: a void order is stored only over an earlier snapshot. */
function storedWithoutCause({ stream: [first], story }: Case): string | undefined {
  const mayBeNew = story.deployed.some(({ rules }) =>
    rules.allowedStatusIds.includes(first?.status_id ?? -1),
  );
  if (first === undefined || (mayBeNew && first.is_deleted !== true)) return undefined;
  const isVoid = VOID.has(first.status_id) || first.is_deleted === true;
  return isVoid ? `was stored first in status ${first.status_id}, which is void` : undefined;
}

/** Nothing is stored that whatever was deployed during the invocation drops. */
function keptWithoutCause({ stream, story }: Case): string | undefined {
  const kept = stream.flatMap((snapshot) => {
    const readAt = Date.parse(snapshot.replication.read_at);
    const [first, ...others] = deployedDuring(
      story,
      readAt - TIMEOUTS_MS.worker,
      readAt + TIMEOUTS_MS.worker,
    );
    return (first?.dropFields ?? []).filter(
      (name) => others.every(({ dropFields }) => dropFields.includes(name)) && name in snapshot,
    );
  });
  return kept[0] && `was stored with ${kept[0]}, which is dropped`;
}

const isErased = ({ id, story: { tables } }: Case): boolean => tables.erased.has(id);

/** Nothing that is stored after an erasure names the shopper, no matter which worker reads the order again. */
function broughtBack({ id, story: { tables, store } }: Case): string | undefined {
  const { billing_address: { email = '', last_name: name = '' } = {} } = store.orders.kept(id)?.fields ?? {};
  const since = tables.stream.slice(tables.erased.get(id) ?? Infinity).filter((one) => one.id === id);
  const isBack = since.some((one) =>
    [email, name].some((text) => text !== '' && JSON.stringify(one).includes(text)),
  );
  return isBack ? 'names its shopper again, who was erased' : undefined;
}

/** An order that is there is never noted as gone, whatever its GETs say. */
function goneWithoutCause({ stream, now }: Case): string | undefined {
  const isGone = stream.some(({ replication }) => replication.gone === true);
  return isGone && !now.isRemoved ? 'was noted as gone, and is there' : undefined;
}

/** Only a worker that is killed at the last receive of a message leaves it to SQS, which gives no reason. */
function deadLetterWithoutReason({ deadLetters, story }: Case): string | undefined {
  const bare = deadLetters.some(({ bySqs, attributes }) => !bySqs && (attributes.reason ?? '') === '');
  const moved = deadLetters.some(({ bySqs }) => bySqs) && story.service.struck.killed === 0;
  return bare || moved ? 'is a dead letter without a reason' : undefined;
}

/** Some orders that the store cannot render, or its largest pages, must not keep a poll from reading all the others. */
function failedPolls({ plan, tables }: Story): readonly string[] {
  const isWell = plan.storeFaults.length === 0 && plan.tableFailures === 0 && plan.queue.failures === 0;
  const isTroubled = plan.unreadable !== undefined || plan.largestPage !== undefined;
  const failed = isWell && isTroubled ? tables.jobs.filter(({ outcome }) => outcome === 'poll.failed') : [];
  return failed.map(
    ({ timestamp, error }) => `the poll of ${new Date(timestamp).toISOString()} failed: ${error}`,
  );
}

function aboutAll(story: Story): string[] {
  const { restless, junkAnswers, audits } = story;
  const { begun, ended } = story.service.backfills;
  const letIn = junkAnswers.filter(({ expected, status }) => expected !== 200 && status === 200);
  return [
    ...(restless > 0 ? [`the last poll of a store at rest queued ${restless} references`] : []),
    ...audits
      .filter(({ open, enqueued }) => open + enqueued > 0)
      .map(({ summary }) => `an audit says ${summary}`),
    ...(audits.length > 0 ? [] : ['no audit came to an end']),
    ...failedPolls(story),
    ...(begun > ended ? ['a backfill waits for what nothing brings'] : []),
    ...letIn.map(({ expected }) => `junk was answered 200 instead of ${expected}`),
  ];
}
