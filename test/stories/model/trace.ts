// What became of one order in a story, for the search after a broken promise.
import type { Story } from './story';

const iso = (time: number) => new Date(time).toISOString();

/** Everything that a story knows of an order, in the order of time, a line each; `stored` by its container's clock. */
export function trace({ plan, history, store, sqs, tables }: Story, orderId: number): string {
  const lines: [at: number, line: string][] = [
    ...history.of(orderId).map(({ at, ...moment }): [number, string] => [at, `is ${JSON.stringify(moment)}`]),
    ...store.log.entries
      .filter((entry) => entry.orderId === orderId)
      .map((entry): [number, string] => [
        entry.startedAt - plan.storeSkewMs,
        `${entry.endpoint} ${JSON.stringify(entry.body ?? '')} → ${entry.status ?? 'nothing'}`,
      ]),
    ...tables.stream
      .filter(({ id }) => id === orderId)
      .map(({ status_id, staff_notes, replication }): [number, string] => [
        Date.parse(replication.read_at),
        `stored: ${status_id} ${String(staff_notes)} ${JSON.stringify(replication)}`,
      ]),
  ];
  const about = (text: string) => text.includes(`"orderId":${orderId},`);
  return [
    `Order ${orderId}:`,
    ...lines.sort(([one], [other]) => one - other).map(([at, line]) => `  ${iso(at)} ${line}`),
    ...sqs.accepted.filter(({ body }) => about(body)).map(({ body }) => `  queued: ${body}`),
    ...sqs.deadLetters
      .filter(({ body }) => about(body))
      .map((deadLetter) => `  dead: ${JSON.stringify(deadLetter)}`),
    `  ledger: ${JSON.stringify(tables.rows.get(orderId))}`,
  ].join('\n');
}
