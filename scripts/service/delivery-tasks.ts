// The tasks that the functions of the delivery do for commands: invokes them, and narrows their answers.
import * as v from 'valibot';

import { DAY_MS, dayOf, startOfDay } from '../../lambda/shared/runtime/time';
import { CommandError } from '../terminal/command-error';
import type { DeliveryService } from './delivery-service';
import { invoke } from './invoke';
import type { Failure, Invocation } from './invoke';
import { problemsIn } from './problems';
import { outputOf } from './service';

type TaskService = Pick<DeliveryService, 'stackName' | 'outputs' | 'parameters'> & {
  readonly clients: Pick<DeliveryService['clients'], 'lambda'>;
};

/** Orders of one invocation: each look may take a second of the ERP. */
const ORDERS_OF_A_LOOK = 100;

const count = v.number();
const amounts = { quantity: v.string(), unitPrice: v.string(), amount: v.string() };
const counted = { about: v.string(), orders: count, orderId: count };
const ids = v.pipe(v.array(count), v.readonly());
const listOf = <const S extends v.GenericSchema>(schema: S) => v.pipe(v.array(schema), v.readonly());

const mappingCheck = v.object({
  mapping: v.string(),
  isDeployed: v.boolean(),
  findings: listOf(v.object({ about: v.string(), problem: v.string() })),
});

const ordersCheck = v.object({
  documents: count,
  notDelivered: v.record(v.string(), count),
  held: listOf(v.object({ ...counted, reason: v.string() })),
  missingItems: listOf(v.object(counted)),
  left: ids,
});

const erpOrder = v.object({
  id: v.string(),
  number: v.exactOptional(v.string()),
  reference: v.string(),
  state: v.string(),
  vendorState: v.string(),
  currency: v.string(),
  lines: listOf(v.object({ item: v.string(), ...amounts })),
  payments: listOf(v.object({ method: v.string(), amount: v.string() })),
  totals: v.object({ net: v.string(), tax: v.string(), total: v.string() }),
});

const looked = v.object({
  orders: listOf(
    v.object({
      orderId: count,
      state: v.nullable(v.string()),
      isKept: v.boolean(),
      refs: listOf(v.string()),
      verdict: v.picklist(['same', 'changed', 'cancelled', 'absent', 'several']),
      difference: v.nullable(v.string()),
      store: v.exactOptional(
        v.nullable(
          v.object({
            currency: v.string(),
            lines: listOf(v.object({ item: v.string(), ...amounts })),
            total: v.string(),
          }),
        ),
      ),
      erp: v.exactOptional(listOf(erpOrder)),
    }),
  ),
  left: ids,
});

/** The document is printed as it is. */
const preview = v.variant('kind', [
  v.object({ kind: v.literal('no-snapshot'), orderId: count }),
  v.object({
    kind: v.literal('hold'),
    orderId: count,
    word: v.string(),
    reason: v.string(),
    detail: v.string(),
  }),
  v.object({
    kind: v.literal('document'),
    orderId: count,
    word: v.string(),
    document: v.looseObject({ ref: v.string() }),
    sends: v.unknown(),
  }),
]);

const accounts = v.object({
  days: listOf(
    v.object({
      day: v.string(),
      copied: count,
      delivered: count,
      held: count,
      excluded: count,
      cancelled: count,
      open: count,
      told: count,
      at: v.string(),
    }),
  ),
  next: v.exactOptional(v.string()),
});

export type CheckedMapping = v.InferOutput<typeof mappingCheck>;
export type CheckedOrders = v.InferOutput<typeof ordersCheck>;
export type LookedOrder = v.InferOutput<typeof looked>['orders'][number];
export type Previewed = v.InferOutput<typeof preview>;
export type DayAccount = v.InferOutput<typeof accounts>['days'][number];

/** Compares a mapping with the ERP. Each of these throws CommandError if the task fails. */
export const checkMapping = (mapping: unknown, service: TaskService): Promise<CheckedMapping> =>
  runWorkerTask({ task: 'check', mapping }, mappingCheck, 'check', service);

