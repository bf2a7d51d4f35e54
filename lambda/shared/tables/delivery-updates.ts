// The updates of a Deliveries row, each with the condition under which it may happen. Every condition prevents a race.
import { isDeepStrictEqual } from 'node:util';
import type { DeliveryRow, RowChange } from '../delivery/delivery-row';
import { iso } from '../runtime/time';
import { aliasedUpdate, freeOrPast } from './aliased-update';

/** A worker's hold on one delivery. */
export interface DeliveryLease {
  readonly orderId: number;
  /** Unique to the attempt. */
  readonly owner: string;
}

/** Which rows a worker may take: a `held` row of another mapping, and in `live` a `shadow` row, are due, too. */
export interface DueRules {
  /** The digest of the worker's mapping. */
  readonly mapping: string;
  readonly isLive: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

const isOlder = (name: string) => `(attribute_not_exists(#${name}) OR #${name} < :wanted_read_at)`;

/** A new row, or a newer snapshot that the row's state has not looked at: due now. */
export function tellUpdate(readAt: string, now: number) {
  const { UpdateExpression, ...update } = aliasedUpdate({
    set: { state: 'waiting', state_at: iso(now), wanted_read_at: readAt, due: 'now', due_at: iso(now) },
    add: { told: 1 },
    condition: `${isOlder('wanted_read_at')} AND ${isOlder('handled_read_at')}`,
  });
  // A row that is there keeps its state.
  const kept = ['state', 'state_at'].reduce(
    (text, name) => text.replace(`#${name} = :${name}`, `#${name} = if_not_exists(#${name}, :${name})`),
    UpdateExpression ?? '',
  );
  return { ...update, UpdateExpression: kept };
}

/** A newer snapshot that the row's state has looked at already: only the row's knowledge of it changes. */
export function tellHandledUpdate(readAt: string) {
  return aliasedUpdate({
    set: { wanted_read_at: readAt },
    add: { told: 1 },
    condition: `${isOlder('wanted_read_at')} AND #handled_read_at >= :wanted_read_at`,
  });
}

/** The clock that made a row due may be ahead of the worker's; else its reference would wake no one. Milliseconds. */
const CLOCK_MS = 2_000;

/** Takes a lease that is free or past, of a row that is due. Times are epoch milliseconds. */
export function leaseUpdate({ owner }: DeliveryLease, until: number, { mapping, isLive, now }: DueRules) {
  const dueRules = [
    '(#due = :dueNow AND #due_at <= :dueBy)',
    '(#due = :dueHeld AND (attribute_not_exists(#mapping) OR #mapping <> :mapping))',
    ...(isLive ? ['#due = :dueShadow'] : []),
  ];
  return aliasedUpdate({
    set: { lease_owner: owner, lease_until: iso(until) },
    add: { begun: 1 },
    condition: `${freeOrPast('lease_until')} AND (${dueRules.join(' OR ')})`,
    values: {
      dueBy: iso(now + CLOCK_MS),
      now: iso(now),
      dueNow: 'now',
      dueHeld: 'held',
      mapping,
      ...(isLive ? { dueShadow: 'shadow' } : {}),
    },
  });
}

/** A change by the lease's owner; with `told`, only if no telling and no command came in between. */
export function leasedUpdate({ owner }: DeliveryLease, change: RowChange, told?: number) {
  const { set, remove } = checked(change);
  return aliasedUpdate({
    set,
    remove,
    condition: `#lease_owner = :owner${told === undefined ? '' : ' AND #told = :seenTold'}`,
    values: { owner, ...(told === undefined ? {} : { seenTold: told }) },
  });
}

/** What a command has looked at: a row in which one of these moved is another row to decide on. */
const SEEN = ['told', 'lease_owner', 'lease_until', 'due', 'due_at', 'intent'] as const;

/** A command's change, due now unless the change says otherwise, if the row is still as seen. `now` is epoch milliseconds. */
export function commandUpdate(seen: DeliveryRow, change: RowChange, now: number) {
  const { set, remove } = commandChange(change, now);
  const present = SEEN.filter((name) => seen[name] !== undefined);
  const conditions = SEEN.map((name) =>
    seen[name] === undefined ? `attribute_not_exists(#${name})` : `#${name} = :seen_${name}`,
  );
  return aliasedUpdate({
    set,
    remove,
    add: { told: 1 },
    condition: conditions.join(' AND '),
    values: Object.fromEntries(present.map((name) => [`seen_${name}`, seen[name]])),
  });
}

/** A command's change in full: the row is due now, unless the change itself says whether it is due. */
export function commandChange(change: RowChange, now: number): Required<RowChange> {
  const { set, remove } = checked(change);
  if (set.due !== undefined || remove.includes('due')) return { set, remove };
  return {
    set: { ...set, due: 'now', due_at: iso(now) },
    remove: remove.filter((name) => name !== 'due_at'),
  };
}

/** Throws if the change leaves a row due without its time: such a row is not in the index, so the sweep never finds it. */
export function checked({ set = {}, remove = [] }: RowChange): Required<RowChange> {
  const isUntimed = set.due_at === undefined;
  const losesTime = remove.includes('due_at') && !remove.includes('due');
  if (isUntimed && (set.due !== undefined || losesTime)) {
    throw new Error('A row that is due needs due_at, by which the sweep finds it.');
  }
  return { set, remove };
}

/** Whether a row shows the whole change: then the refused write may be the repetition of one that took effect. */
export function shows(row: DeliveryRow, { set = {}, remove = [] }: RowChange): boolean {
  return (
    remove.every((name) => row[name] === undefined) &&
    Object.entries(set).every(([name, value]) => isDeepStrictEqual(row[name as keyof DeliveryRow], value))
  );
}
