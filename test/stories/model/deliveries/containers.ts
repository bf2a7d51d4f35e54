// The two functions in containers that may die, kept from one invocation to the next until they do.
import { createContainer } from '../container';
import type { Container } from '../container';
import type { Part } from './plan';
import type { Stage } from './stage';

/** As the template has them. */
export const TIMEOUT_MS = 300_000;

export type Invoke = <T>(run: (container: Container, name: string) => Promise<T>) => Promise<T | 'died'>;

/** Invocations of one function, each in a container of its own at that time. */
export function functionOf(part: Part, { plan, time, random, struck }: Stage): Invoke {
  const idle: Container[] = [];
  let invocations = 0;
  return async (run) => {
    const container = idle.pop() ?? createContainer(time, Math.round((2 * random() - 1) * plan.skewMs));
    const nth = invocations;
    invocations += 1;
    const death = plan.kills.find((kill) => kill.part === part && kill.nth === nth);
    const outcome = await container.invoke(() => run(container, `${part}-${nth}`), TIMEOUT_MS, death);
    if (outcome === 'died') struck.killed += 1;
    else idle.push(container);
    return outcome;
  };
}
