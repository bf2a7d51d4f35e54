// What the local run says: what it will do, what to try while it is up, and how it ended.
import type { RealStore } from './arguments';
import type { LocalStack } from './local-stack';

export function realStoreNotice({ storeHash, advance }: RealStore): string {
  const touched = advance
    ? 'This reads it and CHANGES THE STATUS of its orders: paid ones move on to Awaiting Shipment or Awaiting Pickup.'
    : 'This reads it and changes nothing in it: orders are only copied to this machine.';
  return [
    '',
    `  YOUR OWN STORE: ${storeHash}. ${touched}`,
    '  No webhook is registered there. Everything that is copied, customers and addresses included, stays in the',
    '  memory of this machine and is gone when this ends.',
    '',
  ].join('\n');
}

export interface Place {
  readonly endpoint: string;
  readonly storeUrl: string | undefined;
  readonly producer: string;
  readonly anOrderId: number;
  readonly pollEveryMs: number;
}

/** Commands to copy, each of which works as it stands. */
export function thingsToTry(stack: LocalStack, place: Place): string {
  const { endpoint, storeUrl, producer, anOrderId, pollEveryMs } = place;
  const body = JSON.stringify({ scope: 'store/cart/converted', producer, data: { orderId: anOrderId } });
  const aws = `AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws --region us-east-1 --endpoint-url ${endpoint}`;
  const store =
    storeUrl === undefined
      ? []
      : [
          '',
          `A new order in the store; the next poll (every ${pollEveryMs / 1000} s) takes it:`,
          `  curl -X POST ${storeUrl}/_simulator/orders -d '{"lines":[{"quantity":2}]}'`,
          'All its orders, and a change to one:',
          `  curl ${storeUrl}/_simulator/orders`,
          `  curl -X PUT ${storeUrl}/_simulator/orders/${anOrderId} -d '{"status_id":5}'`,
        ];
  return [
    'To try while this runs (Ctrl-C ends it):',
    ...store,
    '',
    'A webhook, with the secret header that this stack generated:',
    `  curl -i -X POST ${stack.webhookUrl} -H 'Content-Type: application/json' \\`,
    `    -H ${quoted(`X-Order-Replication-Secret: ${stack.webhookSecret}`)} \\`,
    `    -d ${quoted(body)}`,
    '',
    'What is stored, with the AWS CLI:',
    `  ${aws} dynamodb get-item --table-name ${stack.outputs['OrdersTableName'] ?? ''} --key '{"id":{"N":"${anOrderId}"}}'`,
    `  ${aws} dynamodb scan --table-name ${stack.outputs['LedgerTableName'] ?? ''}`,
    '',
    'Everything again, to the end and checked: npm start -- --once     The tests: npm test',
    '',
  ].join('\n');
}

/** For a POSIX shell. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
