// The ledger's conditions, each held against the real adapter on MiniStack and against the flows' fake alike.
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { RefusedWriteError } from '../../../../lambda/shared/runtime/errors';
import { createLedger } from '../../../../lambda/shared/tables/ledger';
import type { Ledger } from '../../../../lambda/shared/tables/ledger';
import type { Finish } from '../../../../lambda/shared/tables/ledger-finish';
import type { LedgerRow } from '../../../../lambda/shared/order/ledger-row';
import type { Order, Snapshot } from '../../../../lambda/shared/order/order';
import type { OrdersTable } from '../../../../lambda/shared/tables/orders';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { aParsedOrder, aReference, aSnapshot, iso, NOON, storeDate } from '../../../support/builders';
import { memoryTables } from '../../../support/memory-ledger';
import { connect, createTables, realTables } from '../../../support/real-tables';
import { sharedMiniStack } from '../../../support/shared-ministack';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

interface Tables {
  readonly ledger: Ledger;
  readonly orders: OrdersTable;
  row(orderId: number): Promise<LedgerRow | undefined>;
}

let miniStack: MiniStack;
let onMiniStack: Tables;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
  const client = connect(miniStack);
  await createTables(client);
  onMiniStack = realTables(client);
}, 60_000);
afterAll(() => miniStack.stop());

let nextId = 1_000;

