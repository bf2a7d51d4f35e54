// Runs the flows of the deliveries and erp commands on deliveries in memory.
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { InvokeCommandInput } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { runTask } from '../../lambda/deliver-orders/tasks';
import type { DeliveryReference } from '../../lambda/shared/delivery/delivery-reference';
import type { DeliveryRow } from '../../lambda/shared/delivery/delivery-row';
import { parseJson } from '../../lambda/shared/runtime/json';
import type { Row } from '../../lambda/shared/runtime/json';
import type { DeliveriesDeps } from '../../scripts/commands/deliveries/deps';
import { localClients } from '../../scripts/service/clients';
import type { Report } from '../../scripts/terminal/command';
import { iso, NOON } from './builders';
import type { DeliveryWorld } from './delivery-world';
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
export function deliveryCommands(
  rows: readonly DeliveryRow[] = [],
  deliveries = memoryDeliveries(),
): DeliveryCommands {
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
      parameters: { ReplicationStackName: 'OrderReplication-prod', DeliveryMode: 'live' },
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

/** Lets the functions of the service answer: the worker from a world, and the account from `accounts`. Returns their events. */
export const answerTasks = (
  world: DeliveryWorld,
  accounts: (event: Row) => unknown = () => ({ days: [] }),
): readonly Row[] =>
  answerInvocations((name, event) =>
    name.endsWith('-DeliverOrders') ? runInWorld(event, world) : accounts(event),
  );

/** Lets every function of the service answer so; what is thrown is the error of the invocation. Returns the events. */
export function answerInvocations(respond: (functionName: string, event: Row) => unknown): readonly Row[] {
  const events: Row[] = [];
  const answer = async ({ FunctionName = '', Payload }: InvokeCommandInput) => {
    const event = parseJson(typeof Payload === 'string' ? Payload : '') as Row;
    events.push(event);
    try {
      return answerOf(await respond(FunctionName, event));
    } catch (error) {
      const { name, message } = error as Error;
      return { FunctionError: 'Unhandled', ...answerOf({ errorType: name, errorMessage: message }) };
    }
  };
  mockClient(LambdaClient).on(InvokeCommand).callsFake(answer);
  return events;
}

const answerOf = (value: unknown) => ({ Payload: { transformToString: () => JSON.stringify(value) } });

/** The world's time moves while the task waits for its ERP. */
async function runInWorld(event: Row, world: DeliveryWorld): Promise<unknown> {
  const deps = world.depsOf('task');
  const erpWith = () => deps.adapters.erp;
  const ended = runTask(event, { ...deps, adapters: { ...deps.adapters, erpWith } });
  ended.catch(() => undefined);
  await world.time.advance(10_000);
  return ended;
}
