// How every sender reports snapshots to the delivery stage: the rows know first, the references are queued after.
import type { Queue } from '../aws/queue';
import type { DeliveryMode } from '../config';
import type { DeliveryReference } from '../delivery/delivery-reference';
import { formatError } from '../runtime/errors';
import type { Log } from '../runtime/log';
import { iso } from '../runtime/time';
import type { Deliveries } from '../tables/deliveries';

/** Rows written side by side; each is one small write. */
const ROWS_AT_ONCE = 25;

/** A snapshot that is there. */
export interface Telling {
  readonly orderId: number;
  /** Its `replication.read_at`, never another time. */
  readonly readAt: string;
}

export interface TellDeps {
  readonly adapters: {
    readonly deliveries: Pick<Deliveries, 'tell'>;
    readonly queue: Pick<Queue<DeliveryReference>, 'enqueue'>;
    readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  };
  readonly policy: DeliveryPolicy;
  readonly invocation: { readonly now: () => number };
}

/** Whether references are queued at all: in `off` or paused the rows only collect what is due. */
export interface DeliveryPolicy {
  readonly mode: DeliveryMode;
  readonly paused: boolean;
}

export const queuesReferences = ({ mode, paused }: DeliveryPolicy): boolean => mode !== 'off' && !paused;

export interface Told {
  /** Those that were news to their rows. */
  readonly noted: readonly Telling[];
  /** Those whose row could not be written: the caller must try them again. */
  readonly failed: readonly Telling[];
}

/**
 * Notes each snapshot in its row, then queues references to the rows that did not know it, at most `mostReferences`. A row
 * without a reference is due, so that the next sweep queues it: a reference that is lost is logged, and is no failure. A reference
 * without a row would be lost for good. Never throws.
 */
export async function tellDeliveries(
  tellings: readonly Telling[],
  deps: TellDeps,
  mostReferences = Infinity,
): Promise<Told> {
  const noted: Telling[] = [];
  const failed: Telling[] = [];
  for (let start = 0; start < tellings.length; start += ROWS_AT_ONCE) {
    const some = tellings.slice(start, start + ROWS_AT_ONCE);
    const outcomes = await Promise.all(some.map((telling) => note(telling, deps)));
    noted.push(...some.filter((_, nth) => outcomes[nth] === 'noted'));
    failed.push(...some.filter((_, nth) => outcomes[nth] === 'failed'));
  }
  const orderIds = [...new Set(noted.map(({ orderId }) => orderId))];
  await queueSome(orderIds.slice(0, mostReferences), deps);
  return { noted, failed };
}

async function note(
  { orderId, readAt }: Telling,
  { adapters, invocation }: TellDeps,
): Promise<'noted' | 'known' | 'failed'> {
  const { deliveries, log } = adapters;
  try {
    if (!(await deliveries.tell(orderId, readAt, invocation.now()))) return 'known';
    log.info('delivery.noted', { orderId, readAt });
    return 'noted';
  } catch (error) {
    log.error('delivery.not_noted', { orderId, readAt, error: formatError(error) });
    return 'failed';
  }
}

async function queueSome(
  orderIds: readonly number[],
  { adapters, policy, invocation }: TellDeps,
): Promise<void> {
  if (orderIds.length === 0 || !queuesReferences(policy)) return;
  const seenAt = iso(invocation.now());
  try {
    await adapters.queue.enqueue(orderIds.map((orderId) => ({ orderId, seenAt })));
  } catch (error) {
    adapters.log.warn('delivery.not_queued', { orderIds, error: formatError(error) });
  }
}