describe.each(['memory', 'MiniStack'])('the ledger on %s', (kind) => {
  let tables: Tables;
  let id: number;
  beforeEach(() => {
    id = nextId += 1;
    const memory = memoryTables();
    tables =
      kind === 'memory' ? { ...memory, row: (key) => Promise.resolve(memory.rows.get(key)) } : onMiniStack;
  });

  const lease = (owner = 'a') => ({ orderId: id, owner });
  const reference = (overrides: object = {}) => aReference({ orderId: id, ...overrides });
  const order = (overrides: object = {}): Order => aParsedOrder({ id, ...overrides });
  const snapshot = (readAt: number, overrides: object = {}): Snapshot =>
    aSnapshot({
      ...order(overrides),
      products: [{ id: 1, price: '1.0000', nothing: null, empty: '', list: [], deep: { a: [1, 'ü😀'] } }],
      shipping_addresses: [],
      coupons: [],
      replication: { read_at: iso(readAt), target_status_id: 9 },
    });
  const take = async (owner = 'a', seenAt = NOON, now = NOON + SECOND, fields: object = {}) => {
    const asked = reference({ seenAt: iso(seenAt), ...fields });
    return (await tables.ledger.takeLease(lease(owner), asked, now + 75 * SECOND, now)).kind;
  };
  const finish = async (finish: Partial<Finish> = {}, now = NOON + 2 * SECOND, owner = 'a') => {
    await tables.ledger.recordEnd(
      lease(owner),
      { state: 'copied', order: order({ status_id: 7 }), readAt: NOON + SECOND, ...finish },
      now,
    );
  };

  describe('a lease', () => {
    it('a lease is taken once, and held against every other worker until it ends or is released', async () => {
      expect(await take('a')).toBe('taken');
      expect(await take('b')).toBe('held');
      expect(await take('b', NOON, NOON + 77 * SECOND)).toBe('taken');
      await tables.ledger.release(lease('a'), 'not mine any more', {}, NOON);
      expect(await take('c', NOON, NOON + 78 * SECOND)).toBe('held');
      await tables.ledger.release(lease('b'), 'failed', {}, NOON);
      expect(await take('c', NOON, NOON + 79 * SECOND)).toBe('taken');
      expect(await tables.row(id)).toMatchObject({
        attempts: 3,
        last_error: 'failed',
        first_seen_at: iso(NOON),
        tried_at: iso(NOON + 79 * SECOND),
      });
    });

    it('a lease that is released keeps what the attempt learned, such as an advance that could not be written', async () => {
      await take();
      const advanced = { order: order({ status_id: 9, date_modified: storeDate(NOON) }), at: iso(NOON) };
      const learnt = { advanced: { ...advanced, advances: [iso(NOON)] }, isMissing: false };
      await tables.ledger.release(lease(), 'conflict', learnt, NOON + SECOND);
      expect(await tables.row(id)).toMatchObject({
        advanced_at: iso(NOON),
        advances: [iso(NOON)],
        status_after: 9,
        put_modified_at: iso(NOON),
        last_error: 'conflict',
      });
      await take('b');
      await finish({ order: order({ status_id: 10 }) }, NOON + 2 * SECOND, 'b');
      const row = await tables.row(id);
      expect(row).toMatchObject({ advanced_at: iso(NOON), advances: [iso(NOON)] });
      expect(row).not.toHaveProperty('put_modified_at');
    });

    it('a lease stays after its release for as long as a PUT of its owner may land', async () => {
      await take('a');
      await tables.ledger.release(
        lease('a'),
        'no answer',
        { putMayLandUntil: NOON + 17 * SECOND },
        NOON + 2 * SECOND,
      );
      expect(await take('b', NOON, NOON + 16 * SECOND)).toBe('held');
      expect(await take('b', NOON, NOON + 18 * SECOND)).toBe('taken');
    });

    it('a lease keeps the first 404 of several, until a read finds the order', async () => {
      const missing = async (now: number, isMissing: boolean, wasFound = false) => {
        await take('a', NOON, now);
        await tables.ledger.release(lease('a'), '404', { isMissing, wasFound }, now);
        return (await tables.row(id))?.missing_since;
      };
      expect(await missing(NOON + SECOND, true)).toBe(iso(NOON + SECOND));
      expect(await missing(NOON + HOUR, true)).toBe(iso(NOON + SECOND));
      expect(await missing(NOON + 1.5 * HOUR, true, true)).toBe(iso(NOON + 1.5 * HOUR));
      expect(await missing(NOON + 2 * HOUR, false)).toBeUndefined();
      expect(await missing(NOON + 3 * HOUR, true)).toBe(iso(NOON + 3 * HOUR));
      await take('b', NOON, NOON + 4 * HOUR);
      await finish({ readAt: NOON + 4 * HOUR }, NOON + 4 * HOUR, 'b');
      expect(await tables.row(id)).not.toHaveProperty('missing_since');
    });

    it('a lease is refused when the row covers the reference by more than clocks may differ', async () => {
      await take('a');
      await finish({ readAt: NOON + SECOND });
      expect(await take('b', NOON)).toBe('taken');
      await finish({ readAt: NOON + SECOND + 1 }, NOON + 3 * SECOND, 'b');
      expect(await take('c', NOON)).toBe('covered');
      expect(await take('c', NOON + 1, NOON + 5 * SECOND)).toBe('taken');
    });

    it('a lease is taken again by its own owner, because the answer to the first try was lost', async () => {
      expect(await take('a')).toBe('taken');
      expect(await take('a')).toBe('taken');
      expect(await take('b')).toBe('held');
    });

    it('a lease is not refused by a copy to a reference that may advance the order', async () => {
      await take('a', NOON, NOON + SECOND, { advance: false });
      await finish({ readAt: NOON + HOUR, reason: 'copy-only' });
      expect(await take('b', NOON, NOON + SECOND, { advance: false })).toBe('covered');
      expect(await take('c')).toBe('taken');
    });

    it('a lease returns the row as it is, with the recorded fingerprint', async () => {
      await take();
      await finish({ digest: 'digest', listedDigest: 'listed', keptUntil: iso(NOON + HOUR) });
      const asked = reference({ seenAt: iso(NOON + HOUR) });
      const answer = await tables.ledger.takeLease(lease('b'), asked, NOON + 2 * HOUR, NOON + HOUR);
      expect(answer).toMatchObject({
        kind: 'taken',
        row: {
          order_id: id,
          state: 'copied',
          kept_until: iso(NOON + HOUR),
          content_digest: 'digest',
          listed_digest: 'listed',
        },
      });
      await finish({ readAt: NOON + HOUR }, NOON + HOUR, 'b');
      const row = await tables.row(id);
      expect(row).not.toHaveProperty('content_digest');
      expect(row).not.toHaveProperty('listed_digest');
      expect(row).not.toHaveProperty('kept_until');
    });

    it('a lease is not refused by a row that is dead or queued', async () => {
      await take('a');
      await finish({ readAt: NOON - HOUR });
      await tables.ledger.recordDead(reference(), { reason: 'rejected', error: 'no' }, NOON + 2 * SECOND);
      expect(await take('b', NOON - 2 * HOUR)).toBe('taken');
    });
  });

  describe('finishing', () => {
    it('finishing records the state, the version and the read, and releases the lease', async () => {
      await take();
      await finish({ reason: 'advance-off', statusBefore: 7, digital: false });
      const row = await tables.row(id);
      expect(row).toMatchObject({
        state: 'copied',
        reason: 'advance-off',
        status_before: 7,
        status_after: 7,
        status_id: 7,
        digital: false,
        date_modified: order().raw.date_modified,
        modified_at: iso(NOON - HOUR),
        read_at: iso(NOON + SECOND),
        reached_at: iso(NOON + 2 * SECOND),
      });
      expect(row).not.toHaveProperty('lease_owner');
      expect(row).not.toHaveProperty('lease_until');
    });

    it('finishing removes the reason of an earlier state', async () => {
      await take();
      await finish({ reason: 'advance-off', digital: true, advancedAt: iso(NOON) });
      await take('b', NOON + 10 * SECOND, NOON + 11 * SECOND);
      await finish(
        { state: 'replicated', readAt: NOON + 11 * SECOND, order: order({ date_modified: null }) },
        NOON + 12 * SECOND,
        'b',
      );
      const row = await tables.row(id);
      expect(row).toMatchObject({ state: 'replicated', date_modified: '', advanced_at: iso(NOON) });
      expect(row).not.toHaveProperty('reason');
      expect(row).not.toHaveProperty('digital');
      expect(row).not.toHaveProperty('modified_at');
    });

    it('finishing keeps the known version of an order that is gone', async () => {
      await tables.ledger.recordQueued(reference(), NOON);
      await take();
      await finish({ state: 'skipped', reason: 'not-found', order: undefined });
      expect(await tables.row(id)).toMatchObject({
        state: 'skipped',
        status_id: 11,
        modified_at: iso(NOON - HOUR),
      });
    });

    it('finishing is refused without the lease, and when the row rests on a later read', async () => {
      await expect(finish()).rejects.toThrow(/taken over|refused/);
      await take();
      await finish({ readAt: NOON + 5 * SECOND });
      await take('b', NOON + 10 * SECOND, NOON + 11 * SECOND);
      await expect(finish({ readAt: NOON + 4 * SECOND }, NOON + 12 * SECOND, 'b')).rejects.toThrow(
        /taken over|refused/,
      );
    });
  });

  describe('finishing an advance', () => {
    const answer = () =>
      order({
        status_id: 9,
        status: 'Awaiting Shipment',
        custom_status: 'x',
        date_modified: storeDate(NOON),
      });
    const finishAdvance = (stored: Snapshot, owner = 'a') =>
      tables.ledger.recordAdvance(
        lease(owner),
        stored,
        { state: 'replicated', readAt: NOON + SECOND, order: answer(), advancedAt: iso(NOON + 2 * SECOND) },
        NOON + 2 * SECOND,
        5 * SECOND,
      );

    it('finishing an advance changes the snapshot and the row together, and nothing else', async () => {
      await take();
      const stored = snapshot(NOON + SECOND);
      await tables.orders.save(stored);
      await finishAdvance(stored);
      expect(await tables.orders.find(id)).toEqual({
        ...stored,
        status_id: 9,
        status: 'Awaiting Shipment',
        custom_status: 'x',
        date_modified: storeDate(NOON),
        replication: { ...stored.replication, state: 'replicated', advanced_at: iso(NOON + 2 * SECOND) },
      });
      expect(await tables.row(id)).toMatchObject({
        state: 'replicated',
        advanced_at: iso(NOON + 2 * SECOND),
        status_id: 9,
        modified_at: iso(NOON),
      });
    });

    it('finishing an advance changes neither snapshot nor row when either is newer', async () => {
      await take();
      const stored = snapshot(NOON + SECOND);
      await tables.orders.save(snapshot(NOON + 9 * SECOND));
      await expect(finishAdvance(stored)).rejects.toThrow(/taken over|refused/);
      expect(await tables.row(id)).not.toHaveProperty('state');
      await expect(finishAdvance(snapshot(NOON + 9 * SECOND), 'b')).rejects.toThrow(/taken over|refused/);
      expect(await tables.orders.find(id)).toMatchObject({ status_id: 11 });
    });
  });

  it('an advance whose snapshot has been removed is refused, and leaves no partial order', async () => {
    await take();
    const finishing = {
      state: 'replicated',
      readAt: NOON + SECOND,
      advancedAt: iso(NOON + 2 * SECOND),
    } as const;
    const finished = tables.ledger.recordAdvance(
      lease(),
      snapshot(NOON + SECOND),
      { ...finishing, order: order({ status_id: 9 }) },
      NOON + 2 * SECOND,
      5 * SECOND,
    );
    await expect(finished).rejects.toThrow(RefusedWriteError);
    expect(await tables.orders.find(id)).toBeUndefined();
    expect(await tables.row(id)).not.toHaveProperty('state');
  });

  describe('a snapshot', () => {
    it('a snapshot is read as it was stored, and is never overwritten by one read earlier', async () => {
      expect(await tables.orders.find(id)).toBeUndefined();
      const stored = snapshot(NOON + 5 * SECOND);
      await tables.orders.save(stored);
      expect(await tables.orders.find(id)).toEqual(stored);
      await expect(tables.orders.save(snapshot(NOON + 4 * SECOND))).rejects.toThrow(/later read|refused/);
      const later = snapshot(NOON + 5 * SECOND, { staff_notes: 'same moment' });
      await tables.orders.save(later);
      expect(await tables.orders.find(id)).toEqual(later);
    });
  });

  it('a reference to an order that no list can show is recorded, and the rest of its row stays unchanged', async () => {
    await tables.ledger.recordQueued(reference(), NOON);
    const before = await tables.row(id);
    await tables.ledger.recordUnlistable(id, NOON + HOUR);
    expect(await tables.row(id)).toEqual({ ...before, unreadable_at: iso(NOON + HOUR) });
    await take();
    await finish({ state: 'skipped', reason: 'archived' });
    expect((await tables.row(id))?.unreadable_at).toBe(iso(NOON + HOUR));
  });

  describe('the record that a reference is queued', () => {
    const note = (overrides: object = {}, now = NOON) =>
      tables.ledger.recordQueued(reference(overrides), now);

    it('a queued reference is recorded where there is no row, or none with a state', async () => {
      expect(await note()).toBe(true);
      expect(await tables.row(id)).toMatchObject({
        state: 'queued',
        seen_at: iso(NOON),
        status_id: 11,
        modified_at: iso(NOON - HOUR),
      });
    });

    it('the record of a queued reference keeps the lease of a worker that was faster', async () => {
      await take();
      expect(await note()).toBe(true);
      expect(await tables.row(id)).toMatchObject({ state: 'queued', lease_owner: 'a' });
    });

    it('a queued reference of a webhook is recorded only where there is no state', async () => {
      const webhook = { source: 'webhook', dateModified: undefined, statusId: undefined };
      expect(await note(webhook)).toBe(true);
      expect(await note(webhook)).toBe(false);
      expect(await note()).toBe(true);
    });

    it('the record of a queued reference does not replace one of a newer version', async () => {
      expect(await note()).toBe(true);
      expect(await note({ dateModified: storeDate(NOON - 2 * HOUR) })).toBe(false);
      expect(await note({ dateModified: storeDate(NOON - 60 * SECOND), seenAt: iso(NOON + HOUR) })).toBe(
        true,
      );
      expect(await tables.row(id)).toMatchObject({ seen_at: iso(NOON + HOUR) });
    });

    it('the record of a queued reference is updated when the same version is queued again', async () => {
      expect(await note()).toBe(true);
      expect(await note({ seenAt: iso(NOON + HOUR) })).toBe(true);
      expect(await tables.row(id)).toMatchObject({ state: 'queued', seen_at: iso(NOON + HOUR) });
    });

    it('the record of a queued reference is refused where the row was finished by a later read', async () => {
      await take();
      await finish({ readAt: NOON + SECOND });
      expect(await note({ dateModified: storeDate(NOON), statusId: 7 })).toBe(false);
    });

    it('a queued reference is recorded over a finished row for a newer version, or for the same one some time later', async () => {
      await take();
      await finish({ readAt: NOON - HOUR }, NOON - 2 * SECOND);
      const sameVersion = { statusId: 7 };
      expect(await note({ ...sameVersion, seenAt: iso(NOON - SECOND) })).toBe(false);
      expect(await note({ ...sameVersion, dateModified: storeDate(NOON - 2 * HOUR) })).toBe(false);
      expect(await note({ ...sameVersion, seenAt: iso(NOON) })).toBe(true);
      expect(await tables.row(id)).toMatchObject({ state: 'queued', read_at: iso(NOON - HOUR) });
    });

    it('a queued reference is recorded over a finished row for another status under the same date, some time later too', async () => {
      await take();
      await finish({ readAt: NOON - HOUR }, NOON - 2 * SECOND);
      expect(await note({ statusId: 11, seenAt: iso(NOON - SECOND) })).toBe(false);
      expect(await note({ statusId: 11, seenAt: iso(NOON) })).toBe(true);
    });
  });

  describe('the record that a reference is dead', () => {
    const noteDead = (overrides: object = {}) =>
      tables.ledger.recordDead(
        reference(overrides),
        { reason: 'attempts-exhausted', error: 'store down' },
        NOON + HOUR,
      );

    it('a dead reference is recorded with the reason and the version', async () => {
      await tables.ledger.recordQueued(reference(), NOON);
      expect(await noteDead()).toBe(true);
      expect(await tables.row(id)).toMatchObject({
        state: 'dead',
        reason: 'attempts-exhausted',
        last_error: 'store down',
        status_id: 11,
      });
    });

    it('the record of a dead reference leaves nothing on a row that is finished later', async () => {
      await noteDead();
      await take('a', NOON + HOUR, NOON + HOUR);
      await finish({ readAt: NOON + HOUR }, NOON + HOUR + SECOND);
      const row = await tables.row(id);
      expect(row).toMatchObject({ state: 'copied' });
      for (const name of ['dead_by', 'reason', 'last_error']) expect(row).not.toHaveProperty(name);
    });

    it('a dead reference is recorded where there is no row, and without a version for a webhook', async () => {
      expect(await noteDead({ dateModified: undefined, statusId: undefined })).toBe(true);
      expect(await tables.row(id)).toMatchObject({ state: 'dead' });
    });

    it('the record of a dead reference is refused when the row rests on a later read, or a later reference is queued', async () => {
      await take();
      await finish({ readAt: NOON + SECOND });
      expect(await noteDead()).toBe(false);

      id = nextId += 1;
      await tables.ledger.recordQueued(reference({ seenAt: iso(NOON + SECOND) }), NOON);
      expect(await noteDead()).toBe(false);
      expect(await noteDead({ seenAt: iso(NOON + SECOND) })).toBe(true);
    });
  });

  it('the ledger finds the rows that exist, and requests each once', async () => {
    const first = id;
    await take();
    id = nextId += 1;
    await take();
    const rows = await tables.ledger.find([first, id, id, 999_999]);
    expect([...rows.keys()].sort()).toEqual([first, id]);
    expect((await tables.ledger.find([])).size).toBe(0);
  });
});