/** Checks these stored orders; those in `left` did not fit into the invocation. */
export const checkOrders = (
  mapping: unknown,
  orderIds: readonly number[],
  service: TaskService,
): Promise<CheckedOrders> =>
  runWorkerTask({ task: 'check-orders', mapping, orderIds }, ordersCheck, 'check', service);

/** The document of an order, and what the adapter would send. */
export const previewOrder = (orderId: number, service: TaskService): Promise<Previewed> =>
  runWorkerTask({ task: 'preview', orderId }, preview, 'preview', service);

/** What the ERP shows of one order, with the lines of both sides. */
export async function lookAtOrder(orderId: number, service: TaskService): Promise<LookedOrder> {
  const { orders } = await runLook([orderId], true, service);
  const [order] = orders;
  if (order === undefined) throw new CommandError(`The worker had no time to look at order ${orderId}.`);
  return order;
}

/** What the ERP shows of orders, in one part after the other. */
export async function* lookAtOrders(
  orderIds: readonly number[],
  service: TaskService,
): AsyncGenerator<readonly LookedOrder[], void> {
  let left = orderIds;
  while (left.length > 0) {
    const part = left.slice(0, ORDERS_OF_A_LOOK);
    const result = await runLook(part, false, service);
    if (result.orders.length === 0) {
      throw new CommandError(`The worker had no time to look at an order. ${left.length} orders are left.`);
    }
    yield result.orders;
    left = [...result.left, ...left.slice(part.length)];
  }
}

const runLook = (orderIds: readonly number[], details: boolean, service: TaskService) =>
  runWorkerTask({ task: 'look', orderIds, details }, looked, 'look', service);

/** Days, such as `2026-11-20`. */
export interface DayWindow {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Accounts for the days, the newest first. Without a window: today and the 14 days before. */
export async function* accountForDays(
  { from, to }: DayWindow,
  service: TaskService,
): AsyncGenerator<readonly DayAccount[], void> {
  const functionName = outputOf(service, 'QueueDeliveriesFunctionName');
  let window: DayWindow = { from, to };
  for (;;) {
    const event = { task: 'account', ...window };
    const { days, next } = await run({ functionName, noun: 'account', event }, accounts, service);
    yield days;
    if (next === undefined) return;
    const [newest] = days;
    if (newest === undefined)
      throw new CommandError(`The account of ${next} does not fit into one invocation.`);
    // The function's own window would begin at the day from which it continues.
    window = { from: window.from ?? daysBefore(newest.day, LOOK_BACK_DAYS), to: next };
  }
}

/** As the function looks back without a window. */
const LOOK_BACK_DAYS = 14;

const daysBefore = (day: string, days: number): string => dayOf((startOfDay(day) ?? 0) - days * DAY_MS);

function runWorkerTask<S extends v.GenericSchema>(
  event: object,
  schema: S,
  noun: Invocation['noun'],
  service: TaskService,
): Promise<v.InferOutput<S>> {
  const functionName = outputOf(service, 'DeliverOrdersFunctionName');
  return run({ functionName, noun, event }, schema, service);
}

async function run<S extends v.GenericSchema>(
  invocation: Invocation,
  schema: S,
  service: TaskService,
): Promise<v.InferOutput<S>> {
  const { functionName, noun } = invocation;
  const { failure, payload } = await invoke(invocation, service.clients);
  if (failure !== undefined) throw new CommandError(whyFailed(noun, failure, functionName, service));
  const answer = v.safeParse(schema, payload);
  if (answer.success) return answer.output;
  throw new CommandError(
    `${functionName} did not answer with a result (${problemsIn(answer.issues)}). Deploy the packages of this version, then run the command again.`,
  );
}

function whyFailed(
  noun: string,
  { kind, error, errorType }: Failure,
  functionName: string,
  { parameters }: TaskService,
): string {
  if (kind === 'threw') return `The ${noun} failed: ${error}`;
  const stackName = parameters['ReplicationStackName'] ?? '';
  const shortName = functionName.slice(stackName.length + 1);
  const why = kind === 'ran-out-of-time' ? 'It ran out of time' : `Lambda ended it (${errorType})`;
  return `The ${noun} failed: ${error}\n${why}. The reason is in the log group /order-replication/${stackName}/${shortName}.`;
}
