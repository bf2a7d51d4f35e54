// Alerts: sent, at most hourly where many orders fail of one cause, and never in the way of the first error.
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { createAlerts } from '../../../../lambda/shared/aws/alerts';

const sns = mockClient(SNSClient);
beforeEach(() => sns.reset());

const clock = { now: 0 };
const errors: unknown[] = [];
const write = (_: string, fields: unknown) => void errors.push(fields);
const someAlerts = () =>
  createAlerts(new SNSClient({ region: 'us-east-1' }), {
    topicArn: 'arn:topic',
    functionName: 'OrderReplication-dev-ProcessOrders',
    log: { info: write, warn: write, error: write },
    now: () => clock.now,
  });

it('sends a subject that SNS takes', async () => {
  await someAlerts().sendHourly({ subject: `poll failed\n${'x'.repeat(200)}`, message: 'why' });
  const input = sns.commandCalls(PublishCommand)[0]?.args[0].input;
  expect(input).toMatchObject({ TopicArn: 'arn:topic', Message: 'why' });
  expect(input?.Subject).toMatch(/^OrderReplication-dev-ProcessOrders: poll failed x+$/);
  expect(input?.Subject?.length).toBe(99);
});

it('keeps a subject of 99 characters whole: SNS takes less than 100', async () => {
  const subject = 'x'.repeat(99 - 'OrderReplication-dev-ProcessOrders: '.length);
  await someAlerts().sendHourly({ subject, message: 'why' });
  const sent = sns.commandCalls(PublishCommand)[0]?.args[0].input.Subject;
  expect(sent).toBe(`OrderReplication-dev-ProcessOrders: ${subject}`);
});

it('sends one alert an hour for one subject', async () => {
  const alerts = someAlerts();
  for (const subject of ['token', 'token', 'scope']) await alerts.sendHourly({ subject, message: '' });
  expect(sns.calls()).toHaveLength(2);
  clock.now += 3_600_000;
  await alerts.sendHourly({ subject: 'token', message: '' });
  expect(sns.calls()).toHaveLength(3);
});

it('sends the next one when the first did not go out', async () => {
  const alerts = someAlerts();
  sns.on(PublishCommand).rejectsOnce(new Error('throttled')).resolves({});
  for (let time = 0; time < 3; time += 1) await alerts.sendHourly({ subject: 'token', message: '' });
  expect(sns.calls()).toHaveLength(2);
});

it('never throws', async () => {
  sns.on(PublishCommand).rejects(new Error('no topic'));
  await someAlerts().sendHourly({ subject: 'a', message: 'b' });
  expect(errors).toContainEqual({ subject: 'a', error: 'Error: no topic' });
});
