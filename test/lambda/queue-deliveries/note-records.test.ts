// The stream of the Orders table as Lambda brings it: every snapshot whose replication has ended is noted, or tried again.
import type { DynamoDBRecord } from 'aws-lambda';
import { noteRecords } from '../../../lambda/queue-deliveries/note-records';
import { iso, NOON } from '../../support/builders';
import { queueDeliveriesWorld } from '../../support/queue-deliveries-world';

const MINUTE = 60_000;

const aRecord = (
  id: number,
  {
    state = 'copied',
    readAt = NOON - MINUTE,
    more = {},
  }: { state?: string; readAt?: number; more?: object } = {},
): DynamoDBRecord => ({
  eventID: `event-${id}`,
  eventName: 'MODIFY',
  eventSource: 'aws:dynamodb',
  dynamodb: {
    Keys: { id: { N: String(id) } },
    NewImage: {
      id: { N: String(id) },
      status_id: { N: '11' },
      replication: { M: { state: { S: state }, read_at: { S: iso(readAt) } } },
      ...more,
    },
    SequenceNumber: `sequence-${id}`,
  },
});

it('each snapshot of a batch has its row, due now, and then a reference', async () => {
  const { deps, deliveries, references, linesOf } = queueDeliveriesWorld();
  const records = [aRecord(1), aRecord(2, { state: 'replicated' })];
  expect(await noteRecords(records, deps)).toEqual({ batchItemFailures: [] });
  expect(deliveries.rows.get(2)).toMatchObject({
    state: 'waiting',
    wanted_read_at: iso(NOON - MINUTE),
    due: 'now',
    due_at: iso(NOON),
  });
  expect(references).toEqual([1, 2].map((orderId) => ({ orderId, seenAt: iso(NOON) })));
  expect(linesOf('delivery.noted').map(({ fields }) => fields)).toEqual(
    [1, 2].map((orderId) => ({ orderId, readAt: iso(NOON - MINUTE) })),
  );
});

it('an order of any size is noted, since its id and its replication are always plain', async () => {
  const { deps, deliveries } = queueDeliveriesWorld();
  const packed = { compressed: { B: 'H4sIAAAAAAAA' } };
  const inParts = { compressed_parts: { M: { key: { S: 'k' }, count: { N: '3' } } } };
  await noteRecords([aRecord(1, { more: packed }), aRecord(2, { more: inParts })], deps);
  expect([...deliveries.rows.keys()]).toEqual([1, 2]);
});

it('a snapshot whose replication has not ended, and a deletion, are not noted', async () => {
  const { deps, deliveries, references, lines } = queueDeliveriesWorld();
  const stored = aRecord(1, { state: 'stored' });
  const removed: DynamoDBRecord = { eventName: 'REMOVE', dynamodb: { Keys: { id: { N: '2' } } } };
  expect(await noteRecords([stored, removed, {}], deps)).toEqual({ batchItemFailures: [] });
  expect(deliveries.rows.size + references.length + lines.length).toBe(0);
});

it('a record that is delivered twice, or out of order, changes nothing and queues nothing', async () => {
  const { deps, deliveries, references, clock } = queueDeliveriesWorld();
  await noteRecords([aRecord(1)], deps);
  const before = deliveries.rows.get(1);
  clock.now += MINUTE;
  await noteRecords([aRecord(1), aRecord(1, { readAt: NOON - 2 * MINUTE })], deps);
  expect(deliveries.rows.get(1)).toEqual(before);
  expect(references).toHaveLength(1);
});

it('two versions of an order in one batch are noted as the newest, in any order, with one reference', async () => {
  for (const reads of [
    [NOON - MINUTE, NOON],
    [NOON, NOON - MINUTE],
  ]) {
    const { deps, deliveries, references } = queueDeliveriesWorld();
    await noteRecords(
      reads.map((readAt) => aRecord(1, { readAt })),
      deps,
    );
    expect(deliveries.rows.get(1)).toMatchObject({ wanted_read_at: iso(NOON), due: 'now' });
    expect(references).toHaveLength(1);
  }
});

