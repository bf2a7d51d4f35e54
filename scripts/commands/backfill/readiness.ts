// Whether a stack can run a backfill now, and the task from its parameters. Pure.
import { CLOCK_MARGIN_MS } from '../../../lambda/shared/order/version';
import { DAY_MS } from '../../../lambda/shared/runtime/time';
import type { Service } from '../../service/service';
import { CommandError } from '../../terminal/command-error';
import type { Checkpoint } from './checkpoint';
import type { BackfillTask } from './classify';
import { rulesOf } from './options';
import type { BackfillSelection } from './options';

/** Throws CommandError if the stack would copy nothing, or cannot follow the options. */
export function requireReady(
  { stackName, parameters }: Pick<Service, 'stackName' | 'parameters'>,
  { advance }: BackfillSelection,
  dryRun: boolean,
  recommend: (command: string) => string,
): void {
  // A worker of an earlier version cannot read a reference that is for a copy only.
  if (parameters['ReadConsignments'] === undefined) {
    throw new CommandError(
      `An earlier version deployed ${stackName}, and its worker cannot run a backfill. Deploy this version first: ${recommend('deploy')}`,
    );
  }
  if (advance && parameters['AdvanceOrders'] !== 'true') {
    throw new CommandError(
      `${stackName} advances no orders, because AdvanceOrders is false. Omit --advance.`,
    );
  }
  if (parameters['Paused'] === 'true' && !dryRun) {
    throw new CommandError(
      `${stackName} is paused, so no order would be copied. Resume it first: ${recommend('resume')}`,
    );
  }
}

/** The task of a backfill. */
export const taskOf = (
  { advance }: BackfillSelection,
  started: { readonly checkpoint: Checkpoint; readonly isResumed: boolean },
  { parameters }: Pick<Service, 'parameters'>,
): BackfillTask => {
  const { timestamp: began } = started.checkpoint;
  return {
    began,
    advance,
    // AWS's time is exact to 1 s: with the margin, orders that a killed run copied right after its start count.
    countsFrom: started.isResumed ? began - CLOCK_MARGIN_MS : began,
    rules: rulesOf(parameters, advance),
    completedSince: began - Number(parameters['CompletedOrdersLookbackDays']) * DAY_MS,
  };
};
