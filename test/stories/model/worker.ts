// A process of the command survive: tells the stories of one fault and reports what became of their orders.
import { DELIVERY_FAULTS } from './deliveries/faults';
import { surviveDeliveries } from './deliveries/survive';
import { FAULTS } from './faults';
import type { StoriesRequest } from './run-stories';
import { survive } from './survive';

export interface Task extends StoriesRequest {
  readonly name: string;
  /** Whether it is a fault of the delivery into an ERP. */
  readonly isOfDelivery: boolean;
}

export interface AnyTally {
  readonly name: string;
  readonly stories: number;
  readonly orders: number;
  readonly struck: number;
  /** By how orders ended. */
  readonly ends: Readonly<Record<string, number>>;
}

export type Report = { readonly tally: AnyTally } | { readonly failure: string };

process.once('message', (task) => {
  void report(task as Task).then((answer) => {
    process.send?.(answer, () => process.disconnect());
  });
});

async function report(task: Task): Promise<Report> {
  const { name, isOfDelivery } = task;
  try {
    return { tally: isOfDelivery ? await deliver(task) : await replicate(task) };
  } catch (error) {
    const replay = `node tools/run.mjs survive${isOfDelivery ? ' --delivery' : ''} --fault "${name}" --seed … --path …`;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
    return { failure: `${name} (again: ${replay})\n${String(error)}\n${cause}` };
  }
}

const replicate = ({ name, ...request }: Task): Promise<AnyTally> =>
  survive({ fault: named(FAULTS, name), ...request });

const deliver = ({ name, ...request }: Task): Promise<AnyTally> =>
  surviveDeliveries({ fault: named(DELIVERY_FAULTS, name), ...request });

function named<T extends { readonly name: string }>(faults: readonly T[], name: string): T {
  const fault = faults.find((one) => one.name === name);
  if (fault === undefined) throw new Error(`There is no fault "${name}".`);
  return fault;
}
