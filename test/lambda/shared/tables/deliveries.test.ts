// The conditions of the Deliveries table, each held against the real adapter on MiniStack and against the flows' fake alike.
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LEASE_ATTRIBUTES } from '../../../../lambda/shared/delivery/delivery-row';
import type { DeliveryRow, RowChange } from '../../../../lambda/shared/delivery/delivery-row';
import { createDeliveries } from '../../../../lambda/shared/tables/deliveries';
import type { Deliveries } from '../../../../lambda/shared/tables/deliveries';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { iso, NOON } from '../../../support/builders';
import { createDeliveryTables, realDeliveryTables } from '../../../support/delivery-tables';
import { memoryDeliveries } from '../../../support/memory-deliveries';
import { connect } from '../../../support/real-tables';
import { sharedMiniStack } from '../../../support/shared-ministack';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
  client = connect(miniStack);
});
afterAll(() => miniStack.stop());

/** A table and a way to put rows into it as they are. */
interface Table {
  readonly deliveries: Deliveries;
  readonly put: (row: DeliveryRow) => Promise<unknown>;
}

const kinds: Readonly<Record<string, () => Promise<Table>>> = {
  memory: () => {
    const deliveries = memoryDeliveries();
    const put = (row: DeliveryRow) => Promise.resolve(deliveries.rows.set(row.order_id, row));
    return Promise.resolve({ deliveries, put });
  },
  MiniStack: async () => {
    await miniStack.reset();
    await createDeliveryTables(client);
    const put = (Item: DeliveryRow) => client.send(new PutCommand({ TableName: 'DeliveriesTable', Item }));
    return { deliveries: realDeliveryTables(client).deliveries, put };
  },
};

