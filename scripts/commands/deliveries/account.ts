// deliveries account: accounts for the orders of some days, adds the rows that are missing, and looks delivered ones up in the ERP.
import type { DeliveryRow } from '../../../lambda/shared/delivery/delivery-row';
import type { LookVerdict } from '../../../lambda/shared/delivery/task-results';
import { DAY_MS, dayOf, iso, startOfDay } from '../../../lambda/shared/runtime/time';
import { accountForDays, lookAtOrders } from '../../service/delivery-tasks';
import type { DayAccount, DayWindow, LookedOrder } from '../../service/delivery-tasks';
import { UsageError } from '../../terminal/command-error';
import type { DeliveriesDeps, DeliveriesFlow } from './deps';
import { VERDICTS } from './verdicts';

export interface AccountRequest extends DayWindow {
  /** Whether each delivered order is looked up in the ERP. */
  readonly erp: boolean;
}

/** Orders that are named in a message; `--output json` has all. */
const MOST_NAMED = 100;

const ROWS_OF_A_PAGE = 500;

/** Open orders and orders that the ERP does not have as delivered are the problem of the report. */
export const account: DeliveriesFlow<AccountRequest> = async ({ erp, ...window }, deps) => {
  checkWindow(window, deps.now());
  const days = await accountDays(window, deps);
  const looked = erp ? await lookUp(window, days, deps) : undefined;
  const problems = [openProblem(days, deps), ...(looked === undefined ? [] : [lookProblem(looked, deps)])];
  return {
    data: { days: days.map(dayData), ...(looked !== undefined && { erp: lookData(looked) }) },
    lines: [
      ...days.map(dayLine),
      ...(isLive(deps) ? [] : [NOT_LIVE]),
      ...(looked === undefined ? [] : [lookLine(looked)]),
    ],
    problem: problems.filter((one) => one !== undefined).join('\n') || undefined,
  };
};

/** Throws UsageError. */
function checkWindow({ from, to }: DayWindow, now: number): void {
  if (from === undefined && to !== undefined) {
    throw new UsageError('--to needs --from, which names the first day');
  }
  for (const [option, text] of Object.entries({ from, to })) {
    const start = text === undefined ? 0 : startOfDay(text);
    if (start === undefined) throw new UsageError(`--${option} requires a day such as 2026-11-20`);
    if (start > now) throw new UsageError(`${text ?? ''} has not started: today is ${dayOf(now)} (UTC)`);
  }
  if (from !== undefined && to !== undefined && from > to) {
    throw new UsageError(`--from ${from} is after --to ${to}`);
  }
}

/** The oldest first. */
async function accountDays(
  window: DayWindow,
  { service, stop, note }: DeliveriesDeps,
): Promise<readonly DayAccount[]> {
  const days: DayAccount[] = [];
  for await (const part of accountForDays(window, service)) {
    days.push(...part);
    const last = days.at(-1);
    if (last !== undefined)
      note(`Accounted for ${days.length} ${days.length === 1 ? 'day' : 'days'}, back to ${last.day} …`);
    stop.throwIfAborted();
  }
  return days.reverse();
}

interface LookedUp {
  readonly orders: number;
  /** Not as they were delivered, and not as a person decided. */
  readonly other: readonly (LookedOrder & { readonly verdict: Exclude<LookVerdict, 'same'> })[];
}

/** Looks up each order that was delivered in the window. */
async function lookUp(
  window: DayWindow,
  days: readonly DayAccount[],
  deps: DeliveriesDeps,
): Promise<LookedUp> {
  const from = window.from ?? days[0]?.day ?? dayOf(deps.now());
  const to = window.to ?? dayOf(deps.now());
  const orderIds = await deliveredBetween(from, to, deps);
  const other: LookedUp['other'][number][] = [];
  let orders = 0;
  for await (const part of lookAtOrders(orderIds, deps.service)) {
    orders += part.length;
    for (const one of part) if (isOther(one)) other.push(one);
    deps.note(`Looked up ${orders} of ${orderIds.length} orders in the ERP …`);
    deps.stop.throwIfAborted();
  }
  return { orders, other };
}

