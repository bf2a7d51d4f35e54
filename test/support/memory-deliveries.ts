// The Deliveries table and the DeliveryKeys table in memory, written from the protocol and not from the adapters' expressions;
// test/lambda/shared/tables/deliveries.test.ts and delivery-keys.test.ts hold both to one list of cases, the adapters on a real
// DynamoDB API.
import { isDeepStrictEqual } from 'node:util';
import type { DeliveryRow, RowChange } from '../../lambda/shared/delivery/delivery-row';
import type { Deliveries, DueRow, DueRules } from '../../lambda/shared/tables/deliveries';
import type {
  Circuit,
  CustomerRow,
  DeliveryAccount,
  DeliveryKeys,
} from '../../lambda/shared/tables/delivery-keys';

export interface MemoryDeliveries extends Deliveries {
  /** By order id; a test may put, change or delete any. */
  readonly rows: Map<number, DeliveryRow>;
}

export function memoryDeliveries(): MemoryDeliveries {
  const rows = new Map<number, DeliveryRow>();
  return {
    rows,
    find: (orderId) => later(() => rows.get(orderId)),
    tell: (orderId, readAt, now) => later(() => tell(rows, orderId, readAt, now)),
    among: (orderIds) =>
      later(() => new Map(orderIds.flatMap((id) => (rows.has(id) ? [[id, rows.get(id)!] as const] : [])))),
    ...leasesOf(rows),
    ...queriesOf(rows),
  };
}

type Rows = Map<number, DeliveryRow>;

function tell(rows: Rows, orderId: number, readAt: string, now: number): boolean {
  const dueNow = { due: 'now', due_at: iso(now) } as const;
  const row = rows.get(orderId);
  if (row === undefined) {
    const start = { state: 'waiting', state_at: iso(now), told: 1 } as const;
    rows.set(orderId, { order_id: orderId, ...start, wanted_read_at: readAt, ...dueNow });
    return true;
  }
  const { wanted_read_at: known, handled_read_at: handled } = row;
  // The very telling again, as the SDK repeats a write whose answer was lost.
  if (known === readAt) return row.due === 'now' && row.due_at === iso(now);
  if (known !== undefined && known > readAt) return false;
  const isHandled = handled !== undefined && handled >= readAt;
  rows.set(orderId, {
    ...row,
    told: row.told + 1,
    wanted_read_at: readAt,
    ...(isHandled ? {} : dueNow),
  });
  return true;
}

function leasesOf(rows: Rows): Pick<Deliveries, 'takeLease' | 'changeLeased' | 'changeByCommand'> {
  return {
    takeLease: ({ orderId, owner }, until, rules) =>
      later(() => {
        const row = rows.get(orderId);
        if (row === undefined) return undefined;
        if (isFree(row, rules.now) && isDue(row, rules)) {
          const lease = { lease_owner: owner, lease_until: iso(until), begun: (row.begun ?? 0) + 1 };
          rows.set(orderId, { ...row, ...lease });
        }
        const now = rows.get(orderId);
        return now?.lease_owner === owner ? now : undefined;
      }),

    changeLeased: ({ orderId, owner }, change, told) =>
      later(() => {
        assertTimed(change);
        const row = rows.get(orderId);
        if (row === undefined || (told !== undefined && row.told !== told)) return undefined;
        if (row.lease_owner === owner) return rows.set(orderId, changed(row, change)).get(orderId);
        const isOwnEnd = change.remove?.includes('lease_owner') === true && row.lease_owner === undefined;
        return isOwnEnd && isDeepStrictEqual(changed(row, change), row) ? row : undefined;
      }),

    changeByCommand: (seen, change, now) =>
      later(() => {
        assertTimed(change);
        const isSettingDue = change.set?.due !== undefined || change.remove?.includes('due') === true;
        const due = isSettingDue ? {} : ({ due: 'now', due_at: iso(now) } as const);
        const row = rows.get(seen.order_id);
        if (row === undefined) return false;
        const written = { ...changed(row, change), ...due };
        if (isDeepStrictEqual(lookedAt(row), lookedAt(seen))) {
          rows.set(seen.order_id, { ...written, told: row.told + 1 });
          return true;
        }
        return row.told === seen.told + 1 && isDeepStrictEqual(written, row);
      }),
  };
}

