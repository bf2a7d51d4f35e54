// The brake: an order that another app or staff put back each time it was advanced is left alone for a while. Each change of
// a status may email the shopper, and two that set statuses against each other never end.
import type { Alerts } from '../shared/aws/alerts';
import type { LedgerRow } from '../shared/order/ledger-row';
import type { Effects } from './effects';
import { HOUR_MS, iso } from '../shared/runtime/time';

/** So many advances within an hour, each followed by a put-back: the last one is not followed. */
const MAX_ADVANCES_AN_HOUR = 3;

const NO_ADVANCE_MS = HOUR_MS;

/** ISO time until which an order that may be advanced is left alone, if it is; `now` is epoch milliseconds. */
export function noAdvanceUntil(row: LedgerRow, effects: Effects, now: number): string | undefined {
  const until = row.left_alone_until;
  if (until !== undefined && Date.parse(until) > now) return until;
  const isPutBackRepeatedly = effects.recentAdvances(now).length >= MAX_ADVANCES_AN_HOUR;
  return isPutBackRepeatedly ? iso(now + NO_ADVANCE_MS) : undefined;
}

/** Never throws. */
export async function alertPutBack(
  orderId: number,
  until: string | undefined,
  alerts: Pick<Alerts, 'sendHourly'>,
): Promise<void> {
  await alerts.sendHourly({
    subject: `others keep resetting the status of order ${orderId}`,
    message: [
      `The service advanced order ${orderId} ${MAX_ADVANCES_AN_HOUR} times within an hour, and another app or staff reset it each time.`,
      `Every change of the status may email the shopper, so the status is left unchanged until ${until ?? 'further notice'}. The order is stored.`,
      "Look at the order's history in the store for the app or person who sets the status. Let only one of the two do so: the app, or this service (parameter AdvanceStatusIds).",
    ].join('\n\n'),
    runbook: 'others-keep-resetting-the-status-of-an-order',
  });
}
