// deliveries retry, hold and release: each is one conditional write to the row, and a reference that wakes a worker.
import {
  COMMAND_REFUSALS,
  holdDelivery,
  keepErpVersion,
  recreateDelivery,
  releaseDelivery,
  retryDelivery,
} from '../../../lambda/shared/delivery/commands';
import type { CommandRefusal, DeliveryCommand } from '../../../lambda/shared/delivery/commands';
import { iso } from '../../../lambda/shared/runtime/time';
import { inWords } from '../../service/aws-errors';
import type { Report } from '../../terminal/command';
import type { DeliveriesDeps, DeliveriesFlow } from './deps';

export interface RetryRequest {
  readonly orderIds: readonly number[];
  readonly recreate: boolean;
}

export interface HoldRequest {
  readonly orderId: number;
  readonly why: string;
}

export interface ReleaseRequest extends HoldRequest {
  readonly keepErp: boolean;
}

/** `keeps-changing`: a worker or another command was faster each time. */
type Outcome = 'changed' | 'keeps-changing' | 'interrupted' | CommandRefusal;

/** A row that moved since it was read is decided on again, this many times in all. */
const TRIES = 5;

const OWN_REFUSALS = {
  'keeps-changing': 'A worker or another command changed the row each time. Run the command again in 1 min.',
  interrupted: 'The command was interrupted.',
} as const;

/** Lets a worker look at each order now; with `recreate` it creates the sales order again. */
export const retry: DeliveriesFlow<RetryRequest> = async ({ orderIds, recreate }, deps) => {
  const done = recreate
    ? 'A worker creates the sales order again, under the next reference.'
    : 'A worker looks at the order now.';
  return changeEach(orderIds, recreate ? recreateDelivery : retryDelivery, done, deps);
};

/** Stops an order until it is released. */
export const hold: DeliveriesFlow<HoldRequest> = async ({ orderId, why }, deps) =>
  changeEach([orderId], holdDelivery(await personsWord(why, deps)), 'A worker records the hold now.', deps);

/** Lifts a person's hold, or records that the version of the ERP stands. */
export const release: DeliveriesFlow<ReleaseRequest> = async ({ orderId, why, keepErp }, deps) => {
  const word = await personsWord(why, deps);
  return keepErp
    ? changeEach(
        [orderId],
        keepErpVersion(word),
        'A worker records now that the version of the ERP stands.',
        deps,
      )
    : changeEach([orderId], releaseDelivery(word), 'A worker looks at the order now.', deps);
};

const personsWord = async (why: string, { person, now }: DeliveriesDeps) => ({
  why,
  by: await person(),
  at: iso(now()),
});

/** The changes stay if one order is refused or the command is interrupted. */
async function changeEach(
  orderIds: readonly number[],
  command: DeliveryCommand,
  done: string,
  deps: DeliveriesDeps,
): Promise<Report> {
  const outcomes: (readonly [number, Outcome])[] = [];
  for (const orderId of orderIds) {
    const outcome: Outcome = deps.stop.aborted ? 'interrupted' : await changeOne(orderId, command, deps);
    if (outcome === 'changed') await wake(orderId, deps);
    outcomes.push([orderId, outcome]);
  }
  const refused = outcomes.flatMap(([id, outcome]) =>
    outcome === 'changed' ? [] : [[id, outcome] as const],
  );
  return {
    data: {
      orders: outcomes.map(([orderId, outcome]) => ({
        orderId,
        isChanged: outcome === 'changed',
        ...(outcome !== 'changed' && { refusal: outcome }),
      })),
    },
    lines: outcomes.flatMap(([id, outcome]) => (outcome === 'changed' ? [`Order ${id}: ${done}`] : [])),
    problem: refused.length === 0 ? undefined : refused.map(whyNot).join('\n'),
  };
}

async function changeOne(
  orderId: number,
  command: DeliveryCommand,
  { deliveries, now }: DeliveriesDeps,
): Promise<Outcome> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const row = await deliveries.find(orderId);
    if (row === undefined) return 'no-row';
    const at = now();
    const decision = command(row, at);
    if (decision.kind === 'refusal') return decision.refusal;
    if (await deliveries.changeByCommand(row, decision.change, at)) return 'changed';
  }
  return 'keeps-changing';
}

/** The row is due, so that a reference that is not sent costs at most a minute. */
async function wake(orderId: number, { send, now, note }: DeliveriesDeps): Promise<void> {
  try {
    await send({ orderId, seenAt: iso(now()) });
  } catch (error) {
    note(
      `Order ${orderId} is due, but no worker was woken: ${inWords(error)} The next sweep queues it, within 1 min.`,
    );
  }
}

function whyNot([orderId, refusal]: readonly [number, Exclude<Outcome, 'changed'>]): string {
  return `Order ${orderId} was not changed. ${{ ...COMMAND_REFUSALS, ...OWN_REFUSALS }[refusal]}`;
}
