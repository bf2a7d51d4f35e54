// What the local run says: what it will do, what to try while it is up, and how it ended.
import type { RealStore } from './arguments';
import { defaultAwsPort } from '../service/local-endpoint';
import type { LocalStack } from './local-stack';
import { PROGRAM } from '../terminal/command';

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
  readonly awsPort: number;
  readonly storeUrl: string | undefined;
  readonly anOrderId: number;
  readonly pollEveryMs: number;
}

/** Commands to copy, each of which works as it stands. */
export function thingsToTry({ stackName, outputs }: LocalStack, place: Place): string {
  const { endpoint, awsPort, storeUrl, anOrderId, pollEveryMs } = place;
  const where = awsPort === defaultAwsPort ? '--local' : `--aws-port ${awsPort}`;
  const aws = `AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws --region us-east-1 --endpoint-url ${endpoint}`;
  const store =
    storeUrl === undefined
      ? []
      : [
          '',
          `A new order in the store; its webhook tells of it at once, a poll every ${pollEveryMs / 1000} s:`,
          `  curl -X POST ${storeUrl}/_simulator/orders -d '{"lines":[{"quantity":2}]}'`,
          'All its orders, and a change to one:',
          `  curl ${storeUrl}/_simulator/orders`,
          `  curl -X PUT ${storeUrl}/_simulator/orders/${anOrderId} -d '{"status_id":5}'`,
        ];
  return [
    'To try while this runs (Ctrl-C ends it):',
    ...store,
    '',
    'A signed webhook, and those that are registered:',
    `  ${PROGRAM} webhook send --order ${anOrderId} ${where}`,
    `  ${PROGRAM} webhook list ${where}`,
    '',
    'A poll at once, and what could not be replicated:',
    `  ${PROGRAM} poll ${where}`,
    `  ${PROGRAM} dead-letters list ${where}`,
    '',
    'The proof that no order of yesterday is missing, the orders of before, and a customer to be forgotten:',
    `  ${PROGRAM} audit ${where}`,
    `  ${PROGRAM} backfill --from 2020-01-01 --dry-run ${where}`,
    `  ${PROGRAM} orders erase --email zoe@example.com --dry-run ${where}`,
    '',
    'What is stored, and what the webhook logged, with the AWS CLI:',
    `  ${aws} dynamodb get-item --table-name ${outputs['OrdersTableName'] ?? ''} --key '{"id":{"N":"${anOrderId}"}}'`,
    `  ${aws} dynamodb scan --table-name ${outputs['LedgerTableName'] ?? ''}`,
    `  ${aws} logs filter-log-events --log-group-name /order-replication/${stackName}/CartConvertedWebhook --query 'events[].message'`,
    '',
    'Everything again, to the end and checked: npm start -- --once     The tests: npm test',
    '',
  ].join('\n');
}
