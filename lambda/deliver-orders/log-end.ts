// One log line for each attempt at a delivery, with its metrics.
import type { EventName } from '../shared/runtime/events';
import type { Fields, Metrics } from '../shared/runtime/log';
import type { DeliveryState } from '../shared/delivery/delivery-row';
import { iso } from '../shared/runtime/time';
import type { Ended, Recorded } from './attempt';
import type { FlowDeps } from './settings';

const EVENT_OF: Readonly<Record<DeliveryState, EventName>> = {
  delivered: 'delivery.delivered',
  held: 'delivery.held',
  excluded: 'delivery.excluded',
  cancelled: 'delivery.cancelled',
  waiting: 'delivery.shadowed',
};

interface About {
  readonly orderId: number;
  readonly isRecorded: boolean;
  readonly durationMs: number;
}

/** Logs how an attempt ended; never a name, an address or an amount of the shopper's. */
export function logEnd({ end, row }: Ended, about: About, { adapters, invocation }: FlowDeps): void {
  const { orderId, isRecorded, durationMs } = about;
  if (!isRecorded || end.kind === 'lost') return;
  const common = { orderId, duration_ms: durationMs };
  if (end.kind === 'postponed') {
    const { why, failure, dueAt } = end;
    const fields = { ...common, why, error: failure, due_at: iso(dueAt) };
    if (failure === undefined) adapters.log.info('delivery.waiting', fields);
    else adapters.log.warn('delivery.retried', fields, { DeliveriesRetried: 1 });
    return;
  }
  const { state, reason, shadow, order } = end;
  const fields: Fields = { ...common, reason, erpId: order?.id ?? row.erp?.id, findings: shadow };
  const event = shadow === undefined ? EVENT_OF[state] : 'delivery.shadowed';
  adapters.log.info(event, fields, measure(end, row.state, invocation.now()));
}

function measure({ state, order, shadow, snapshot }: Recorded, before: DeliveryState, now: number): Metrics {
  if (shadow !== undefined) return {};
  if (state === 'held') return { OrdersHeld: 1 };
  if (state !== 'delivered' || order === undefined || before === 'delivered') return {};
  const readAt = Date.parse(snapshot?.replication.read_at ?? '');
  return { OrdersDelivered: 1, DeliveryLatency: Math.max(0, now - readAt) };
}