/** A row whose state has moved since the listing is a worker's matter. */
function isOther(order: LookedOrder): order is LookedUp['other'][number] {
  if (order.verdict === 'same' || order.state !== 'delivered') return false;
  return !(order.isKept && order.verdict === 'changed');
}

/** The orders that came into the state `delivered` on these days; the index gives the newest first. */
async function deliveredBetween(
  from: string,
  to: string,
  { deliveries, stop }: DeliveriesDeps,
): Promise<readonly number[]> {
  const end = iso((startOfDay(to) ?? 0) + DAY_MS);
  const found: number[] = [];
  let last: DeliveryRow | undefined;
  do {
    stop.throwIfAborted();
    const page = await deliveries.list('delivered', ROWS_OF_A_PAGE, last);
    const inWindow = page.filter(({ state_at: at }) => at >= from && at < end);
    found.push(...inWindow.map(({ order_id: id }) => id));
    last = page.length < ROWS_OF_A_PAGE ? undefined : page.at(-1);
  } while (last !== undefined && last.state_at >= from);
  return found;
}

const number = (count: number) => count.toLocaleString('en-US');

/** Such as `2026-11-20: 1,204 copied, 1,198 delivered, 4 held, 2 excluded, 0 open`. */
function dayLine({ day, copied, delivered, held, excluded, cancelled, open, told }: DayAccount): string {
  const counts = [
    `${number(copied)} copied`,
    `${number(delivered)} delivered`,
    `${number(held)} held`,
    `${number(excluded)} excluded`,
    ...(cancelled > 0 ? [`${number(cancelled)} cancelled`] : []),
    `${number(open)} open`,
    ...(told > 0 ? [`${number(told)} reported again`] : []),
  ];
  return `${day}: ${counts.join(', ')}`;
}

const dayData = ({ told, at, ...counts }: DayAccount) => ({
  ...counts,
  reportedAgain: told,
  accountedAt: at,
});

const NOT_LIVE =
  'The mode is not live: orders that would be delivered count as open. They are delivered once the mode is live.';

const isLive = ({ service }: DeliveriesDeps): boolean => service.parameters['DeliveryMode'] === 'live';

/** Today's orders may be open without being late. */
function openProblem(days: readonly DayAccount[], deps: DeliveriesDeps): string | undefined {
  if (!isLive(deps)) return undefined;
  const { recommend, now } = deps;
  const today = dayOf(now());
  const open = days.filter(({ day }) => day < today).reduce((sum, day) => sum + day.open, 0);
  if (open === 0) return undefined;
  const orders = open === 1 ? '1 order of an earlier day is' : `${number(open)} orders of earlier days are`;
  return `${orders} open: due or waiting. To see them: ${recommend('deliveries list --state waiting')}`;
}

const lookLine = ({ orders, other }: LookedUp): string =>
  `In the ERP: ${number(orders)} looked up, ${number(orders - other.length)} as delivered, ${number(other.length)} not`;

const lookData = ({ orders, other }: LookedUp) => ({
  lookedUp: orders,
  notAsDelivered: other.map(({ orderId, verdict, difference }) => ({ orderId, verdict, difference })),
});

function lookProblem({ other }: LookedUp, { recommend }: DeliveriesDeps): string | undefined {
  if (other.length === 0) return undefined;
  const verdicts = [...new Set(other.map(({ verdict }) => verdict))];
  const named = other.slice(0, MOST_NAMED).map(({ orderId }) => orderId);
  const rest = other.length - named.length;
  return [
    ...verdicts.map((verdict) => {
      const those = other.filter((one) => one.verdict === verdict);
      const ids = those.slice(0, MOST_NAMED).map(({ orderId }) => orderId);
      return `${number(those.length)} ${verdict}: ${VERDICTS[verdict]} Orders: ${ids.join(', ')}${those.length > ids.length ? ', …' : ''}`;
    }),
    `Nothing was changed. Each of them is held for a decision once a worker looks at it again: ${recommend(`deliveries retry ${named.join(' ')}`)}`,
    ...(rest > 0 ? [`${number(rest)} more are in --output json.`] : []),
  ].join('\n');
}
