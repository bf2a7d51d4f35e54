// The worker's function as Lambda calls it: what only the entry decides.
import type { SQSRecord } from 'aws-lambda';
import type * as Worker from '../../../lambda/process-new-orders/index';
import { aContext, surroundEntry } from '../../support/function-entry';
import { catchLines, parsed } from '../../support/log-lines';

const entry = surroundEntry();

it('the worker logs the path of an order, each of its requests included, under its request id', async () => {
  const order = entry.simulator.orders.add({ status_id: 5 });
  const reference = { orderId: order.id, source: 'poll', seenAt: new Date().toISOString() };
  const record = {
    messageId: 'message-1',
    receiptHandle: 'receipt-1',
    body: JSON.stringify(reference),
    attributes: { ApproximateReceiveCount: '1' },
  } as SQSRecord;
  const lines = catchLines();
  const { handler } = jest.requireActual<typeof Worker>('../../../lambda/process-new-orders/index');
  expect(await handler({ Records: [record] }, aContext())).toEqual({ batchItemFailures: [] });
  const common = { requestId: 'request-1', orderId: order.id };
  expect(parsed(lines)).toMatchObject([
    { ...common, event: 'bigcommerce.answered', endpoint: 'GET order' },
    { ...common, event: 'order.skipped', OrdersSkipped: 1 },
  ]);
});
