// One story of deliveries, as data: what becomes of orders in the store, what the ERP is like, what people do, and what breaks.
// Times are milliseconds from the beginning of the story.
import type { ErpFacts } from '../../../../lambda/shared/delivery/erp-order';
import type { Trouble } from '../../../support/simulated-erp/requests';
import type { Death } from '../container';
import type { Span } from '../plan';
import type { QueueHabits } from '../sqs';

export interface PlannedLine {
  readonly sku: string;
  readonly quantity: number;
  /** Of one unit before tax, in the currency's smallest unit. */
  readonly price: number;
}

/** What an order is about. Amounts are in the currency's smallest unit, before tax. */
export interface Content {
  readonly currency: 'USD' | 'JPY';
  readonly lines: readonly PlannedLine[];
  readonly taxPercent: number;
  readonly shipping: number;
  readonly discount: number;
  /** Paid by gift certificate, up to the total. */
  readonly giftCertificate: number;
  readonly street: string;
}

export interface PlannedOrder {
  readonly atMs: number;
  readonly statusId: number;
  /** 0 for a guest. */
  readonly customerId: number;
  readonly channelId: number;
  readonly content: Content;
  /** Made before deliveries begin. */
  readonly isOld: boolean;
}

/** What the store, its staff or the shopper do to an order. */
export type Edit = { readonly order: number; readonly atMs: number } & (
  | { readonly what: 'status'; readonly statusId: number }
  | { readonly what: 'content'; readonly content: Content }
  | { readonly what: 'address' | 'refund' | 'archive' | 'unarchive' | 'gone' | 'erase' | 'expire' | 'stored' }
);

/** What the staff of the ERP do with the order's first record there. */
export interface StaffAct {
  readonly order: number;
  readonly atMs: number;
  readonly what:
    'edit' | 'delete' | 'rename' | 'confirm' | 'cancel' | 'ship' | 'invoice' | 'hide' | 'show' | 'enter';
}

export interface Command {
  readonly order: number;
  readonly atMs: number;
  readonly what: 'hold' | 'release' | 'keep' | 'retry' | 'recreate';
}

export type Part = 'worker' | 'queue';

export interface Kill extends Death {
  readonly part: Part;
  /** Which invocation of this part, from 0. */
  readonly nth: number;
}

export interface ErpPlan {
  readonly facts: Partial<ErpFacts>;
  readonly latencyMs: number;
  readonly canAmend: boolean;
  readonly canCancel: boolean;
  readonly numbersFirst: boolean;
  /** The share of requests that meet one of the troubles, and of writing requests that land late. */
  readonly failures: number;
  readonly troubles: readonly Trouble[];
  readonly late: number;
  readonly down: readonly Span[];
  readonly wrongCredentials: readonly Span[];
  /** Meanwhile totals come out one unit too high. */
  readonly roundsOtherwise: readonly Span[];
  /** The state of some moment is brought back at a later one. */
  readonly restore?: { readonly backupMs: number; readonly atMs: number } | undefined;
}

export interface StreamHabits {
  /** The share of records that never arrive, and of those that arrive twice. */
  readonly lost: number;
  readonly doubled: number;
  readonly lateMs: number;
}

export interface DeliveryPlan {
  /** Decides all that is left to chance: latencies, the order of messages, jitter. */
  readonly seed: number;
  readonly orders: readonly PlannedOrder[];
  readonly edits: readonly Edit[];
  readonly staff: readonly StaffAct[];
  readonly commands: readonly Command[];
  readonly erp: ErpPlan;
  readonly concurrency: number;
  /** Containers' clocks differ from the world's by so much at most. */
  readonly skewMs: number;
  readonly stream: StreamHabits;
  readonly queue: QueueHabits;
  /** The share of calls to DynamoDB that fail, half of them after they took effect. */
  readonly tableFailures: number;
  readonly kills: readonly Kill[];
  /** When the other mapping is deployed, and back. */
  readonly mappings: readonly number[];
  /** From when deliveries are live; in shadow before. */
  readonly liveFromMs: number;
  readonly paused: readonly Span[];
  readonly accounts: readonly number[];
  /** When everything is repaired. */
  readonly lastsMs: number;
}
