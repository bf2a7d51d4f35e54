// Step 9: records the end of an attempt in one conditional write of the lease's owner. Whatever was reported meanwhile leaves the
// row due.
import { ATTEMPT_ATTRIBUTES } from '../shared/delivery/delivery-row';
import type { DeliveryRow, RowChange } from '../shared/delivery/delivery-row';
import { iso } from '../shared/runtime/time';
import type { Attempt, Ended, Postponed, Recorded } from './attempt';
import { attemptsAlike } from './outcome';
import type { FlowDeps } from './settings';
import { sightingOf } from './sighting';

/** Records the end, unless another worker has the lease by now. Returns whether it was recorded. */
export async function recordEnd({ row, end }: Ended, attempt: Attempt, deps: FlowDeps): Promise<boolean> {
  switch (end.kind) {
    case 'lost':
      return false;
    case 'postponed':
      return postpone(row, end, attempt, deps);
    case 'recorded':
      return record(row, end, attempt, deps);
  }
}

/** The row is due again; what was reported meanwhile makes it due earlier. */
async function postpone(
  row: DeliveryRow,
  end: Postponed,
  { lease }: Attempt,
  deps: FlowDeps,
): Promise<boolean> {
  const now = deps.invocation.now();
  const failure: RowChange['set'] =
    end.failure === undefined
      ? {}
      : {
          attempts: (row.attempts ?? 0) + 1,
          attempts_alike: attemptsAlike(row, end.failure),
          last_error: end.failure,
          last_error_at: iso(now),
        };
  const remove = ['lease_owner', 'lease_until', 'begun'] as const;
  const { deliveries } = deps.adapters;
  const due = { due: 'now', due_at: iso(end.dueAt) } as const;
  const changed =
    (await deliveries.changeLeased(lease, { set: { ...failure, ...due }, remove }, row.told)) ??
    (await deliveries.changeLeased(lease, { set: failure, remove }));
  return changed !== undefined;
}

async function record(row: DeliveryRow, end: Recorded, { lease }: Attempt, deps: FlowDeps): Promise<boolean> {
  const { deliveries } = deps.adapters;
  const now = deps.invocation.now();
  const change = changeOf(row, end, deps, now);
  const changed =
    (await deliveries.changeLeased(lease, withDue(change, dueOf(row, end, now)), row.told)) ??
    (await deliveries.changeLeased(lease, withDue(change, { due: 'now', due_at: iso(now) })));
  return changed !== undefined;
}

type Due = Pick<DeliveryRow, 'due' | 'due_at'>;

function withDue({ set, remove = [] }: RowChange, due: Due): RowChange {
  return due.due === undefined
    ? { ...(set && { set }), remove: remove.concat('due', 'due_at') }
    : { set: { ...set, ...due }, remove };
}

/** A held row comes again under another mapping, one in shadow when the mode is live, every other one is at its end. */
function dueOf(row: DeliveryRow, end: Recorded, now: number): Due {
  if (end.shadow !== undefined) return { due: 'shadow', due_at: iso(now) };
  return end.state === 'held' ? { due: 'held', due_at: stateSince(row, end, now) } : {};
}

/** Since when the row is in this state for this reason. */
function stateSince(row: DeliveryRow, { state, reason }: Recorded, now: number): string {
  return row.state === state && row.reason === reason ? row.state_at : iso(now);
}

function changeOf(row: DeliveryRow, end: Recorded, deps: FlowDeps, now: number): RowChange {
  const { state, reason, detail, document, judged, order, isOurs = false } = end;
  const { digest: mapping } = deps.policy.mapping;
  const values: Record<string, unknown> = {
    state,
    state_at: stateSince(row, end, now),
    reason,
    detail,
    judged,
    mapping,
    handled_read_at: handledReadAt(row, end),
    erp: order === undefined ? row.erp : sightingOf(order, row, { isOurs, document }),
    delivered: deliveredOf(row, end, mapping, now),
    kept: end.kept ?? (state === 'delivered' && reason !== 'kept' ? undefined : row.kept),
    shadow: end.shadow && { digest: document?.digest ?? '', mapping, findings: end.shadow, at: iso(now) },
  };
  const entries = Object.entries(values);
  const kept = ['erp', 'delivered'];
  const gone = entries.filter(([name, value]) => value === undefined && !kept.includes(name));
  return {
    set: Object.fromEntries(entries.filter(([, value]) => value !== undefined)),
    remove: [
      ...ATTEMPT_ATTRIBUTES,
      ...(end.keepsIntent === true ? [] : (['intent'] as const)),
      ...(gone.map(([name]) => name) as (typeof ATTEMPT_ATTRIBUTES)[number][]),
    ],
  };
}

/** The newest snapshot that this end has looked at, never one whose replication had not ended. */
function handledReadAt(row: DeliveryRow, { snapshot }: Recorded): string | undefined {
  const readAt = snapshot?.replication.state === 'stored' ? undefined : snapshot?.replication.read_at;
  const times = [row.handled_read_at, row.wanted_read_at, readAt].filter((time) => time !== undefined);
  return times.sort().at(-1);
}

/** What of the store the ERP holds; a row that stays delivered without a look keeps what it knows. */
function deliveredOf(
  row: DeliveryRow,
  { state, order, document }: Recorded,
  mapping: string,
  now: number,
): DeliveryRow['delivered'] {
  if (state !== 'delivered' || order === undefined || document === undefined) return undefined;
  const { digest, bare } = document;
  if (row.delivered?.digest === digest) return row.delivered;
  return { digest, bare, mapping, at: iso(now) };
}
