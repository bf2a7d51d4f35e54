// What became of one order in a story of deliveries, for the search after a broken promise.
import { totalsOf } from '../../../support/simulated-erp/records';
import type { ErpRecord } from '../../../support/simulated-erp/records';
import type { DeliveryStory } from './story';

const iso = (time: number) => new Date(time).toISOString();

const short = (record: ErpRecord | undefined) =>
  record === undefined
    ? 'nothing'
    : `${record.id} ${record.reference} ${record.state} ${record.currency} ${totalsOf(record).total} ${record.lines.map(({ item, quantity }) => `${quantity}×${item}`).join(' ')}`;

/** A line each, in the order of time. */
export function traceDelivery(
  { store, erp, rows, commanded, trace }: DeliveryStory,
  orderId: number,
): string {
  const lines: [at: number, line: string][] = [
    ...(store.orders.get(orderId)?.versions ?? []).map(({ at, ...version }): [number, string] => [
      at,
      `the store: ${JSON.stringify(version)}`,
    ]),
    ...(rows.notified.get(orderId) ?? []).map(({ at, readAt }): [number, string] => [
      at,
      `notified of ${readAt}`,
    ]),
    ...erp.history
      .filter(({ before, after }) => (after ?? before)!.orderId === orderId)
      .map(({ at, by, what, after, before, sentAt }): [number, string] => [
        at,
        `ERP: ${what} by ${by}${sentAt === undefined ? '' : ` sent ${iso(sentAt)}`}: ${short(before)} → ${short(after)}`,
      ]),
    ...commanded
      .filter((one) => one.orderId === orderId)
      .map(({ at, what }): [number, string] => [at, `command: ${what}`]),
    ...trace.filter((one) => one.orderId === orderId).map(({ at, text }): [number, string] => [at, text]),
  ];
  return [
    `Order ${orderId}:`,
    ...lines.sort(([one], [other]) => one - other).map(([at, line]) => `  ${iso(at)} ${line}`),
    `  row: ${JSON.stringify(rows.rows.get(orderId))}`,
  ].join('\n');
}