function queriesOf(
  rows: Rows,
): Pick<Deliveries, 'dueNow' | 'heldByAnotherMapping' | 'dueInLive' | 'list' | 'countOverdue'> {
  const oldest = (limit: number, now: number, isOne: (row: DeliveryRow) => boolean): readonly DueRow[] =>
    [...rows.values()]
      .filter((row) => row.due_at !== undefined && isFree(row, now) && isOne(row))
      .sort((one, other) => compare(one.due_at!, other.due_at!))
      .slice(0, Math.max(0, limit))
      .map((row) => ({ orderId: row.order_id, dueAt: row.due_at! }));
  return {
    dueNow: (limit, now) =>
      later(() => oldest(limit, now, ({ due, due_at }) => due === 'now' && due_at! <= iso(now))),
    heldByAnotherMapping: (limit, mapping, now) =>
      later(() => oldest(limit, now, (row) => row.due === 'held' && row.mapping !== mapping)),
    dueInLive: (limit, now) => later(() => oldest(limit, now, ({ due }) => due === 'shadow')),
    list: (state, limit, before) =>
      later(() =>
        [...rows.values()]
          .filter((row) => row.state === state && (before === undefined || isNewer(before, row)))
          .sort((one, other) => (isNewer(one, other) ? -1 : 1))
          .slice(0, limit),
      ),
    countOverdue: (dueSince, heldSince) =>
      later(() => ({
        due: Math.max(
          count(rows, ({ due, due_at }) => due === 'now' && due_at !== undefined && due_at < iso(dueSince)),
          count(rows, ({ state, state_at, due }) => {
            return state === 'waiting' && state_at < iso(dueSince) && due === 'now';
          }),
        ),
        held: count(rows, ({ state, state_at }) => state === 'held' && state_at < iso(heldSince)),
      })),
  };
}

/** The clock that made a row due may be ahead of the worker's by this much. */
const CLOCK_MS = 2_000;

function isDue({ due, due_at, mapping }: DeliveryRow, rules: DueRules): boolean {
  if (due === 'now') return due_at !== undefined && due_at <= iso(rules.now + CLOCK_MS);
  if (due === 'held') return mapping !== rules.mapping;
  return due === 'shadow' && rules.isLive;
}

const isFree = ({ lease_until: until }: DeliveryRow, now: number): boolean =>
  until === undefined || until < iso(now);

const lookedAt = ({ told, lease_owner, lease_until, due, due_at, intent }: DeliveryRow) => ({
  told,
  lease_owner,
  lease_until,
  due,
  due_at,
  intent,
});

function assertTimed({ set = {}, remove = [] }: RowChange): void {
  const isLeftUntimed = remove.includes('due_at') && !remove.includes('due');
  if (set.due_at === undefined && (set.due !== undefined || isLeftUntimed)) {
    throw new Error('A row that is due needs due_at, by which the sweep finds it.');
  }
}

function changed(row: DeliveryRow, { set = {}, remove = [] }: RowChange): DeliveryRow {
  const values = Object.entries({ ...row, ...structuredClone(set) });
  const kept = values.filter(([name]) => !remove.some((removed) => removed === name));
  return Object.fromEntries(kept) as unknown as DeliveryRow;
}

/** The index ByState has the time of the state and then the id as its order. */
const isNewer = (one: DeliveryRow, other: DeliveryRow): boolean =>
  one.state_at > other.state_at || (one.state_at === other.state_at && one.order_id > other.order_id);

const count = (rows: Rows, isCounted: (row: DeliveryRow) => boolean): number =>
  [...rows.values()].filter(isCounted).length;

