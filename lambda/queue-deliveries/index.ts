// The entry that notes and queues deliveries: reads the configuration and creates the clients once per container. The stream of
// the Orders table invokes it, the rules of each minute and each night, and the command `deliveries account`.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { awsClientOptions } from '../shared/aws/clients';
import { createQueue } from '../shared/aws/queue';
import { readQueueDeliveriesConfig } from '../shared/config';
import type { DeliveryReference } from '../shared/delivery/delivery-reference';
import { oncePerContainer } from '../shared/runtime/container';
import { isRow } from '../shared/runtime/json';
import { createLog } from '../shared/runtime/log';
import { createDeliveries } from '../shared/tables/deliveries';
import { createDeliveryKeys } from '../shared/tables/delivery-keys';
import { documentOptions } from '../shared/tables/documents';
import { createFinishedOrders } from '../shared/tables/finished-orders';
import { createStoredOrders } from '../shared/tables/orders';
import { account } from './account';
import type { Accounts } from './account';
import { noteRecords } from './note-records';
import { sweep } from './sweep';
import type { Sweep } from './sweep';

/** Reserved for the page of an account that is under way, and for its record. */
const RESERVE_MS = 30_000;

const tables = DynamoDBDocumentClient.from(new DynamoDBClient(awsClientOptions), documentOptions);
const sqs = new SQSClient(awsClientOptions);

const containerOf = oncePerContainer(() => {
  const config = readQueueDeliveriesConfig();
  return {
    metricsNamespace: config.metricsNamespace,
    adapters: {
      deliveries: createDeliveries(tables, config.deliveriesTable),
      keys: createDeliveryKeys(tables, config.deliveryKeysTable),
      orders: createStoredOrders(tables, config.ordersTable),
      finished: createFinishedOrders(tables, config.ledgerTable),
      queue: createQueue<DeliveryReference>(sqs, { queueUrl: config.deliveriesQueueUrl }),
    },
    policy: { mode: config.mode, paused: config.paused, mapping: BUILT_IN_MAPPING_DIGEST },
  };
});

/**
 * Notes the records of the stream, or does the named task. The failures that it reports are the records that Lambda reads again.
 * Throws if a task fails, so that Lambda tries it again.
 */
export async function handler(
  event: unknown,
  context: Context,
): Promise<DynamoDBBatchResponse | Sweep | Accounts> {
  const { metricsNamespace, adapters, policy } = containerOf(context);
  const log = createLog(metricsNamespace, { requestId: context.awsRequestId });
  const beginBefore = Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const deps = { adapters: { ...adapters, log }, policy, invocation: { now: Date.now, beginBefore } };
  if (isStreamEvent(event)) return noteRecords(event.Records, deps);
  const task = isRow(event) ? event.task : undefined;
  if (task === 'minute') return sweep(deps);
  if (task === 'account') return account(event, deps);
  throw new Error(
    'The event is neither records of a DynamoDB stream nor {"task":"minute"} nor {"task":"account"}.',
  );
}

function isStreamEvent(event: unknown): event is DynamoDBStreamEvent {
  const records = isRow(event) && Array.isArray(event.Records) ? (event.Records as readonly unknown[]) : [];
  return (
    records.length > 0 && records.every((record) => isRow(record) && record.eventSource === 'aws:dynamodb')
  );
}
