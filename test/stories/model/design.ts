// The design's rules, written from the design and not from the code: which orders are new, and which may be advanced.
import { Status } from '../../../lambda/shared/order/status';
import type { Rules } from '../../../lambda/shared/order/rules';
import type { Moment } from './history';
import type { Deployed } from './settings';

/** All that was deployed, in its sequence. */
interface Deployments {
  readonly deployed: readonly Deployed[];
}

type Shown = Pick<Moment, 'statusId' | 'isArchived' | 'isRemoved' | 'isDigital' | 'createdAt'>;

/** Statuses in which an order is stored only over an earlier snapshot. */
export const VOID: ReadonlySet<number> = new Set([0, 1, 4, 5, 6, 12, 13]);

/** All that was deployed at some time from `from` to `to`. */
export function deployedDuring({ deployed }: Deployments, from: number, to: number): readonly Deployed[] {
  return deployed.filter(({ at }, index) => at <= to && (deployed[index + 1]?.at ?? Infinity) > from);
}

/** What is deployed in the end. */
export function deployedLast({ deployed }: Deployments): Deployed {
  const last = deployed.at(-1);
  if (last === undefined) throw new Error('Something is always deployed.');
  return last;
}

/** Why an order in this state may not be advanced, or undefined. */
export function whyNotAdvanced(
  shown: Shown & { readonly wasAdvanced: boolean },
  { rules }: Pick<Deployed, 'rules'>,
): string | undefined {
  const { statusId, isDigital, isArchived, isRemoved, wasAdvanced, createdAt } = shown;
  if (isRemoved) return 'gone';
  if (isArchived) return 'archived';
  if (createdAt < since(rules)) return 'created-before-limit';
  if (!rules.advanceOrders) return 'only observed';
  if (statusId === (isDigital ? rules.newDigitalOrderStatusId : rules.newPhysicalOrderStatusId))
    return 'advanced';
  if (!rules.allowedStatusIds.includes(statusId) || !rules.advanceStatusIds.includes(statusId))
    return 'not new';
  // Completed is the way forward of an order that was advanced already.
  if (statusId === Status.Completed && wasAdvanced) return 'completed after it was advanced';
  return statusId === Status.Completed && !isDigital ? 'completed-not-digital' : undefined;
}

/** Whether a poll sees it as new, whichever of these is deployed. */
export function isListed(moment: Shown, deployed: readonly Deployed[]): boolean {
  const isAllowed = deployed.every(
    ({ rules }) => rules.allowedStatusIds.includes(moment.statusId) && moment.createdAt >= since(rules),
  );
  if (moment.isRemoved || moment.isArchived || !isAllowed) return false;
  return moment.statusId !== Status.Completed || moment.isDigital;
}

const since = ({ ignoreOrdersCreatedBefore = -Infinity }: Rules) => ignoreOrdersCreatedBefore;
