// deliveries list and deliveries show, which change nothing.
import type { DeliveryRow, DeliveryState } from '../../../lambda/shared/delivery/delivery-row';
import type { DeliveryReason } from '../../../lambda/shared/delivery/reasons';
import { deliveryReasonText } from '../../../lambda/shared/delivery/reasons';
import { COMMAND_REFUSALS } from '../../../lambda/shared/delivery/commands';
import { CommandError } from '../../terminal/command-error';
import type { DeliveriesDeps, DeliveriesFlow } from './deps';
import { adviceLines, detailData, detailLines, isKnownReason, summaryData, tableLines } from './format';

export interface ListRequest {
  /** Undefined for the states that are not at their end: held, then waiting. */
  readonly state?: DeliveryState | undefined;
  readonly reason?: DeliveryReason | undefined;
  readonly limit: number;
}

/** Rows of one state that are read at most: their counts are exact up to here. */
const MOST_ROWS = 10_000;

const ROWS_OF_A_PAGE = 500;

const OPEN_STATES: readonly DeliveryState[] = ['held', 'waiting'];

/** The deliveries of one state or of the open ones, the newest first, and what to do about each reason. */
export const list: DeliveriesFlow<ListRequest> = async ({ state, reason, limit }, deps) => {
  const states = state === undefined ? OPEN_STATES : [state];
  const read = [];
  for (const one of states) read.push(await readState(one, deps));
  const rows = read.flatMap((one) => one.rows).filter((row) => reason === undefined || row.reason === reason);
  const isComplete = read.every((one) => one.isComplete);
  const shown = rows.slice(0, limit);
  if (!isComplete) deps.note(`Only the newest ${MOST_ROWS} deliveries of a state were read and counted.`);
  return {
    data: {
      deliveries: shown.map(summaryData),
      counts: countsOf(rows).map(({ of, ...count }) => ({ ...count, reason: of ?? null })),
      isComplete,
    },
    lines:
      rows.length === 0
        ? [`No delivery is ${states.join(' or ')}${reason === undefined ? '' : ` for the reason ${reason}`}.`]
        : [...tableLines(shown), ...moreLine(rows.length - shown.length), ...groupLines(rows, deps)],
  };
};

/** All details of one delivery, and what to do. */
export const show: DeliveriesFlow<{ readonly orderId: number }> = async ({ orderId }, deps) => {
  const row = await deps.deliveries.find(orderId);
  if (row === undefined) {
    throw new CommandError(`${COMMAND_REFUSALS['no-row']} Run: ${deps.recommend('deliveries account')}`);
  }
  return { data: detailData(row), lines: detailLines(row, deps.recommend) };
};

interface ReadState {
  readonly rows: readonly DeliveryRow[];
  readonly isComplete: boolean;
}

async function readState(
  state: DeliveryState,
  { deliveries, stop }: Pick<DeliveriesDeps, 'deliveries' | 'stop'>,
): Promise<ReadState> {
  const rows: DeliveryRow[] = [];
  while (rows.length < MOST_ROWS) {
    stop.throwIfAborted();
    const page = await deliveries.list(state, ROWS_OF_A_PAGE, rows.at(-1));
    rows.push(...page);
    if (page.length < ROWS_OF_A_PAGE) return { rows, isComplete: true };
  }
  return { rows, isComplete: false };
}

interface Count {
  readonly state: DeliveryState;
  readonly of: string | undefined;
  readonly orders: number;
}

/** How many rows have each state and reason, the most first. */
function countsOf(rows: readonly DeliveryRow[]): readonly Count[] {
  const counts = new Map<string, Count>();
  for (const { state, reason } of rows) {
    const key = `${state}/${reason ?? ''}`;
    counts.set(key, { state, of: reason, orders: (counts.get(key)?.orders ?? 0) + 1 });
  }
  return [...counts.values()].sort((one, other) => other.orders - one.orders);
}

const moreLine = (more: number): readonly string[] =>
  more > 0 ? [`… and ${more} more: raise --limit.`] : [];

/** Each state and reason with its count, its sentence and what to do. */
function groupLines(rows: readonly DeliveryRow[], { recommend }: DeliveriesDeps): readonly string[] {
  return countsOf(rows).flatMap(({ state, of, orders }) => {
    const heading = `${orders} ${state}${of === undefined ? '' : `, ${of}`}`;
    if (!isKnownReason(of)) return ['', `${heading}.`];
    return ['', `${heading}: ${deliveryReasonText(of)}`, ...adviceLines(of, recommend)];
  });
}
