// Stops advancing an order for an hour if another app or staff reset its status after each advance. Each status change may
// email the shopper, and without a limit the two sides would never stop.
import type { Alerts } from '../shared/aws/alerts';
import type { LedgerRow } from '../shared/order/ledger-row';
import type { Effects } from './effects';
import { HOUR_MS, iso } from '../shared/runtime/time';

/** After this many advances within an hour, each of which was reset, the order is not advanced again. */
const MAX_ADVANCES_AN_HOUR = 3;

const NO_ADVANCE_MS = HOUR_MS;

/** The ISO time until which the order must not be advanced, or undefined if it may be; `now` is epoch milliseconds. */
export function noAdvanceUntil(row: LedgerRow, effects: Effects, now: number): string | undefined {
  const until = row.left_alone_until;
  if (until !== undefined && Date.parse(until) > now) return until;
  const isPutBackRepeatedly = effects.recentAdvances(now).length >= MAX_ADVANCES_AN_HOUR;
  return isPutBackRepeatedly ? iso(now + NO_ADVANCE_MS) : undefined;
}

/** Emails the operator that others keep resetting the order's status. Never throws. */
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
      "Find the app or person that sets the status in the order's history in the store. Let only one side set it: the app, or this service (parameter AdvanceStatusIds).",
    ].join('\n\n'),
    runbook: 'others-keep-resetting-the-status-of-an-order',
  });
}
