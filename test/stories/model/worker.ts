// A process of the command survive: tells the stories of one fault and reports what became of their orders.
import { FAULTS } from './faults';
import { survive } from './survive';
import type { Tally } from './survive';

export interface Task {
  readonly name: string;
  readonly seed: number;
  readonly orders: number;
  readonly path?: string | undefined;
  readonly shrink?: boolean | undefined;
}

export type Report = { readonly tally: Tally } | { readonly failure: string };

process.once('message', (task) => {
  void report(task as Task).then((answer) => {
    process.send?.(answer, () => process.disconnect());
  });
});

async function report({ name, ...options }: Task): Promise<Report> {
  const fault = FAULTS.find((one) => one.name === name);
  if (fault === undefined) return { failure: `There is no fault "${name}".` };
  try {
    return { tally: await survive({ fault, ...options }) };
  } catch (error) {
    const replay = `node tools/run.mjs survive --fault "${name}" --seed … --path …`;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
    return { failure: `${name} (again: ${replay})\n${String(error)}\n${cause}` };
  }
}
