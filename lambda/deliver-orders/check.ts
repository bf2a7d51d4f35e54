// check and check-orders: the mapping against the ERP, and stored orders against both.
import { buildSalesOrder } from '../shared/delivery/build-sales-order';
import { gateWord } from '../shared/delivery/gate';
import type { LoadedMapping, Mapping } from '../shared/delivery/mapping';
import type { DeliveryReason } from '../shared/delivery/reasons';
import type {
  CheckFinding,
  CountedProblem,
  MappingCheck,
  OrdersCheck,
} from '../shared/delivery/task-results';
import type { Erp } from '../shared/erp/erp';
import { ConfigurationError } from '../shared/runtime/errors';
import type { TaskDeps } from './task-deps';

/** Items of one question to the ERP. */
const ITEMS_AT_ONCE = 500;

/** Different problems that are told apart; the command shows fewer. */
const MOST_PROBLEMS = 500;

/** Compares the mapping with the ERP. */
export async function checkMapping(
  { mapping, digest }: LoadedMapping,
  { adapters, policy }: TaskDeps,
): Promise<MappingCheck> {
  const findings = await findingsOf(mapping, adapters);
  return { mapping: digest, isDeployed: digest === policy.mapping.digest, findings };
}

/** What the adapter cannot even begin with is a finding, too. */
async function findingsOf(
  mapping: Mapping,
  { erpWith }: TaskDeps['adapters'],
): Promise<readonly CheckFinding[]> {
  try {
    return await erpWith(mapping).check(mapping);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return [{ about: 'erp', problem: error.message }];
  }
}

export interface OrdersToCheck {
  readonly orderIds: readonly number[];
  readonly mapping: LoadedMapping;
}

/** Builds each stored order by the mapping, and asks the ERP for the items of all. Stops when no time is left. */
export async function checkOrders(
  { orderIds, mapping }: OrdersToCheck,
  deps: TaskDeps,
): Promise<OrdersCheck> {
  const tally = createTally();
  let done = 0;
  for (const orderId of orderIds) {
    if (isTimeUp(deps)) break;
    await checkOrder(orderId, mapping, tally, deps);
    done += 1;
  }
  const missing = await missingOf([...tally.items.keys()], deps.adapters.erpWith(mapping.mapping));
  return {
    documents: tally.documents,
    notDelivered: Object.fromEntries(tally.notDelivered),
    held: [...tally.held.values()],
    missingItems: missing.flatMap((item) => tally.items.get(item) ?? []),
    left: orderIds.slice(done),
  };
}

const isTimeUp = ({ invocation: { now, beginBefore } }: TaskDeps): boolean => now() >= beginBefore;

interface Tally {
  documents: number;
  readonly notDelivered: Map<string, number>;
  readonly held: Map<string, CountedProblem & { readonly reason: DeliveryReason }>;
  /** By the ERP's code. */
  readonly items: Map<string, CountedProblem>;
}

const createTally = (): Tally => ({
  documents: 0,
  notDelivered: new Map(),
  held: new Map(),
  items: new Map(),
});

async function checkOrder(
  orderId: number,
  { mapping }: LoadedMapping,
  tally: Tally,
  { adapters, policy }: TaskDeps,
): Promise<void> {
  const snapshot = await adapters.orders.find(orderId);
  const deliver = mapping.payment.deliver;
  const word = gateWord(snapshot, {}, { deliver, createdFrom: policy.createdFrom });
  // What is from before the start is as good an example of what is to come.
  if (snapshot === undefined || (word !== 'deliver' && word !== 'before-start')) {
    tally.notDelivered.set(word, (tally.notDelivered.get(word) ?? 0) + 1);
    return;
  }
  const built = buildSalesOrder(snapshot, mapping);
  if (built.kind === 'hold') {
    const { reason, detail } = built;
    const key = keyOf(tally.held, `${reason} ${detail}`, reason);
    tally.held.set(key, { ...counted(tally.held.get(key), detail, orderId), reason });
    return;
  }
  tally.documents += 1;
  const items = built.document.lines.filter(({ kind }) => kind === 'item').map(({ sku }) => sku);
  for (const item of new Set(items)) tally.items.set(item, counted(tally.items.get(item), item, orderId));
}

/** Of very many different problems the later ones are counted by their reason alone. */
const keyOf = (all: ReadonlyMap<string, unknown>, key: string, reason: string): string =>
  all.has(key) || all.size < MOST_PROBLEMS ? key : reason;

const counted = (before: CountedProblem | undefined, about: string, orderId: number): CountedProblem =>
  before === undefined ? { about, orders: 1, orderId } : { ...before, orders: before.orders + 1 };

async function missingOf(items: readonly string[], erp: Erp): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let start = 0; start < items.length; start += ITEMS_AT_ONCE) {
    missing.push(...(await erp.missingItems(items.slice(start, start + ITEMS_AT_ONCE))));
  }
  return missing;
}