export interface MemoryDeliveryKeys extends DeliveryKeys {
  /** How many slots are leased at a time. */
  slotsTaken(now: number): number;
  readonly customers: Map<string, CustomerRow>;
}

export function memoryDeliveryKeys(): MemoryDeliveryKeys {
  const accounts = new Map<string, DeliveryAccount>();
  return {
    recordAccount: (day, line) => later(() => void accounts.set(day, structuredClone(line))),
    account: (day) => later(() => accounts.get(day)),
    ...slotsOf(),
    ...circuitOf(),
    ...customersOf(),
  };
}

function slotsOf(): Pick<MemoryDeliveryKeys, 'takeSlot' | 'releaseSlot' | 'slotsTaken'> {
  const slots = new Map<string, { readonly owner?: string; readonly until: number }>();
  return {
    takeSlot: (owner, most, until, now) =>
      later(() => {
        for (let nth = 1; nth <= most; nth += 1) {
          const name = `slot#${nth}`;
          const slot = slots.get(name);
          if (slot === undefined || slot.until < now) slots.set(name, { owner, until });
          if (slots.get(name)?.owner === owner) return { name, owner };
        }
        return undefined;
      }),
    releaseSlot: ({ name, owner }, keptUntil) =>
      later(() => {
        if (slots.get(name)?.owner !== owner) return;
        if (keptUntil === undefined) slots.delete(name);
        else slots.set(name, { until: keptUntil });
      }),
    slotsTaken: (now) => [...slots.values()].filter(({ until }) => until >= now).length,
  };
}

function circuitOf(): Pick<DeliveryKeys, 'circuit' | 'openCircuit' | 'probe' | 'closeCircuit'> {
  let circuit: Circuit | undefined;
  return {
    circuit: () => later(() => circuit),
    openCircuit: (until) => later(() => void (circuit = { openUntil: iso(until) })),
    probe: (seen, until, now) =>
      later(() => {
        if (circuit?.openUntil !== seen.openUntil || circuit.openUntil > iso(now)) return false;
        circuit = { openUntil: iso(until) };
        return true;
      }),
    closeCircuit: () => later(() => void (circuit = undefined)),
  };
}

function customersOf(): Pick<
  MemoryDeliveryKeys,
  'customer' | 'takeCustomer' | 'changeCustomer' | 'forgetCustomer' | 'customers'
> {
  const customers = new Map<string, CustomerRow>();
  return {
    customers,
    customer: (key) => later(() => customers.get(key)),
    takeCustomer: (key, owner, until, now) =>
      later(() => {
        const row = customers.get(key);
        if (row?.leaseUntil === undefined || row.leaseUntil < iso(now)) {
          customers.set(key, { ...row, key, leaseOwner: owner, leaseUntil: iso(until) });
        }
        return customers.get(key)?.leaseOwner === owner ? customers.get(key) : undefined;
      }),
    changeCustomer: (key, owner, { until, settled, id, released }) =>
      later(() => {
        const row = customers.get(key);
        if (row?.leaseOwner !== owner) return id !== undefined && row?.id === id;
        const { leaseOwner, leaseUntil, until: intent, ...rest } = row;
        const isEnded = id !== undefined;
        const lease = isEnded || released === true ? {} : { leaseOwner, leaseUntil };
        const kept = isEnded || settled === true ? undefined : (until ?? intent);
        customers.set(key, {
          ...rest,
          ...(id === undefined ? {} : { id }),
          ...(kept === undefined ? {} : { until: kept }),
          ...(lease as Pick<CustomerRow, 'leaseOwner' | 'leaseUntil'>),
        });
        return true;
      }),
    forgetCustomer: (key, id) =>
      later(() => {
        const { id: known, ...row } = customers.get(key) ?? { key };
        if (known === id) customers.set(key, row);
      }),
  };
}

/** A call of a client: its effect and its answer come after the caller's next await, and what it returns is a copy. */
async function later<T>(effect: () => T): Promise<T> {
  await Promise.resolve();
  return structuredClone(effect());
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function iso(time: number): string {
  return new Date(time).toISOString();
}
