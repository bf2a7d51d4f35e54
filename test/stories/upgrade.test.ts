// A stack that version 0.1.0 wrote its tables of: sentences as reasons, `dead_by`, other outcomes. Whatever a decision found
// in them before the upgrade it finds after it, and nothing is queued or advanced twice for it.
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { classify } from '../../lambda/audit-orders/classify';
import type { LedgerRow } from '../../lambda/shared/order/ledger-row';
import { whyKnown } from '../../lambda/shared/steps/already-known';
import { createAudits } from '../../lambda/shared/tables/audits';
import { createJobsTable } from '../../lambda/shared/tables/jobs';
import type { Job } from '../../lambda/shared/tables/jobs';
import { toLedgerRow } from '../../lambda/shared/tables/stored-ledger-row';
import { createCheckpoints } from '../../scripts/commands/backfill/checkpoint';
import { startMiniStack } from '../../scripts/local/ministack';
import type { MiniStack } from '../../scripts/local/ministack';
import { aParsedOrder, aReference, aRuleSet, iso, NOON, storeDate } from '../support/builders';
import { connect, createTables, realTables } from '../support/real-tables';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
beforeAll(async () => {
  miniStack = await startMiniStack();
  client = connect(miniStack);
}, 60_000);
afterAll(() => miniStack.stop());

beforeEach(() => createTables(client));
afterEach(() => fetch(`${miniStack.endpoint}/_ministack/reset`, { method: 'POST' }));

const put = (TableName: string, Item: Record<string, unknown>) =>
  client.send(new PutCommand({ TableName, Item }));

const before = (fields: Record<string, unknown>): LedgerRow =>
  toLedgerRow({
    order_id: 100,
    date_modified: storeDate(NOON - DAY),
    modified_at: iso(NOON - DAY),
    status_id: 11,
    read_at: iso(NOON - HOUR),
    tried_at: iso(NOON - HOUR),
    reached_at: iso(NOON - HOUR),
    ...fields,
  });

const gone = 'not found in the store';
const foughtOver = 'put back again and again after it was advanced';
const error = 'BigCommerceError: answered.';

describe('a poll and a row of an earlier version', () => {
  const known = (fields: Record<string, unknown>, now = NOON) => {
    const reference = aReference({ dateModified: storeDate(NOON - DAY), statusId: 11, seenAt: iso(now) });
    const order = aParsedOrder({ date_modified: storeDate(NOON - DAY) });
    return whyKnown(before(fields), { order, reference }, aRuleSet(), now);
  };

  it.each<[string, Record<string, unknown>, string]>([
    ['skipped as not found', { state: 'skipped', reason: gone }, 'already-skipped'],
    ['marked as gone', { state: 'copied', reason: gone }, 'already-copied'],
    [
      'unchanged because another app resets it',
      { state: 'copied', reason: foughtOver, left_alone_until: iso(NOON + 2 * DAY) },
      'already-copied',
    ],
    ['dead, refused', { state: 'dead', reason: error, dead_by: 'permanent' }, 'already-dead'],
    ['dead, exhausted', { state: 'dead', reason: error, dead_by: 'exhausted' }, 'already-dead'],
  ])('a poll does not queue an order that an earlier version left %s', (_, fields, reason) => {
    expect(known(fields)).toBe(reason);
  });

  it("a poll queues an earlier version's 404 and outage of more than a day ago, and not a refusal", () => {
    const later = NOON + 2 * DAY;
    expect(known({ state: 'skipped', reason: gone }, later)).toBeUndefined();
    expect(known({ state: 'copied', reason: gone }, later)).toBeUndefined();
    expect(known({ state: 'dead', reason: error, dead_by: 'exhausted' }, later)).toBeUndefined();
    expect(known({ state: 'dead', reason: error, dead_by: 'permanent' }, later)).toBe('already-dead');
  });

  it('a poll queues an order that an earlier version only copied, because a poll advances it', () => {
    expect(known({ state: 'copied', reason: 'copied without advancing' })).toBeUndefined();
  });

  it('a poll queues an order that an earlier version archived when a list shows it without its mark', () => {
    expect(known({ state: 'copied', reason: 'archived' })).toBeUndefined();
  });
});

