// What the design says of our PUTs: what one may rest on, what it must know, and how often it may change a status.
import { deployedDuring, whyNotAdvanced } from './design';
import type { Moment, SentPut, Seen } from './history';
import { TIMEOUTS_MS } from './lambda';
import type { Story } from './story';

/** Design rule 2: a PUT rests on a read of the last two seconds. */
const READ_AGE_MS = 2_000;

/** The world's clock, the store's and those of containers tell different times, by so much at most. */
export const CLOCKS_APART_MS = 3_000;

interface OneOrder {
  readonly id: number;
  readonly story: Story;
}

/** Between two PUTs of one order there is always a GET that began when the first had ended: it may have worked. */
export function putUnseen({ id, story: { store } }: OneOrder): string | undefined {
  const puts = store.log.of('PUT /orders/{id}', id);
  const reads = store.log.of('GET /orders/{id}', id);
  const unseen = puts.find(({ startedAt }, index) => {
    const endedAt = puts[index - 1]?.endedAt ?? -Infinity;
    return index > 0 && !reads.some((read) => read.startedAt >= endedAt && read.startedAt <= startedAt);
  });
  return (
    unseen &&
    `PUT at ${new Date(unseen.startedAt).toISOString()}, with no look at what the one before had done`
  );
}

/** Two PUTs that took effect, and no one had changed the status in between: the shopper has two mails. */
export function advancedTwice({ id, story: { history } }: OneOrder): string | undefined {
  const all = history.of(id);
  const landed = all.flatMap(({ by, isRemoved }, index) => (by === 'api' && !isRemoved ? [index] : []));
  const again = landed.find((index, nth) => {
    const before = landed[nth - 1];
    if (before === undefined) return false;
    const between = all.slice(before, index);
    return between.every(({ by, statusId }) => by === 'api' || statusId === all[before]?.statusId);
  });
  const at = again === undefined ? undefined : all[again]?.at;
  return at === undefined
    ? undefined
    : `a PUT took effect at ${new Date(at).toISOString()}, as one had done before it`;
}

/**
 * A PUT is wrong when every read of the two seconds before it forbids it, or is older than what was known when it began; so
 * is one that is not needed. The lines are those of the read's moment, or of a later one.
 */
export function wasForbidden({ sentAt, statusId }: SentPut, { id, story }: OneOrder): string | undefined {
  const reads = (story.history.reads.get(id) ?? []).filter(
    ({ startedAt, endedAt }) => startedAt >= sentAt - READ_AGE_MS && endedAt <= sentAt,
  );
  const reasons = reads.flatMap((read) => whyNoBasis(read, sentAt, { id, story }));
  if (reasons.includes(undefined)) return undefined;
  const was = reads.map((read) => read.statusId).join(', ') || 'not read';
  return `PUT of status ${statusId} at ${new Date(sentAt).toISOString()}, while it was ${was}: ${reasons.join('; ')}`;
}

/** One entry for each reading of it; undefined where nothing speaks against the PUT. */
function whyNoBasis(read: Seen, sentAt: number, one: OneOrder): readonly (string | undefined)[] {
  const { id, story } = one;
  if (read.modifiedAt < newestKnown(read.startedAt, one)) return ['the read is older than what was known'];
  const oldest = read.startedAt - oldestReplica(story);
  const shown = story.history
    .during(id, oldest, read.endedAt)
    .find(({ statusId, modifiedAt }) => statusId === read.statusId && modifiedAt === read.modifiedAt);
  if (shown === undefined) return ['the read shows what was not so'];
  const wasAdvanced = wasAdvancedBefore(shown.at, one);
  const lines = new Set(story.history.during(id, oldest, sentAt).map(({ isDigital }) => isDigital));
  return [...lines].flatMap((isDigital) =>
    deployedDuring(story, sentAt - TIMEOUTS_MS.worker, sentAt).map((deployed) =>
      whyNotAdvanced({ ...shown, isDigital, wasAdvanced }, deployed),
    ),
  );
}

/** How old what the store answers may be. */
export const oldestReplica = ({ plan }: Pick<Story, 'plan'>): number => Math.max(0, ...(plan.replicas ?? []));

/**
 * The newest date that the worker knew when it began a read: what the tables and its reference said when it took the order,
 * what it has stored since, and what PUTs were answered since.
 */
