// One story, as data: what the store and its staff do, when the parts of the service run, and what breaks meanwhile.
// Times are milliseconds from the beginning of the story.
import type { Rules } from '../../../lambda/shared/order/rules';
import type { Damage, DeliveryHabits } from '../../../simulator/index';
import type { Death } from './container';
import type { QueueHabits } from './sqs';

export type Goods = 'physical' | 'digital' | 'mixed';

export interface PlannedOrder {
  readonly atMs: number;
  readonly statusId: number;
  readonly goods: Goods;
  readonly lines: number;
}

/** What staff, or the shopper, do to an order. `status` and `note` are what they say; `lines` replaces the goods. */
export type Edit = { readonly order: number; readonly atMs: number } & (
  | { readonly what: 'status'; readonly statusId: number }
  | { readonly what: 'lines'; readonly goods: Goods }
  | { readonly what: 'note' | 'archive' | 'remove' }
);

export interface StoreFault {
  readonly fromMs: number;
  readonly forMs: number;
  readonly damage: Damage;
  readonly probability: number;
  /** All endpoints by default. */
  readonly endpoint?: string;
  /** One order only, by its index; times are then from its placing on. */
  readonly order?: number;
}

export type Part = 'worker' | 'poll' | 'webhook' | 'audit';

export interface Kill extends Death {
  readonly part: Part;
  /** Which invocation of this part, from 0. */
  readonly nth: number;
}

export interface Span {
  readonly fromMs: number;
  readonly forMs: number;
}

export interface Deployment {
  readonly atMs: number;
  readonly rules: Partial<Rules>;
  readonly dropFields?: readonly string[];
}

/** Another app, which sets an order that we have advanced back to status 11. */
export interface Fight {
  readonly order: number;
  readonly afterMs: number;
  readonly times: number;
}

/** An order that the store cannot render: its GET and each list that holds it answer 500. */
export interface Unreadable extends Span {
  readonly order: number;
}

/** An operator's, whose clock is ahead by so much, or behind. */
export interface Backfill {
  readonly atMs: number;
  readonly clockMs: number;
  /** How long each of its calls to DynamoDB is under way, there and back. */
  readonly lineMs: number;
  readonly advance: boolean;
}

export interface Loss {
  readonly order: number;
  readonly atMs: number;
  /** The ledger's row in its place. */
  readonly ofRow?: boolean;
}

export interface Plan {
  /** Decides all that is left to chance: latencies, the order of messages, jitter. */
  readonly seed: number;
  readonly latencyMs: number;
  readonly storeSkewMs: number;
  readonly rules: Partial<Rules>;
  readonly dropFields?: readonly string[];
  /** RecordRetentionDays, and CompletedOrdersLookbackDays. */
  readonly recordRetentionDays?: number;
  readonly lookbackDays?: number;
  /** Deployments with other rules under way. */
  readonly rulesLater?: readonly Deployment[];
  /** Orders whose people are erased from then on, as the command `orders erase` does it. */
  readonly erasures?: readonly Loss[];
  /** Snapshots that are taken out of the Orders table, as by a restore of an older one. */
  readonly losses?: readonly Loss[];
  /** How old what the store's copies show is, in milliseconds: each GET is answered by any of them. */
  readonly replicas?: readonly number[];
  readonly backfills?: readonly Backfill[];
  readonly fights?: readonly Fight[];
  readonly unreadable?: readonly Unreadable[];
  /** Lists that are asked for more rows answer 504 meanwhile. */
  readonly largestPage?: (Span & { readonly rows: number }) | undefined;
  /** Lists are cut to so many rows, whatever is asked for. */
  readonly pageSize?: number;
  readonly quota?: { readonly requests: number; readonly windowMs: number };
  /** Other apps of the store, which spend calls of its quota, until the day ends. */
  readonly otherApps?: { readonly everyMs: number; readonly calls: number };
  readonly orders: readonly PlannedOrder[];
  readonly edits: readonly Edit[];
  readonly polls: readonly number[];
  /** When the orders placed so far are audited. */
  readonly audits: readonly number[];
  /** Whether lines are asked for together with orders. */
  readonly readConsignments: boolean;
  /** Polls begin no further page after so long, until the day ends. */
  readonly pollsStopAfterMs?: number;
  /** Scopes that a webhook is registered for. */
  readonly scopes: readonly string[];
  readonly deliveries: DeliveryHabits;
  readonly queue: QueueHabits;
  /** The share of calls to DynamoDB that fail, half of them after they took effect. */
  readonly tableFailures: number;
  /** The share of transactions that end in a conflict, are throttled, or lose their answer. */
  readonly conflicts?: number;
  /** The share of calls to Secrets Manager that fail. */
  readonly secretFailures?: number;
  readonly storeFaults: readonly StoreFault[];
  readonly kills: readonly Kill[];
  /** The store knows another token from then on; the secret says it later. */
  readonly rotation?: { readonly atMs: number; readonly secretAfterMs: number };
  readonly withoutScope?: Span;
  readonly webhookDown?: Span;
  /** Webhooks that are not genuine, or make no sense. */
  readonly junk: readonly number[];
  readonly redrives: readonly number[];
  /** When everything is repaired, except faults of single orders. */
  readonly lastsMs: number;
}