it('a record whose row cannot be written is reported by its sequence number, and the others are noted', async () => {
  const { deps, deliveries, references, linesOf, clock } = queueDeliveriesWorld();
  const tell: typeof deliveries.tell = (orderId, ...rest) =>
    orderId === 2 ? Promise.reject(new Error('throttled')) : deliveries.tell(orderId, ...rest);
  const failing = { ...deps, adapters: { ...deps.adapters, deliveries: { tell } } };
  expect(await noteRecords([aRecord(1), aRecord(2), aRecord(3)], failing)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'sequence-2' }],
  });
  expect([...deliveries.rows.keys()]).toEqual([1, 3]);
  expect(references.map(({ orderId }) => orderId)).toEqual([1, 3]);
  expect(linesOf('delivery.not_noted')).toEqual([
    {
      level: 'error',
      event: 'delivery.not_noted',
      fields: { orderId: 2, readAt: iso(NOON - MINUTE), error: 'Error: throttled' },
    },
  ]);
  // Lambda reads the stream again from the record that failed.
  clock.now += MINUTE;
  expect(await noteRecords([aRecord(2), aRecord(3)], deps)).toEqual({ batchItemFailures: [] });
  expect([...deliveries.rows.keys()].sort()).toEqual([1, 2, 3]);
  expect(references.map(({ orderId }) => orderId)).toEqual([1, 3, 2]);
});

it('a failed record without a sequence number fails the whole batch', async () => {
  const { deps } = queueDeliveriesWorld();
  const tell = () => Promise.reject(new Error('throttled'));
  const { SequenceNumber: _, ...dynamodb } = aRecord(1).dynamodb!;
  const failing = { ...deps, adapters: { ...deps.adapters, deliveries: { tell } } };
  expect(await noteRecords([{ dynamodb }], failing)).toEqual({ batchItemFailures: [{ itemIdentifier: '' }] });
});

it('a reference that SQS refuses is logged, and its row stays due for the sweep', async () => {
  const { deps, deliveries, queue, references, linesOf } = queueDeliveriesWorld();
  queue.isDown = true;
  expect(await noteRecords([aRecord(1)], deps)).toEqual({ batchItemFailures: [] });
  expect(references).toEqual([]);
  expect(await deliveries.dueNow(10, NOON)).toEqual([{ orderId: 1, dueAt: iso(NOON) }]);
  expect(linesOf('delivery.not_queued')).toEqual([
    {
      level: 'warn',
      event: 'delivery.not_queued',
      fields: { orderIds: [1], error: 'EnqueueError: SQS refused 1 of 1 references: down.' },
    },
  ]);
});

it.each([
  ['id', { id: { S: 'abc' } }],
  ['id', { id: { N: '-5' } }],
  ['read_at', { replication: { M: { state: { S: 'copied' } } } }],
  ['read_at', { replication: { M: { state: { S: 'copied' }, read_at: { S: 'soon' } } } }],
])('a record without a usable %s is logged as an error, and does not hold up the stream', async (_, more) => {
  const { deps, deliveries, linesOf } = queueDeliveriesWorld();
  expect(await noteRecords([aRecord(1, { more }), aRecord(2)], deps)).toEqual({ batchItemFailures: [] });
  expect([...deliveries.rows.keys()]).toEqual([2]);
  expect(linesOf('delivery.record_unusable')).toMatchObject([
    { level: 'error', fields: { eventId: 'event-1' } },
  ]);
});

it.each([{ mode: 'off' }, { paused: true }] as const)(
  'with %j rows are noted and nothing is queued',
  async (policy) => {
    const { deps, deliveries, references } = queueDeliveriesWorld(policy);
    expect(await noteRecords([aRecord(1)], deps)).toEqual({ batchItemFailures: [] });
    expect(deliveries.rows.get(1)).toMatchObject({ due: 'now' });
    expect(references).toEqual([]);
  },
);

it('a full batch has one row and one reference for each order', async () => {
  const { deps, deliveries, references } = queueDeliveriesWorld({ mode: 'shadow' });
  await noteRecords(
    Array.from({ length: 100 }, (_, nth) => aRecord(nth + 1)),
    deps,
  );
  expect(deliveries.rows.size).toBe(100);
  expect(new Set(references.map(({ orderId }) => orderId)).size).toBe(100);
});
