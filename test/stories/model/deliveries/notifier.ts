// The function that notes records of the stream, queues what is due each minute, and accounts for all orders: the real flows
// behind the stream's event source mapping and two rules.
import type { DynamoDBRecord } from 'aws-lambda';
import { account } from '../../../../lambda/queue-deliveries/account';
import { noteRecords } from '../../../../lambda/queue-deliveries/note-records';
import { sweep } from '../../../../lambda/queue-deliveries/sweep';
import { createQueue } from '../../../../lambda/shared/aws/queue';
import type { DeliveryReference } from '../../../../lambda/shared/delivery/delivery-reference';
import type { Snapshot } from '../../../../lambda/shared/order/order';
import { iso } from '../../../support/builders';
import type { Container } from '../container';
import { log } from '../lambda';
import { ORDERS } from '../sqs';
import { functionOf, TIMEOUT_MS } from './containers';
import type { Stage } from './stage';

/** Lambda's own retries of a failed asynchronous invocation. */
const ASYNC_RETRIES_MS = [60_000, 120_000];

/** The template's limit of a record's age. */
const RECORD_LASTS_MS = 3_600_000;

export type Notifier = ReturnType<typeof createNotifier>;

export function createNotifier(stage: Stage) {
  const { time, random, habits, struck, at } = stage;
  const invoke = functionOf('queue', stage);

  /** As Lambda reads a stream: again until it succeeds or the record is too old. */
  async function note(snapshot: Snapshot): Promise<void> {
    for (const until = time.now() + RECORD_LASTS_MS; time.now() < until;) {
      const answer = await invoke((container) => noteRecords([recordOf(snapshot)], depsIn(container, stage)));
      if (answer !== 'died' && answer.batchItemFailures.length === 0) return;
      await time.sleep(1_000);
    }
  }

  return {
    onRecord(snapshot: Snapshot): void {
      const { lost, doubled, lateMs } = habits.stream;
      if (random() < lost) {
        struck.lostRecords += 1;
        return;
      }
      const copies = random() < doubled ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) at(random() * lateMs, () => note(snapshot));
    },

    /** One that finds nothing due is not run: nothing would come of it. */
    async sweep(): Promise<void> {
      if (!isAnythingDue(stage)) return;
      await invoke((container) => sweep(depsIn(container, stage))).catch(() => undefined);
    },

    async account(): Promise<void> {
      for (const waitMs of [0, ...ASYNC_RETRIES_MS]) {
        await time.sleep(waitMs);
        const task = { task: 'account', from: '2026-01-09' };
        const answer = await invoke((container) => account(task, depsIn(container, stage))).catch(
          () => 'died' as const,
        );
        if (answer !== 'died') return;
      }
    },
  };
}

function isAnythingDue({ time, plan, rows, settings: { mapping, mode } }: Stage): boolean {
  const now = iso(time.now() + plan.skewMs);
  for (const { due, due_at, mapping: by } of rows.rows.values()) {
    if (due === 'now' && due_at! <= now) return true;
    if ((due === 'held' && by !== mapping.digest) || (due === 'shadow' && mode === 'live')) return true;
  }
  return false;
}

function depsIn({ now, mortal, mortalCall }: Container, stage: Stage) {
  const { time, random, rows, sqs, store, settings } = stage;
  const late = () => time.sleep(1 + random() * 8);
  const finished = () =>
    [...store.snapshots.values()].filter(({ replication }) => replication.state !== 'stored');
  return {
    adapters: {
      deliveries: mortal(rows.deliveries),
      keys: mortal(rows.keys),
      queue: mortal(createQueue<DeliveryReference>(sqs.client, { queueUrl: ORDERS, sleep: time.sleep })),
      orders: {
        among: mortalCall(async (ids: readonly number[]) => {
          await late();
          return new Map(
            ids.flatMap((id) => {
              const snapshot = store.snapshots.get(id);
              return snapshot === undefined ? [] : [[id, structuredClone(snapshot)] as const];
            }),
          );
        }),
      },
      finished: {
        /** All of the story on the day of its orders. */
        async *between(from: number, before: number) {
          await late();
          const ids = finished().flatMap(({ id, replication }) => {
            const readAt = Date.parse(replication.read_at);
            return readAt >= from && readAt < before ? [id] : [];
          });
          yield ids;
        },
      },
      log,
    },
    policy: { mode: settings.mode, paused: settings.isPaused, mapping: settings.mapping.digest },
    invocation: { now, beginBefore: now() + TIMEOUT_MS - 30_000 },
  };
}

/** As the stream shows it, as far as anything goes by it. */
function recordOf({ id, replication }: Snapshot): DynamoDBRecord {
  const { state, read_at } = replication;
  return {
    eventID: `${id}/${read_at}`,
    dynamodb: {
      SequenceNumber: `${id}${Date.parse(read_at)}`,
      NewImage: {
        id: { N: String(id) },
        replication: { M: { state: { S: state }, read_at: { S: read_at } } },
      },
    },
  };
}
