// The progress of a backfill: one row of the Jobs table, found again by its selection.
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expiry, newestOf } from '../../../lambda/shared/tables/job-rows';
import { problemsIn } from '../../service/problems';
import { CommandError } from '../../terminal/command-error';
import type { BackfillSelection } from './options';
import type { BackfillCursor } from './pages';
import { readTally } from './tally';
import type { BackfillTally } from './tally';
import { iso } from '../../../lambda/shared/runtime/time';

/** The key in the index, and that of earlier versions. */
const RUNNING = ['backfill.running', 'backfill running'] as const;

/** The most unfinished backfills that are searched, the newest first. */
const MAX_RUNNING = 50;

export interface Checkpoint {
  /** Start of the backfill in epoch milliseconds, and the row's key. */
  readonly timestamp: number;
  readonly outcome: 'backfill.running' | 'backfill.finished';
  readonly selection: BackfillSelection;
  /** The last page up to which every order has ended; absent before the first. */
  readonly cursor?: BackfillCursor;
  readonly tally: BackfillTally;
}

/** A checkpoint from the table. `savedAt` is in epoch milliseconds. */
export interface FoundCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly savedAt: number;
}

export interface Checkpoints {
  /** The newest unfinished backfill of this selection. */
  find(selection: BackfillSelection): Promise<FoundCheckpoint | undefined>;
  save(checkpoint: Checkpoint, now: number): Promise<void>;
  forget(checkpoint: Checkpoint): Promise<void>;
}

/** The checkpoints in the Jobs table. */
export function createCheckpoints(
  client: DynamoDBDocumentClient,
  TableName: string,
  retentionDays: number,
): Checkpoints {
  return {
    async find(selection) {
      for (const timestamp of await newestOf(RUNNING, client, TableName, MAX_RUNNING)) {
        const { Item } = await client.send(
          new GetCommand({ TableName, Key: { timestamp }, ConsistentRead: true }),
        );
        if (Item === undefined || !RUNNING.some((form) => form === Item.outcome)) continue;
        if (isDeepStrictEqual(Item.selection, selection)) return readCheckpoint(Item, timestamp);
      }
      return undefined;
    },

    async save(checkpoint, now) {
      const saved_at = iso(now);
      const expires_at = expiry(now, retentionDays);
      await client.send(new PutCommand({ TableName, Item: { ...checkpoint, saved_at, expires_at } }));
    },

    async forget({ timestamp }) {
      await client.send(new DeleteCommand({ TableName, Key: { timestamp } }));
    },
  };
}

const counts = v.record(v.string(), v.number());
const stored = v.object({
  timestamp: v.number(),
  outcome: v.picklist(RUNNING),
  selection: v.object({
    created_since: v.exactOptional(v.string()),
    created_before: v.exactOptional(v.string()),
    status_ids: v.exactOptional(v.array(v.number())),
    order_ids: v.exactOptional(v.array(v.number())),
    advance: v.boolean(),
  }),
  cursor: v.exactOptional(v.object({ status_id: v.exactOptional(v.number()), order_id: v.number() })),
  tally: v.object({
    copied: v.number(),
    replicated: v.number(),
    skipped: counts,
    excluded: v.exactOptional(counts),
    left_out: v.exactOptional(counts),
    dead: v.number(),
    dead_orders: v.array(
      v.object({ order_id: v.number(), reason: v.string(), error: v.exactOptional(v.string()) }),
    ),
    not_found: v.array(v.number()),
    unreadable_ids: v.exactOptional(v.array(v.number())),
  }),
  saved_at: v.string(),
});

/** Throws CommandError if no version writes the row like this: to continue from it could lose orders. */
function readCheckpoint(row: unknown, timestamp: number): FoundCheckpoint {
  const result = v.safeParse(stored, row);
  if (!result.success) {
    throw new CommandError(
      `The row of the backfill of ${iso(timestamp)} in the Jobs table cannot be read (${problemsIn(result.issues)}). ` +
        `Delete that row, whose timestamp is ${timestamp}, and start the backfill again.`,
    );
  }
  const { saved_at: savedAt, ...checkpoint } = result.output;
  const tally = readTally(checkpoint.tally);
  return {
    checkpoint: { ...checkpoint, outcome: 'backfill.running', tally },
    savedAt: Date.parse(savedAt),
  };
}
