// Runs the flows of the deliveries and erp commands on deliveries in memory.
import type { DeliveryReference } from '../../lambda/shared/delivery/delivery-reference';
import type { DeliveryRow } from '../../lambda/shared/delivery/delivery-row';
import type { DeliveriesDeps } from '../../scripts/commands/deliveries/deps';
import { localClients } from '../../scripts/service/clients';
import type { Report } from '../../scripts/terminal/command';
import { iso, NOON } from './builders';
import { memoryDeliveries } from './memory-deliveries';
import type { MemoryDeliveries } from './memory-deliveries';

/** A held row at rest, an hour old. */
export const aDelivery = (fields: Partial<DeliveryRow> = {}): DeliveryRow => ({
  order_id: 100,
  state: 'held',
  state_at: iso(NOON - 3_600_000),
  told: 1,
  due: 'held',
  due_at: iso(NOON - 3_600_000),
  mapping: 'm1',
  ...fields,
});

export interface DeliveryCommands {
  readonly deliveries: MemoryDeliveries;
  /** The references that were sent. */
  readonly sent: DeliveryReference[];
  readonly notes: string[];
  readonly deps: DeliveriesDeps;
  /** Runs a flow; a problem and the lines are in its report. */
  run<R>(flow: (request: R, deps: DeliveriesDeps) => Promise<Report>, request: R): Promise<Report>;
  stop(): void;
}

/** The deps of the commands at noon, for a person named ada. Nothing is listening where its clients go. */
export function deliveryCommands(rows: readonly DeliveryRow[] = []): DeliveryCommands {
  const deliveries = memoryDeliveries();
  for (const row of rows) deliveries.rows.set(row.order_id, row);
  const sent: DeliveryReference[] = [];
  const notes: string[] = [];
  const clients = localClients('http://127.0.0.1:1');
  const deps: DeliveriesDeps = {
    note: (line) => void notes.push(line),
    ask: (question) => Promise.reject(new Error(`No question was expected: ${question}`)),
    service: {
      stackName: 'OrderReplication-prod-Delivery',
      outputs: {
        DeliverOrdersFunctionName: 'OrderReplication-prod-DeliverOrders',
        QueueDeliveriesFunctionName: 'OrderReplication-prod-QueueDeliveries',
      },
      parameters: {},
      clients,
    },
    deliveries,
    now: () => NOON,
    recommend: (command) => `npx order-replication ${command} --stage prod`,
    person: () => Promise.resolve('ada'),
    send: (reference) => {
      sent.push(reference);
      return Promise.resolve();
    },
    stop: new AbortController().signal,
  };
  return {
    deliveries,
    sent,
    notes,
    deps,
    run: (flow, request) => flow(request, deps),
    stop: () => clients.destroy(),
  };
}
