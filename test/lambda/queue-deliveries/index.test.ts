// The function as Lambda calls it: what only the entry decides. The SDK is mocked at its edge.
import { mockClient } from 'aws-sdk-client-mock';
import type * as Dynamo from '@aws-sdk/lib-dynamodb';
import type * as Sqs from '@aws-sdk/client-sqs';
import type * as QueueDeliveries from '../../../lambda/queue-deliveries/index';
import { aContext } from '../../support/function-entry';
import { catchLines, parsed } from '../../support/log-lines';

const environment = {
  AWS_REGION: 'us-east-1',
  DELIVERIES_TABLE: 'deliveries',
  DELIVERY_KEYS_TABLE: 'delivery-keys',
  DELIVERIES_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/deliveries',
  ORDERS_TABLE: 'orders',
  LEDGER_TABLE: 'ledger',
  DELIVERY_MODE: 'live',
  DELIVERY_PAUSED: 'false',
  EXCEPTIONS_TOPIC_ARN: 'arn:aws:sns:us-east-1:1:errors',
  METRICS_NAMESPACE: 'Stack',
};

const before = process.env;
beforeEach(() => {
  jest.resetModules();
  process.env = { ...before, ...environment };
  Object.assign(globalThis, { BUILT_IN_MAPPING_DIGEST: 'm1' });
});
afterEach(() => {
  process.env = before;
  Reflect.deleteProperty(globalThis, 'BUILT_IN_MAPPING_DIGEST');
  jest.restoreAllMocks();
});

/** Loads the entry after the SDK, so that both have the same modules. */
function load() {
  const dynamo = jest.requireActual<typeof Dynamo>('@aws-sdk/lib-dynamodb');
  const queues = jest.requireActual<typeof Sqs>('@aws-sdk/client-sqs');
  const tables = mockClient(dynamo.DynamoDBDocumentClient);
  tables.on(dynamo.UpdateCommand).resolves({ Attributes: {} });
  tables.on(dynamo.QueryCommand).resolves({ Items: [], Count: 0 });
  const sqs = mockClient(queues.SQSClient);
  sqs.on(queues.GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '0' } });
  sqs
    .on(queues.SendMessageBatchCommand)
    .resolves({ Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: '' }] });
  const lines = catchLines();
  const { handler } = jest.requireActual<typeof QueueDeliveries>('../../../lambda/queue-deliveries/index');
  return {
    lines,
    tables,
    dynamo,
    invoke: (event: unknown) => handler(event, aContext()),
    /** What was sent to the queue. */
    bodies: () =>
      sqs
        .commandCalls(queues.SendMessageBatchCommand)
        .flatMap(({ args: [{ input }] }) => input.Entries ?? [])
        .map(({ MessageBody = '' }) => JSON.parse(MessageBody) as object),
    queries: () => tables.commandCalls(dynamo.QueryCommand).map(({ args: [{ input }] }) => input),
  };
}

const aRecord = (id: string) => ({
  eventSource: 'aws:dynamodb',
  dynamodb: {
    NewImage: {
      id: { N: id },
      replication: { M: { state: { S: 'copied' }, read_at: { S: '2026-01-10T12:00:00.000Z' } } },
    },
    SequenceNumber: `sequence-${id}`,
  },
});

it('records of the stream are noted, and the records that failed are reported to Lambda', async () => {
  const { invoke, tables, dynamo, bodies, lines } = load();
  tables.on(dynamo.UpdateCommand, { Key: { order_id: 101 } }).rejects(new Error('throttled'));
  expect(await invoke({ Records: [aRecord('100'), aRecord('101')] })).toEqual({
    batchItemFailures: [{ itemIdentifier: 'sequence-101' }],
  });
  expect(bodies()).toMatchObject([{ orderId: 100 }]);
  const [noted] = parsed(lines).filter(({ event }) => event === 'delivery.noted');
  expect(noted).toMatchObject({ requestId: 'request-1', orderId: 100 });
});

it('the task of a minute sweeps by the digest of the mapping that is built in', async () => {
  const { invoke, lines, queries } = load();
  expect(await invoke({ task: 'minute' })).toEqual({
    due: 0,
    held: 0,
    shadow: 0,
    overdue: 0,
    heldForADay: 0,
  });
  expect(parsed(lines)).toMatchObject([
    { event: 'sweep.finished', DeliveriesOverdue: 0, DeliveriesHeldForADay: 0, requestId: 'request-1' },
  ]);
  const values = queries().map(({ ExpressionAttributeValues }) => ExpressionAttributeValues);
  expect(values).toContainEqual(expect.objectContaining({ ':due': 'held', ':mapping': 'm1' }));
});

it('the task account returns the lines of its days', async () => {
  const { invoke } = load();
  expect(await invoke({ task: 'account', from: '2026-01-09', to: '2026-01-09' })).toMatchObject({
    days: [{ day: '2026-01-09', copied: 0, open: 0 }],
  });
});

it.each([
  [{}],
  [{ task: 'minutes' }],
  [{ Records: [] }],
  [{ Records: [{ eventSource: 'aws:sqs', body: '{}' }] }],
  [{ Records: [aRecord('100'), { eventSource: 'aws:sqs', body: '{}' }] }],
  ['minute'],
  [null],
])('the event %j is an error, and nothing is written or queued', async (event) => {
  const { invoke, tables, bodies } = load();
  await expect(invoke(event)).rejects.toThrow(
    'The event is neither records of a DynamoDB stream nor {"task":"minute"} nor {"task":"account"}.',
  );
  expect(tables.calls()).toEqual([]);
  expect(bodies()).toEqual([]);
});

it('a wrong setting fails the invocation by name, and the next one reads the settings again', async () => {
  process.env.DELIVERY_MODE = 'on';
  const { invoke } = load();
  await expect(invoke({ task: 'minute' })).rejects.toThrow('DELIVERY_MODE: expected off, shadow or live');
  process.env.DELIVERY_MODE = 'off';
  expect(await invoke({ task: 'minute' })).toMatchObject({ due: 0 });
});