describe('an audit and a row of an earlier version', () => {
  const finding = (fields: Record<string, unknown>, isStored = true) => {
    const order = aParsedOrder({ date_modified: storeDate(NOON - DAY) });
    const found = { order, row: before(fields), isStored, isIncomplete: false, isStale: false };
    const bounds = { createdSince: undefined, completedSince: NOON - 7 * DAY, lastPoll: NOON - HOUR };
    return classify(found, { rules: aRuleSet(), ...bounds, now: NOON });
  };

  it("an audit shows an earlier version's dead order with its error", () => {
    const fields = { state: 'dead', reason: error, last_error: error, dead_by: 'permanent' };
    expect(finding(fields)).toEqual({ kind: 'dead', reason: 'rejected', error });
  });

  it('an audit excludes what a GET of an earlier version answered with 404 today, and trusts a list the day after', () => {
    expect(finding({ state: 'skipped', reason: gone }, false)).toEqual({
      kind: 'excluded',
      reason: 'not-found',
    });
    const old = { reached_at: iso(NOON - DAY) };
    expect(finding({ state: 'skipped', reason: gone, ...old }, false)).toMatchObject({
      reason: 'listed-but-not-found',
    });
    expect(finding({ state: 'copied', reason: gone, ...old })).toMatchObject({
      kind: 'gap',
      reason: 'listed-but-not-found',
    });
  });
});

describe("a worker's lease on a row of an earlier version", () => {
  const take = async (advance?: false) => {
    const { ledger } = realTables(client);
    const reference = aReference({ seenAt: iso(NOON - 2 * HOUR), ...(advance === false && { advance }) });
    return ledger.takeLease({ orderId: 100, owner: 'a' }, reference, NOON + HOUR, NOON);
  };
  const row = { order_id: 100, state: 'copied', status_id: 11, read_at: iso(NOON - HOUR) };

  it('a lease is taken for a reference that may advance an order that an earlier version only copied', async () => {
    await put('LedgerTable', { ...row, reason: 'copied without advancing' });
    expect(await take(false)).toEqual({ kind: 'covered' });
    expect(await take()).toMatchObject({ kind: 'taken', row: { reason: 'copy-only' } });
  });

  it('a reference waits while another worker holds an order that an earlier version only copied', async () => {
    await put('LedgerTable', {
      ...row,
      reason: 'copied without advancing',
      lease_owner: 'b',
      lease_until: iso(NOON + HOUR),
    });
    expect(await take()).toEqual({ kind: 'held' });
    expect(await take(false)).toEqual({ kind: 'covered' });
  });

  it('a lease is covered where an earlier version stored another reason', async () => {
    await put('LedgerTable', { ...row, reason: 'AdvanceOrders is off' });
    expect(await take()).toEqual({ kind: 'covered' });
  });
});

it('a row of an earlier version loses dead_by when its order is dead again, and keeps its meaning', async () => {
  const { ledger, row } = realTables(client);
  await put('LedgerTable', { order_id: 100, state: 'dead', reason: error, dead_by: 'permanent' });
  expect((await ledger.find([100])).get(100)).toEqual({ order_id: 100, state: 'dead', reason: 'rejected' });
  await ledger.recordDead(aReference(), { reason: 'attempts-exhausted', error }, NOON);
  expect(await row(100)).toMatchObject({ reason: 'attempts-exhausted', last_error: error });
  expect(await row(100)).not.toHaveProperty('dead_by');
});

describe('the start of the next poll after an upgrade', () => {
  const job = (minute: number, outcome: string, fields: object = {}) => ({
    timestamp: NOON + minute,
    began: NOON + minute,
    outcome,
    duration_ms: 5,
    counted: {},
    found: 2,
    enqueued: 2,
    left_out: { 'Cancelled is void': 2 },
    expires_at: NOON / 1000 + 86_400,
    ...fields,
  });
  const cursor = { lists: ['11'], list: '11', last_id: 4_711, slices: 1, completed_since: NOON };
  const table = () => createJobsTable(client, 'JobsTable', 90);

  it('the start of the next poll is read from the row that earlier versions kept, and from rows alone', async () => {
    await put('JobsTable', job(1, 'finished'));
    expect(await table().lastFinished()).toBe(NOON + 1);
    await put('JobsTable', { timestamp: 0, poll: { timestamp: NOON + 2, outcome: 'finished', began: NOON } });
    expect(await table().lastFinished()).toBe(NOON);
  });

  it('the start of the next poll is the newest of both forms, whichever version wrote last', async () => {
    const jobs = table();
    await jobs.record({ ...(job(3, 'poll.finished') as unknown as Job), excluded: {} });
    await put('JobsTable', job(5, 'finished'));
    expect(await jobs.lastFinished()).toBe(NOON + 5);
    await jobs.record({ ...(job(7, 'poll.finished') as unknown as Job), excluded: {} });
    expect(await jobs.lastFinished()).toBe(NOON + 7);
  });

  it('a sliced poll of an earlier version continues at its cursor, with its counts in codes', async () => {
    await put('JobsTable', job(1, 'finished'));
    await put('JobsTable', job(2, 'sliced', { cursor }));
    const expected = { outcome: 'poll.sliced', cursor, excluded: { 'void-status:5': 2 } };
    expect(await table().lastSliced()).toMatchObject(expected);
    const { expires_at: _, ...poll } = job(2, 'sliced', { cursor });
    await put('JobsTable', { timestamp: 1, poll });
    expect(await table().lastSliced()).toMatchObject(expected);
  });

  it.each(['finished', 'failed'])(
    'a poll of an earlier version that %s after a sliced one leaves no cursor',
    async (outcome) => {
      await put('JobsTable', job(2, 'sliced', { cursor }));
      await put('JobsTable', job(3, outcome));
      expect(await table().lastSliced()).toBeUndefined();
    },
  );
});

