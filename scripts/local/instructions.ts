// The texts of a local run: the notice about the user's own store, and commands to try.
import type { RealStore } from './arguments';
import { defaultAwsPort } from '../service/local-endpoint';
import type { LocalStack } from './local-stack';
import { PROGRAM } from '../terminal/command';
import type { Tryton } from './tryton';

/** What a run with the user's own store reads and changes. */
export function realStoreNotice({ storeHash, advance }: RealStore): string {
  const touched = advance
    ? 'This run reads it and CHANGES THE STATUS of its orders: paid ones become Awaiting Shipment or Awaiting Pickup.'
    : 'This run reads it and changes nothing in it: orders are only copied to this machine.';
  return [
    '',
    `  YOUR OWN STORE: ${storeHash}. ${touched}`,
    '  No webhook is registered there. The copied data, with customers and addresses, stays in the memory of this',
    '  machine and is deleted when this ends.',
    '',
  ].join('\n');
}

/** The addresses of a local run. */
export interface LocalAddresses {
  readonly endpoint: string;
  readonly awsPort: number;
  readonly storeUrl: string | undefined;
  /** Undefined without an ERP. */
  readonly erp: Tryton | undefined;
  readonly anOrderId: number;
  readonly pollEveryMs: number;
}

/** Commands to copy; each works unchanged. */
export function thingsToTry({ stackName, outputs }: LocalStack, place: LocalAddresses): string {
  const { endpoint, awsPort, anOrderId } = place;
  const where = awsPort === defaultAwsPort ? '--local' : `--aws-port ${awsPort}`;
  const aws = `AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws --region us-east-1 --endpoint-url ${endpoint}`;

  return [
    'To try while this runs (Ctrl-C ends it):',
    ...storeCommands(place),
    '',
    'A signed webhook, and the registered webhooks:',
    `  ${PROGRAM} webhook send --order ${anOrderId} ${where}`,
    `  ${PROGRAM} webhook list ${where}`,
    '',
    'A poll now, and the orders that could not be replicated:',
    `  ${PROGRAM} poll ${where}`,
    `  ${PROGRAM} dead-letters list ${where}`,
    '',
    'An audit of yesterday, a preview of a backfill, and a preview of erasing a customer:',
    `  ${PROGRAM} audit ${where}`,
    `  ${PROGRAM} backfill --from 2020-01-01 --dry-run ${where}`,
    `  ${PROGRAM} orders erase --email zoe@example.com --dry-run ${where}`,
    '',
    ...erpCommands(place, where),
    'The stored data, and the log of the webhook function, with the AWS CLI:',
    `  ${aws} dynamodb get-item --table-name ${outputs['OrdersTableName'] ?? ''} --key '{"id":{"N":"${anOrderId}"}}'`,
    `  ${aws} dynamodb scan --table-name ${outputs['LedgerTableName'] ?? ''}`,
    `  ${aws} logs filter-log-events --log-group-name /order-replication/${stackName}/CartConvertedWebhook --query 'events[].message'`,
    '',
    'A run that checks every order and ends: npm start -- --once     The tests: npm test',
    '',
  ].join('\n');
}

function storeCommands({ storeUrl, anOrderId, pollEveryMs }: LocalAddresses): readonly string[] {
  if (storeUrl === undefined) return [];
  return [
    '',
    `A new order in the store; its webhook reports it immediately, and a poll runs every ${pollEveryMs / 1000} s:`,
    `  curl -X POST ${storeUrl}/_simulator/orders -d '{"lines":[{"quantity":2}]}'`,
    'All its orders, and a change to one:',
    `  curl ${storeUrl}/_simulator/orders`,
    `  curl -X PUT ${storeUrl}/_simulator/orders/${anOrderId} -d '{"status_id":5}'`,
  ];
}

function erpCommands({ erp, anOrderId }: LocalAddresses, where: string): readonly string[] {
  if (erp === undefined) return [];
  return [
    'The orders that the ERP has, the delivery of one order, and the sales as Tryton shows them:',
    `  ${PROGRAM} deliveries list --state delivered ${where}`,
    `  ${PROGRAM} deliveries show ${anOrderId} ${where}`,
    `  curl -H 'authorization: bearer ${erp.staffKey}' '${erp.url}/${erp.database}/rest/model/sale.sale?f=web_id&f=number&f=state&f=total_amount'`,
    "Tryton's desktop client, which is not installed here, can look at everything and change it:",
    `  server ${erp.url.replace('http://', '')}, database ${erp.database}, user ${erp.login}, password ${erp.password}`,
    '',
  ];
}
