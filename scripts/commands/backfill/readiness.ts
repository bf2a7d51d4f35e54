// Whether a stack can do a backfill now, and the task that its parameters make of it. Pure.
import { CLOCK_MARGIN_MS } from '../../../lambda/shared/order/version';
import { DAY_MS } from '../../../lambda/shared/runtime/time';
import type { Service } from '../../service/service';
import { CommandError } from '../../terminal/command-error';
import type { Checkpoint } from './checkpoint';
import type { Task } from './classify';
import { rulesOf } from './options';
import type { Selection } from './options';

/** Throws CommandError if nothing would be copied, or not as the options say. */
export function requireReady(
  { stackName, parameters }: Pick<Service, 'stackName' | 'parameters'>,
  { advance }: Selection,
  dryRun: boolean,
  recommend: (command: string) => string,
): void {
  // A worker of an earlier version does not know that a reference may be for a copy only.
  if (parameters['ReadConsignments'] === undefined) {
    throw new CommandError(
      `An earlier version deployed ${stackName}, which cannot do a backfill. Deploy this version first: ${recommend('deploy')}`,
    );
  }
  if (advance && parameters['AdvanceOrders'] !== 'true') {
    throw new CommandError(`${stackName} advances no order (AdvanceOrders is false): omit --advance.`);
  }
  if (parameters['Paused'] === 'true' && !dryRun) {
    throw new CommandError(
      `${stackName} is paused, and nothing would be copied. Resume it first: ${recommend('resume')}`,
    );
  }
}

export const taskOf = (
  { advance }: Selection,
  started: { readonly checkpoint: Checkpoint; readonly isResumed: boolean },
  { parameters }: Pick<Service, 'parameters'>,
): Task => {
  const { timestamp: began } = started.checkpoint;
  return {
    began,
    advance,
    // AWS's time is known to a second: what a killed run had copied right after its start counts for it.
    countsFrom: started.isResumed ? began - CLOCK_MARGIN_MS : began,
    rules: rulesOf(parameters, advance),
    completedSince: began - Number(parameters['CompletedOrdersLookbackDays']) * DAY_MS,
  };
};