describe.each(Object.entries(kinds))('the Deliveries table in %s', (_kind, create) => {
  let table: Deliveries;
  let put: Table['put'];
  beforeEach(async () => {
    ({ deliveries: table, put } = await create());
  });

  const READ = iso(NOON - MINUTE);
  const rules = (now: number, overrides: object = {}) => ({ mapping: 'm1', isLive: true, now, ...overrides });
  const lease = (owner: string, orderId = 100) => ({ orderId, owner });
  const until = NOON + 5 * MINUTE;
  const take = (owner: string, now = NOON, overrides: object = {}) =>
    table.takeLease(lease(owner), now + 5 * MINUTE, rules(now, overrides));
  const row = async (orderId = 100): Promise<DeliveryRow> => (await table.find(orderId))!;
  const idsOf = (due: readonly { orderId: number }[]) => due.map(({ orderId }) => orderId);
  const aRow = (overrides: Partial<DeliveryRow> = {}): DeliveryRow => ({
    order_id: 100,
    state: 'waiting',
    state_at: iso(NOON),
    told: 1,
    wanted_read_at: READ,
    due: 'now',
    due_at: iso(NOON),
    ...overrides,
  });
  const end = (overrides: Partial<DeliveryRow> = {}): RowChange => ({
    set: { state: 'delivered', state_at: iso(NOON + SECOND), handled_read_at: READ, ...overrides },
    remove: [...LEASE_ATTRIBUTES, 'due', 'due_at'],
  });

  describe('telling', () => {
    it('a snapshot of an order without a row makes one that waits and is due now', async () => {
      expect(await table.tell(100, READ, NOON)).toBe(true);
      expect(await table.find(100)).toEqual(aRow());
      expect(await table.find(101)).toBeUndefined();
    });

    it('a newer snapshot raises the row, counts, and makes it due now, whatever its state', async () => {
      await put(
        aRow({ state: 'held', due: 'held', due_at: iso(NOON - HOUR), handled_read_at: READ, told: 4 }),
      );
      expect(await table.tell(100, iso(NOON), NOON + SECOND)).toBe(true);
      expect(await row()).toEqual(
        aRow({
          state: 'held',
          handled_read_at: READ,
          told: 5,
          wanted_read_at: iso(NOON),
          due_at: iso(NOON + SECOND),
        }),
      );
    });

    it('a newer snapshot makes a row due again that was at its end', async () => {
      const { due: _, due_at: __, ...ended } = aRow({ state: 'delivered', handled_read_at: READ });
      await put(ended);
      expect(await table.tell(100, iso(NOON), NOON)).toBe(true);
      expect(await row()).toMatchObject({ state: 'delivered', due: 'now', due_at: iso(NOON), told: 2 });
    });

    it('a newer snapshot that the state has looked at already is noted, and makes nothing due', async () => {
      const { due: _, due_at: __, ...ended } = aRow({ state: 'delivered', handled_read_at: iso(NOON) });
      await put(ended);
      expect(await table.tell(100, iso(NOON - SECOND), NOON)).toBe(true);
      expect(await row()).toEqual({ ...ended, wanted_read_at: iso(NOON - SECOND), told: 2 });
      expect(await table.tell(100, iso(NOON), NOON)).toBe(true);
      expect(await row()).toEqual({ ...ended, wanted_read_at: iso(NOON), told: 3 });
    });

    it('a snapshot told twice or out of order changes nothing', async () => {
      await table.tell(100, READ, NOON);
      const before = await row();
      expect(await table.tell(100, READ, NOON + SECOND)).toBe(false);
      expect(await table.tell(100, iso(NOON - HOUR), NOON + SECOND)).toBe(false);
      expect(await row()).toEqual(before);
    });

    it('a telling that is repeated because its answer was lost counts once, and is not taken for an old one', async () => {
      expect(await table.tell(100, READ, NOON)).toBe(true);
      expect(await table.tell(100, READ, NOON)).toBe(true);
      expect(await row()).toMatchObject({ told: 1 });
    });

    it('a telling touches neither the lease nor the state nor the intent of an attempt under way', async () => {
      await table.tell(100, READ, NOON);
      await take('a');
      const intent = { step: 'order', digest: 'd', lines: 'l', until: iso(until) } as const;
      await table.changeLeased(lease('a'), { set: { intent } });
      const before = await row();
      expect(await table.tell(100, iso(NOON), NOON + SECOND)).toBe(true);
      expect(await row()).toEqual({
        ...before,
        told: 2,
        wanted_read_at: iso(NOON),
        due_at: iso(NOON + SECOND),
      });
    });

    it('of many tellings of one order at a time, the newest snapshot stays', async () => {
      const reads = Array.from({ length: 8 }, (_, nth) => NOON - nth * SECOND);
      const answers = await Promise.all(reads.map((read) => table.tell(100, iso(read), NOON + MINUTE)));
      expect(await row()).toMatchObject({ wanted_read_at: iso(NOON), due: 'now' });
      expect((await row()).told).toBe(answers.filter(Boolean).length);
    });
  });

  describe('the lease', () => {
    it('a lease is taken once, and the answer is the row as written', async () => {
      await put(aRow());
      const taken = await take('a');
      expect(taken).toEqual({ ...aRow(), lease_owner: 'a', lease_until: iso(until), begun: 1 });
      expect(await take('b', NOON + SECOND)).toBeUndefined();
      expect(await row()).toEqual(taken);
    });

    it('of two workers at a time, one has the lease', async () => {
      await put(aRow());
      const answers = await Promise.all([take('a'), take('b'), take('c')]);
      const taken = answers.filter((answer) => answer !== undefined);
      expect(taken).toHaveLength(1);
      expect(taken[0]).toMatchObject({ begun: 1 });
    });

    it('a lease that is past goes to the next worker and counts, and the first one has no say any more', async () => {
      await put(aRow());
      await take('a');
      expect(await take('b', until)).toBeUndefined();
      expect(await take('b', until + 1)).toMatchObject({ lease_owner: 'b', begun: 2 });
      expect(await table.changeLeased(lease('a'), end())).toBeUndefined();
      expect(await row()).toMatchObject({ state: 'waiting', lease_owner: 'b' });
    });

    it('a lease that is taken twice by one attempt, as the SDK repeats a write, is the same lease', async () => {
      await put(aRow());
      const first = await take('a');
      expect(await take('a', NOON + SECOND)).toEqual(first);
      expect(await row()).toEqual(first);
    });

    it('an order without a row, or whose row is at its end or due later, is not leased', async () => {
      expect(await take('a')).toBeUndefined();
      expect(await table.find(100)).toBeUndefined();
      const { due: _, due_at: __, ...ended } = aRow({ state: 'delivered' });
      await put(ended);
      expect(await take('a')).toBeUndefined();
      await put(aRow({ due_at: iso(NOON + 2_001) }));
      expect(await take('a')).toBeUndefined();
      expect(await take('a', NOON + 1)).toBeDefined();
    });

    it('a held row is leased only under another mapping, and one in shadow only in live', async () => {
      await put(aRow({ state: 'held', due: 'held', due_at: iso(NOON + HOUR), mapping: 'm1' }));
      expect(await take('a')).toBeUndefined();
      expect(await take('a', NOON, { mapping: 'm2' })).toBeDefined();
      await put(aRow({ state: 'held', due: 'held' }));
      expect(await take('b')).toBeDefined();
      await put(aRow({ due: 'shadow', due_at: iso(NOON + HOUR) }));
      expect(await take('c', NOON, { isLive: false, mapping: 'm2' })).toBeUndefined();
      expect(await take('c')).toBeDefined();
    });
  });

  describe("the owner's writes", () => {
    beforeEach(async () => {
      await put(aRow());
      await take('a');
    });

    it('the owner changes the row, and the answer is the row as written', async () => {
      const erp = { id: '7', state: 'draft', total: '12.50' } as const;
      const changed = await table.changeLeased(lease('a'), { set: { erp }, remove: ['begun'] }, 1);
      const { begun: _, ...before } = aRow({ lease_owner: 'a', lease_until: iso(until), begun: 1 });
      expect(changed).toEqual({ ...before, erp });
      expect(await row()).toEqual(changed);
    });

    it('a write on the condition that nothing was told in between is refused otherwise', async () => {
      await table.tell(100, iso(NOON), NOON);
      const before = await row();
      expect(await table.changeLeased(lease('a'), end(), 1)).toBeUndefined();
      expect(await row()).toEqual(before);
      const { due: _, due_at: __, ...set } = end().set!;
      const released = await table.changeLeased(lease('a'), {
        set: { ...set, due: 'now', due_at: iso(NOON) },
        remove: LEASE_ATTRIBUTES,
      });
      expect(released).toMatchObject({ state: 'delivered', due: 'now', told: 2 });
      expect(released).not.toHaveProperty('lease_owner');
      expect(released).not.toHaveProperty('begun');
    });

    it('an end that the SDK repeats because its answer was lost is not taken for refused', async () => {
      const ended = await table.changeLeased(lease('a'), end(), 1);
      expect(ended).toMatchObject({ state: 'delivered' });
      expect(await table.changeLeased(lease('a'), end(), 1)).toEqual(ended);
      expect(await table.changeLeased(lease('a'), end())).toEqual(ended);
      expect(await table.changeLeased(lease('a'), end({ state_at: iso(NOON) }))).toBeUndefined();
    });

    it('an end is refused once another worker has the order, or has ended it', async () => {
      expect(await take('b', until + 1)).toBeDefined();
      expect(await table.changeLeased(lease('a'), end(), 1)).toBeUndefined();
      await table.changeLeased(lease('b'), end({ state_at: iso(until) }));
      const before = await row();
      expect(await table.changeLeased(lease('a'), end(), 1)).toBeUndefined();
      expect(await row()).toEqual(before);
    });

    it('an intent that is written twice is the same intent, but not over a telling in between', async () => {
      const intent = { step: 'order', digest: 'd', lines: 'l', until: iso(until) } as const;
      const written = await table.changeLeased(lease('a'), { set: { intent } }, 1);
      expect(written).toMatchObject({ intent });
      expect(await table.changeLeased(lease('a'), { set: { intent } }, 1)).toEqual(written);
      await table.tell(100, iso(NOON), NOON);
      expect(await table.changeLeased(lease('a'), { set: { intent } }, 1)).toBeUndefined();
    });

    it('a change that only asks whether the lease still stands changes nothing', async () => {
      const before = await row();
      expect(await table.changeLeased(lease('a'), {}, 1)).toEqual(before);
      expect(await table.changeLeased(lease('b'), {})).toBeUndefined();
      expect(await table.changeLeased(lease('a', 999), {})).toBeUndefined();
      expect(await table.find(999)).toBeUndefined();
    });

    it.each<[string, RowChange]>([
      ['sets due without due_at', { set: { due: 'held' } }],
      ['removes due_at alone', { remove: ['due_at'] }],
    ])('a change that %s is an error, since the sweep could not find the row', async (_what, change) => {
      const before = await row();
      await expect(table.changeLeased(lease('a'), change)).rejects.toThrow('needs due_at');
      await expect(table.changeByCommand(before, change, NOON)).rejects.toThrow('needs due_at');
      expect(await row()).toEqual(before);
    });
  });

  describe('commands', () => {
    const hold = { why: 'a call with the customer', by: 'Ada', at: iso(NOON) };

    it('a command changes the row as it was seen, counts, and makes it due now', async () => {
      const { due: _, due_at: __, ...seen } = aRow({ state: 'delivered' });
      await put(seen);
      expect(await table.changeByCommand(seen, { set: { hold } }, NOON + SECOND)).toBe(true);
      expect(await row()).toEqual({ ...seen, hold, told: 2, due: 'now', due_at: iso(NOON + SECOND) });
    });

    it('a command may set itself from when on the row is due', async () => {
      await put(aRow({ attempts: 3 }));
      const change = { set: { due: 'now', due_at: iso(NOON + HOUR) }, remove: ['attempts'] } as const;
      expect(await table.changeByCommand(aRow(), change, NOON)).toBe(true);
      expect(await row()).toEqual(aRow({ told: 2, due_at: iso(NOON + HOUR) }));
    });

    it('a command is refused if a telling, a worker or another command was there since it looked', async () => {
      const seen = aRow();
      await put(seen);
      await table.tell(100, iso(NOON), NOON);
      expect(await table.changeByCommand(seen, { set: { hold } }, NOON)).toBe(false);
      const told = await row();
      await take('a', NOON);
      expect(await table.changeByCommand(told, { set: { hold } }, NOON)).toBe(false);
      const leased = await row();
      const intent = { step: 'confirm', digest: 'd', lines: 'l', until: iso(until) } as const;
      await table.changeLeased(lease('a'), { set: { intent } });
      expect(await table.changeByCommand(leased, { set: { hold } }, NOON)).toBe(false);
      const intended = await row();
      expect(await table.changeByCommand(intended, { set: { hold } }, NOON)).toBe(true);
      expect(await table.changeByCommand(intended, { set: { hold: { ...hold, why: 'no' } } }, NOON)).toBe(
        false,
      );
      expect(await row()).toMatchObject({ hold, told: 3, intent, lease_owner: 'a' });
    });

    it('a command that the SDK repeats because its answer was lost is not taken for refused', async () => {
      await put(aRow());
      expect(await table.changeByCommand(aRow(), { set: { hold } }, NOON)).toBe(true);
      expect(await table.changeByCommand(aRow(), { set: { hold } }, NOON)).toBe(true);
      expect(await row()).toMatchObject({ told: 2 });
      expect(await table.changeByCommand(aRow({ order_id: 101 }), { set: { hold } }, NOON)).toBe(false);
      expect(await table.find(101)).toBeUndefined();
    });
  });

  describe('what is due', () => {
    it('rows that are due now come oldest first, without leased ones and those due later', async () => {
      await put(aRow({ order_id: 1, due_at: iso(NOON - SECOND) }));
      await put(aRow({ order_id: 2, due_at: iso(NOON - HOUR) }));
      await put(aRow({ order_id: 3, due_at: iso(NOON + 1) }));
      await put(aRow({ order_id: 4, due_at: iso(NOON), lease_owner: 'a', lease_until: iso(NOON) }));
      await put(aRow({ order_id: 5, due_at: iso(NOON), lease_owner: 'a', lease_until: iso(NOON - 1) }));
      await put(aRow({ order_id: 6, due: 'held', due_at: iso(NOON - HOUR) }));
      expect(await table.dueNow(10, NOON)).toEqual([
        { orderId: 2, dueAt: iso(NOON - HOUR) },
        { orderId: 1, dueAt: iso(NOON - SECOND) },
        { orderId: 5, dueAt: iso(NOON) },
      ]);
      expect(idsOf(await table.dueNow(2, NOON))).toEqual([2, 1]);
      expect(await table.dueNow(0, NOON)).toEqual([]);
    });

    it('held rows of another mapping, or of none, come oldest first, without leased ones', async () => {
      await put(aRow({ order_id: 1, due: 'held', due_at: iso(NOON), mapping: 'old' }));
      await put(aRow({ order_id: 2, due: 'held', due_at: iso(NOON - 1), mapping: 'm1' }));
      await put(aRow({ order_id: 3, due: 'held', due_at: iso(NOON - 2) }));
      await put(aRow({ order_id: 4, due: 'held', due_at: iso(NOON - 3), lease_until: iso(NOON + 1) }));
      expect(idsOf(await table.heldByAnotherMapping(10, 'm1', NOON))).toEqual([3, 1]);
      expect(idsOf(await table.heldByAnotherMapping(1, 'm1', NOON))).toEqual([3]);
    });

    it('rows in shadow come oldest first, without leased ones', async () => {
      await put(aRow({ order_id: 1, due: 'shadow', due_at: iso(NOON) }));
      await put(aRow({ order_id: 2, due: 'shadow', due_at: iso(NOON - 1) }));
      await put(aRow({ order_id: 3, due: 'shadow', due_at: iso(NOON - 2), lease_until: iso(NOON + 1) }));
      await put(aRow({ order_id: 4 }));
      expect(idsOf(await table.dueInLive(10, NOON))).toEqual([2, 1]);
    });

    it('leased rows at the front do not hide the others', async () => {
      const leased = Array.from({ length: 130 }, (_, nth) =>
        aRow({ order_id: nth + 1, due_at: iso(NOON - HOUR + nth), lease_until: iso(NOON + 1) }),
      );
      for (const one of leased) await put(one);
      await put(aRow({ order_id: 500 }));
      expect(idsOf(await table.dueNow(1, NOON))).toEqual([500]);
    });

    it('overdue rows are counted: due now since before one time, held since before another', async () => {
      await put(aRow({ order_id: 1, due_at: iso(NOON - HOUR) }));
      await put(aRow({ order_id: 2, due_at: iso(NOON - HOUR - 1) }));
      await put(aRow({ order_id: 3, due: 'held', state: 'held', state_at: iso(NOON - 25 * HOUR) }));
      await put(aRow({ order_id: 4, due: 'held', state: 'held', state_at: iso(NOON - 24 * HOUR) }));
      await put(aRow({ order_id: 5, due: 'held', state: 'held', state_at: iso(NOON) }));
      expect(await table.countOverdue(NOON - HOUR, NOON - 24 * HOUR)).toEqual({ due: 1, held: 1 });
    });

    it('a row that has waited for its first end counts as overdue, although each failure makes it due later', async () => {
      const waiting = { state: 'waiting', state_at: iso(NOON - 2 * HOUR) } as const;
      await put(aRow({ order_id: 1, ...waiting, due_at: iso(NOON + 30 * 60_000) }));
      await put(aRow({ order_id: 2, ...waiting, due: 'shadow', due_at: iso(NOON - HOUR) }));
      await put(aRow({ order_id: 3, state: 'waiting', state_at: iso(NOON - HOUR), due_at: iso(NOON + 1) }));
      expect(await table.countOverdue(NOON - HOUR, NOON - 24 * HOUR)).toEqual({ due: 1, held: 0 });
    });
  });

  describe('rows', () => {
    it('the rows in a state come newest first, a page after the other', async () => {
      for (const nth of [1, 2, 3, 4, 5]) {
        await put(aRow({ order_id: nth, state: 'held', state_at: iso(NOON + nth) }));
      }
      await put(aRow({ order_id: 6 }));
      const first = await table.list('held', 2);
      expect(first).toEqual(
        [5, 4].map((nth) => aRow({ order_id: nth, state: 'held', state_at: iso(NOON + nth) })),
      );
      const second = await table.list('held', 2, first[1]);
      expect(second.map(({ order_id }) => order_id)).toEqual([3, 2]);
      expect((await table.list('held', 2, second[1])).map(({ order_id }) => order_id)).toEqual([1]);
      expect(await table.list('excluded', 2)).toEqual([]);
    });

    it('more than a hundred rows are read by their order ids, those that there are', async () => {
      for (let nth = 1; nth <= 120; nth += 1) await put(aRow({ order_id: nth }));
      const ids = Array.from({ length: 230 }, (_, nth) => nth + 1);
      const rows = await table.among([...ids, 1]);
      expect(rows.size).toBe(120);
      expect(rows.get(120)).toEqual(aRow({ order_id: 120 }));
      expect(rows.get(121)).toBeUndefined();
      expect(await table.among([])).toEqual(new Map());
    });
  });
});

it('a telling gives up with an error when the row keeps changing, so that its record is tried again', async () => {
  await miniStack.reset();
  await createDeliveryTables(client);
  const table = createDeliveries(client, 'DeliveriesTable');
  const READ = iso(NOON);
  // A number is neither older nor newer than a text: both writes are refused, as by a row that changes between them.
  await client.send(
    new PutCommand({
      TableName: 'DeliveriesTable',
      Item: { order_id: 1, told: 1, handled_read_at: 7, wanted_read_at: iso(NOON - 1) },
    }),
  );
  await expect(table.tell(1, READ, NOON)).rejects.toThrow('The delivery of order 1 keeps changing');
});
