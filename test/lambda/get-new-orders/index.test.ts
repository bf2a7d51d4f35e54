// The poll's function as Lambda calls it: what only the entry decides.
import type * as Poll from '../../../lambda/get-new-orders/index';
import { aContext, destination, surroundEntry } from '../../support/function-entry';
import { catchLines, parsed } from '../../support/log-lines';
import { webhookSecret } from '../../support/mocked-sdk';

const entry = surroundEntry();

let lines: string[];
const poll = (remainingMs?: number) => {
  lines = catchLines();
  const { handler } = jest.requireActual<typeof Poll>('../../../lambda/get-new-orders/index');
  return handler({}, aContext(remainingMs));
};
const hooks = () => entry.simulator.hooks.all().map(({ hook }) => hook);

it('a poll registers the webhook when it has read the orders', async () => {
  expect(await poll()).toMatchObject({ outcome: 'poll.finished' });
  const endpoints = entry.simulator.log.entries.map(({ endpoint }) => endpoint);
  expect(endpoints).toEqual(['GET /orders/count', 'GET /v3/hooks', 'POST /v3/hooks']);
  expect(hooks()).toMatchObject([{ destination, headers: { 'X-Order-Replication-Secret': webhookSecret } }]);
});

it('a poll logs each request to BigCommerce under its request id, those about the webhook too', async () => {
  await poll();
  const calls = parsed(lines).filter(({ event }) => event === 'bigcommerce.answered');
  expect(calls).toMatchObject(
    ['GET count', 'GET hooks', 'POST hooks'].map((endpoint) => ({ requestId: 'request-1', endpoint })),
  );
  const counted = { Namespace: 'Stack', Metrics: [{ Name: 'CallLatency' }, { Name: 'QuotaLeft' }] };
  expect(calls[0]).toMatchObject({ _aws: { CloudWatchMetrics: [counted] } });
});

it('a poll logs its outcome, with the time of its job next to that of the line', async () => {
  const lineOf = (event: string) => parsed(lines).find((line) => line['event'] === event);
  const ofLine = { timestamp: expect.stringMatching(/^20.*Z$/) as unknown };
  const { timestamp: jobTimestamp } = await poll();
  expect(lineOf('poll.finished')).toMatchObject({ ...ofLine, jobTimestamp, PollsFinished: 1 });
  entry.simulator.credentials.accessToken = 'rotated';
  await expect(poll()).rejects.toThrow('401');
  expect(lineOf('poll.failed')).toMatchObject({ ...ofLine, jobTimestamp: expect.any(Number) as unknown });
});

it('a poll does not register the webhook when CheckWebhook is off', async () => {
  process.env['CHECK_WEBHOOK'] = 'false';
  await poll();
  expect(entry.simulator.log.entries.map(({ endpoint }) => endpoint)).toEqual(['GET /orders/count']);
});

it('a poll leaves the webhook to the next poll when it took nearly all of its time', async () => {
  expect(await poll(60_000)).toMatchObject({ outcome: 'poll.finished' });
  expect(hooks()).toEqual([]);
});

it('a poll succeeds when the webhook cannot be checked, and sends an alert', async () => {
  entry.simulator.faults.add({ endpoint: 'GET /v3/hooks', kind: 'status', status: 400, times: 10 });
  expect(await poll()).toMatchObject({ outcome: 'poll.finished' });
  expect(entry.aws.subjects()).toEqual(['Stack-Function: webhook cannot be checked']);
});

it('a poll that fails sends one alert, and leaves the webhook to the next poll', async () => {
  entry.simulator.credentials.accessToken = 'rotated';
  await expect(poll()).rejects.toThrow('401');
  // As Lambda's own two retries do.
  await expect(poll()).rejects.toThrow('401');
  expect(entry.aws.subjects()).toEqual([
    'Stack-Function: polls fail: BigCommerce refuses our credentials or settings',
  ]);
  expect(entry.simulator.log.entries.some(({ endpoint }) => endpoint.includes('hooks'))).toBe(false);
});
