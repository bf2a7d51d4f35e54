// The tasks of commands: they look and compare, and write nothing to the ERP or to a row.
import * as v from 'valibot';
import { parseMapping } from '../shared/delivery/mapping';
import type { LoadedMapping } from '../shared/delivery/mapping';
import type { LookResult, MappingCheck, OrdersCheck, Preview } from '../shared/delivery/task-results';
import { toOrderId } from '../shared/order/order';
import { checkMapping, checkOrders } from './check';
import { look } from './look';
import { preview } from './preview';
import type { TaskDeps } from './task-deps';

/** Many look-ups of an ERP fit into one invocation, and their answers into the 6 MB of an answer. */
const MOST_ORDERS = 1_000;

const orderId = v.pipe(
  v.number(),
  v.check((id) => toOrderId(id) === id),
);
const orderIds = v.pipe(v.array(orderId), v.maxLength(MOST_ORDERS), v.readonly());

const taskEvent = v.variant('task', [
  v.object({ task: v.literal('check'), mapping: v.optional(v.unknown()) }),
  v.object({ task: v.literal('check-orders'), mapping: v.optional(v.unknown()), orderIds }),
  v.object({ task: v.literal('preview'), mapping: v.optional(v.unknown()), orderId }),
  v.object({ task: v.literal('look'), orderIds, details: v.optional(v.boolean(), false) }),
]);

export type TaskResult = MappingCheck | OrdersCheck | Preview | LookResult;

/** Does one task. Throws an Error that names what is wrong with the event, and ErpError. */
export async function runTask(event: unknown, deps: TaskDeps): Promise<TaskResult> {
  const read = v.safeParse(taskEvent, event);
  if (!read.success) {
    const fields = read.issues.map((issue) => v.getDotPath(issue) ?? 'the event').join(', ');
    throw new Error(
      `Not a task of this version: ${fields} is missing or malformed. Deploy the packages again.`,
    );
  }
  const task = read.output;
  switch (task.task) {
    case 'check':
      return withSlot(deps, () => checkMapping(mappingOf(task, deps), deps));
    case 'check-orders':
      return withSlot(deps, () => checkOrders({ ...task, mapping: mappingOf(task, deps) }, deps));
    case 'preview':
      return preview({ orderId: task.orderId, mapping: mappingOf(task, deps) }, deps);
    case 'look':
      return withSlot(deps, () => look(task, deps));
  }
}

/** The mapping of the event, else the worker's own. The command has shown its problems already. */
function mappingOf({ mapping: given }: { readonly mapping?: unknown }, { policy }: TaskDeps): LoadedMapping {
  if (given === undefined) return policy.mapping;
  const parsed = parseMapping(given);
  if ('mapping' in parsed) return parsed.mapping;
  throw new Error(`The mapping is not usable. ${parsed.problems.join(' ')}`);
}

/**
 * Calls the ERP with one of its slots, so that it has no more requests at once than allowed. An open circuit stops the workers and
 * not a person, who may be looking for its cause.
 */
async function withSlot<T>({ invocation }: TaskDeps, use: () => Promise<T>): Promise<T> {
  const { admission } = invocation;
  try {
    const admitted = await admission.admit();
    if (admitted.kind === 'refused' && admitted.why === 'no-slot') {
      throw new Error('Workers use every connection that the ERP allows. Try again in 5 min.');
    }
    const result = await use();
    await admission.answered();
    return result;
  } finally {
    await admission.release();
  }
}