describe('the newest audit of a day after an upgrade', () => {
  const day = '2026-01-08';
  const audit = (timestamp: number, fields: object = {}) => ({
    timestamp,
    day,
    summary: '',
    duration_ms: 5,
    listed: 3,
    copied: 0,
    queued: 0,
    dead: 1,
    open: 1,
    staying: 0,
    enqueued: 1,
    open_ids: [7],
    first_id: 5,
    last_id: 9,
    ...fields,
  });
  const old = audit(NOON, {
    outcome: `audited ${day}`,
    left_out: { 'Cancelled is void': 1 },
    gaps: [{ id: 7, reason: 'not known to the ledger' }],
    dead_orders: [{ id: 8, reason: error }],
  });

  it('an audit in the form of an earlier version is found with its gaps and its ids', async () => {
    await put('JobsTable', old);
    expect(await createAudits(client, 'JobsTable', 90).newestOf(day)).toMatchObject({
      timestamp: NOON,
      open: 1,
      open_ids: [7],
      first_id: 5,
      last_id: 9,
      excluded: { 'void-status:5': 1 },
      gaps: [{ id: 7, reason: 'not-in-ledger' }],
      dead_orders: [{ id: 8, reason: 'attempts-exhausted', error }],
    });
  });

  it('the newest audit of a day is the later one of both forms', async () => {
    const audits = createAudits(client, 'JobsTable', 90);
    await put('JobsTable', old);
    const now = { ...audit(NOON + 1), excluded: {}, gaps: [], dead_orders: [] };
    await audits.record(now);
    expect((await audits.newestOf(day))?.timestamp).toBe(NOON + 1);
    await put('JobsTable', { ...old, timestamp: NOON + 2 });
    expect((await audits.newestOf(day))?.timestamp).toBe(NOON + 2);
  });
});

describe('a backfill of an earlier version', () => {
  const selection = { created_since: '2025-01-01T00:00:00.000Z', advance: false };
  const tally = {
    copied: 3,
    replicated: 0,
    skipped: { 'Cancelled is void': 1 },
    left_out: { archived: 2 },
    dead: 1,
    dead_orders: [{ order_id: 104, reason: error }],
    not_found: [9],
  };
  const row = {
    timestamp: NOON,
    outcome: 'backfill running',
    selection,
    cursor: { order_id: 107 },
    tally,
    saved_at: iso(NOON),
    expires_at: NOON / 1000 + 86_400,
  };

  it('a backfill of an earlier version continues at its cursor, with its tally in codes, and is stored in the new form from then on', async () => {
    const checkpoints = createCheckpoints(client, 'JobsTable', 90);
    await put('JobsTable', row);
    const found = await checkpoints.find(selection);
    expect(found?.checkpoint).toEqual({
      timestamp: NOON,
      outcome: 'backfill.running',
      selection,
      cursor: { order_id: 107 },
      tally: {
        copied: 3,
        replicated: 0,
        skipped: { 'void-status:5': 1 },
        excluded: { archived: 2 },
        dead: 1,
        dead_orders: [{ order_id: 104, reason: 'attempts-exhausted', error }],
        not_found: [9],
      },
    });
    await checkpoints.save(found!.checkpoint, NOON + 1);
    expect(await checkpoints.find(selection)).toEqual({
      checkpoint: found!.checkpoint,
      savedAt: NOON + 1,
    });
    await checkpoints.save({ ...found!.checkpoint, outcome: 'backfill.finished' }, NOON + 2);
    expect(await checkpoints.find(selection)).toBeUndefined();
  });
});