function newestKnown(at: number, { id, story }: OneOrder): number {
  const learned = story.tables.learned.filter((one) => one.orderId === id && one.at <= at);
  const lease = learned.findLast(({ by }) => by === 'lease')?.at ?? at;
  const answers = (story.history.answers.get(id) ?? []).filter(
    ({ endedAt }) => endedAt >= lease && endedAt <= at,
  );
  const since = learned.filter((one) => one.at >= lease);
  return Math.max(0, ...[...since, ...answers].map(({ modifiedAt }) => modifiedAt));
}

/** Whether we had learned by then that a PUT of ours had worked: by its answer, or by a GET that still showed it. */
export function wasAdvancedBefore(at: number, { id, story: { history } }: OneOrder): boolean {
  return advancesOf(id, history).some((one) => one.at < at && isLearned(one, at, id, history));
}

function isLearned(one: Moment, before: number, id: number, { reads, answers }: Story['history']): boolean {
  const shows = (seen: Seen) => seen.statusId === one.statusId && seen.modifiedAt >= one.modifiedAt;
  return (
    (answers.get(id) ?? []).some(
      (answer) => shows(answer) && answer.startedAt <= one.at && answer.endedAt >= one.at,
    ) ||
    (reads.get(id) ?? []).some((read) => shows(read) && read.endedAt >= one.at && read.startedAt < before)
  );
}

/** More of our own changes of a status within an hour are a fight with another app: a mail to the shopper each. */
const MOST_ADVANCES_AN_HOUR = 3;
const HOUR_MS = 3_600_000;

/** What keeps workers from an order, or kills them, keeps them from seeing or noting what it was set to. */
const isWell = ({ plan }: Story): boolean =>
  plan.kills.length + plan.storeFaults.length + plan.tableFailures + (plan.conflicts ?? 0) === 0;

export function foughtOver({ id, story }: OneOrder): string | undefined {
  if (!isWell(story)) return undefined;
  const all = learnedAdvances(id, story.history);
  const fourth = all.find(({ at }, index) => {
    const first = all[index - MOST_ADVANCES_AN_HOUR];
    return first !== undefined && at - first.at < HOUR_MS - CLOCKS_APART_MS;
  });
  return fourth && `was advanced a fourth time within an hour at ${new Date(fourth.at).toISOString()}`;
}

/** One alert for each hour in which an order that was put back three times is left unchanged, and none without that. */
export function alertsOfFights({ id, story }: OneOrder): string | undefined {
  const sent = story.alerts.filter(({ subject }) => subject.endsWith(`resetting the status of order ${id}`));
  const all = learnedAdvances(id, story.history);
  const moments = story.history.of(id);
  // Of each third advance within an hour: whether staff or an app put the order back after it, and it stayed so.
  const fights = all.filter((third, index) => {
    const first = all[index - MOST_ADVANCES_AN_HOUR + 1];
    if (first === undefined || third.at - first.at > HOUR_MS - 5 * 60_000) return false;
    const back = moments.find(({ at, by }) => at > third.at && by === 'merchant');
    const isNew = back !== undefined && back.statusId === 11 && back.at - first.at < HOUR_MS - 5 * 60_000;
    return isNew && moments.every(({ at }) => at <= back.at || at > back.at + 5 * 60_000);
  });
  if (isWell(story) && sent.length === 0 && fights.length > 0)
    return 'was put back three times within an hour, and no alert was sent';
  const tooMany = sent.some(
    ({ at }, index) => at - (sent[index - 1]?.at ?? -Infinity) < HOUR_MS - CLOCKS_APART_MS,
  );
  return tooMany ? 'was alerted of twice within an hour' : undefined;
}

/** Those of which we have learned, before another party changed the status again. */
function learnedAdvances(id: number, history: Story['history']): readonly Moment[] {
  const all = history.of(id);
  return advancesOf(id, history).filter((one) => {
    const ends = all.find(({ at, statusId }) => at > one.at && statusId !== one.statusId)?.at ?? Infinity;
    return isLearned(one, ends, id, history);
  });
}

/** Each change of the order's status by a PUT of ours. */
export function advancesOf(id: number, history: Story['history']): readonly Moment[] {
  return history
    .of(id)
    .filter(({ by, statusId }, index, all) => by === 'api' && all[index - 1]?.statusId !== statusId);
}