describe('a transaction that is cancelled', () => {
  const cancelled = (...codes: readonly string[]) =>
    new TransactionCanceledException({
      $metadata: {},
      message: `Transaction cancelled [${codes.join(', ')}]`,
      CancellationReasons: codes.map((Code) => ({ Code })),
    });
  const end = {
    state: 'replicated',
    readAt: NOON,
    order: aParsedOrder({ status_id: 9 }),
    advancedAt: iso(NOON),
  } as const;

  async function finishAfter(errors: readonly Error[], pausesMs = 5 * SECOND) {
    const pauses: number[] = [];
    const tokens: unknown[] = [];
    const left = [...errors];
    const send = ({ input }: TransactWriteCommand) => {
      tokens.push(input.ClientRequestToken);
      const error = left.shift();
      return error === undefined ? Promise.resolve({}) : Promise.reject(error);
    };
    const sleep = (ms: number) => Promise.resolve(pauses.push(ms));
    const client = { send } as unknown as DynamoDBDocumentClient;
    const ledger = createLedger(client, { ledgerTable: 'Ledger', ordersTable: 'Orders', sleep });
    const done = ledger.recordAdvance({ orderId: 100, owner: 'a' }, aSnapshot(), end, NOON, pausesMs);
    const error = await done.catch((reason: unknown) => reason);
    return { error, pauses, tokens };
  }

  it.each([
    ['conflicts with another write', cancelled('None', 'TransactionConflict')],
    ['is throttled', cancelled('ThrottlingError', 'None')],
    ['is in progress', Object.assign(new Error('busy'), { name: 'TransactionInProgressException' })],
  ])('a cancelled transaction that only %s is repeated, as the same transaction', async (_, error) => {
    const { error: end, pauses, tokens } = await finishAfter([error, error, error]);
    expect(end).toBeUndefined();
    expect(pauses).toEqual([50, 100, 200]);
    expect(new Set(tokens).size).toBe(1);
  });

  it('a cancelled transaction is given up in the time that is left, and reported', async () => {
    const conflict = cancelled('TransactionConflict', 'None');
    const { error, pauses } = await finishAfter(
      Array.from({ length: 50 }, () => conflict),
      400,
    );
    expect(error).toBe(conflict);
    expect(pauses).toEqual([50, 100, 200]);
  });

  it('a cancelled transaction is given up sooner where each try takes long, because what was learned must still be written', async () => {
    let passed = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => (passed += 400));
    try {
      const throttled = cancelled('ThrottlingError', 'None');
      const { error, tokens } = await finishAfter([throttled, throttled, throttled, throttled], 1_000);
      expect(error).toBe(throttled);
      expect(tokens).toHaveLength(3);
    } finally {
      clock.mockRestore();
    }
  });

  it('a cancelled transaction is not repeated where a row is newer, even if it met another write as well', async () => {
    const { error, tokens } = await finishAfter([cancelled('ConditionalCheckFailed', 'TransactionConflict')]);
    expect(error).toBeInstanceOf(RefusedWriteError);
    expect(tokens).toHaveLength(1);
  });
});

it('the ledger finds more rows than one request may ask for', async () => {
  const ids = Array.from({ length: 230 }, (_, index) => 500_000 + index);
  await Promise.all(ids.map((orderId) => onMiniStack.ledger.recordQueued(aReference({ orderId }), NOON)));
  expect((await onMiniStack.ledger.find(ids)).size).toBe(230);
});
