// How far a backfill is: one row of the Jobs table, found again by what the backfill is about.
import { isDeepStrictEqual } from 'node:util';
import { DeleteCommand, GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expiry, newestOf } from '../../../lambda/shared/tables/job-rows';
import type { Selection } from './options';
import type { Cursor } from './pages';
import type { Tally } from './tally';
import { iso } from '../../../lambda/shared/runtime/time';

const RUNNING = 'backfill running';

/** So many unfinished ones are looked through, the newest first. */
const MOST_RUNNING = 50;

export interface Checkpoint {
  /** Epoch milliseconds of the beginning, and the row's key. */
  readonly timestamp: number;
  readonly outcome: 'backfill running' | 'backfill finished';
  readonly selection: Selection;
  /** The last page before which everything has ended; absent before the first. */
  readonly cursor?: Cursor;
  readonly tally: Tally;
}

/** As it is found: `savedAt` is in epoch milliseconds. */
export interface FoundCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly savedAt: number;
}

export interface Checkpoints {
  /** The newest unfinished backfill of this selection. */
  find(selection: Selection): Promise<FoundCheckpoint | undefined>;
  save(checkpoint: Checkpoint, now: number): Promise<void>;
  forget(checkpoint: Checkpoint): Promise<void>;
}

export function createCheckpoints(
  client: DynamoDBDocumentClient,
  TableName: string,
  retentionDays: number,
): Checkpoints {
  return {
    async find(selection) {
      for (const timestamp of await newestOf(RUNNING, client, TableName, MOST_RUNNING)) {
        const { Item } = await client.send(
          new GetCommand({ TableName, Key: { timestamp }, ConsistentRead: true }),
        );
        if (Item === undefined || Item.outcome !== RUNNING) continue;
        const { saved_at: savedAt, expires_at: _, ...checkpoint } = Item as StoredCheckpoint;
        if (isDeepStrictEqual(checkpoint.selection, selection)) {
          return { checkpoint, savedAt: Date.parse(savedAt) };
        }
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

type StoredCheckpoint = Checkpoint & { readonly saved_at: string; readonly expires_at: number };
