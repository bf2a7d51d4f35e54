// Alerts: sent, at most hourly where many orders fail of one cause, and never in the way of the first error.
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { createAlerts } from '../../../../lambda/shared/aws/alerts';

const sns = mockClient(SNSClient);
beforeEach(() => sns.reset());

const runbook = 'poll-failed';
const clock = { now: 0 };
const errors: unknown[] = [];
const write = (_: string, fields: unknown) => void errors.push(fields);
const someAlerts = () =>
  createAlerts(new SNSClient({ region: 'us-east-1' }), {
    topicArn: 'arn:topic',
    functionName: 'OrderReplication-dev-ProcessOrders',
    stackName: 'OrderReplication-dev',
    log: { info: write, warn: write, error: write },
    now: () => clock.now,
  });

it('an alert has a subject that SNS accepts', async () => {
  await someAlerts().sendHourly({ subject: `poll failed\n${'x'.repeat(200)}`, message: 'why', runbook });
  const input = sns.commandCalls(PublishCommand)[0]?.args[0].input;
  expect(input).toMatchObject({
    TopicArn: 'arn:topic',
    Message: 'why\n\nRunbook: docs/operations/alarms.md#poll-failed',
  });
  expect(input?.Subject).toMatch(/^OrderReplication-dev-ProcessOrders: poll failed x+$/);
  expect(input?.Subject?.length).toBe(99);
});

it('an alert keeps a subject of 99 characters whole, because SNS takes less than 100', async () => {
  const subject = 'x'.repeat(99 - 'OrderReplication-dev-ProcessOrders: '.length);
  await someAlerts().sendHourly({ subject, message: 'why', runbook });
  const sent = sns.commandCalls(PublishCommand)[0]?.args[0].input.Subject;
  expect(sent).toBe(`OrderReplication-dev-ProcessOrders: ${subject}`);
});

it('one alert an hour is sent for one subject', async () => {
  const alerts = someAlerts();
  for (const subject of ['token', 'token', 'scope'])
    await alerts.sendHourly({ subject, message: '', runbook });
  expect(sns.calls()).toHaveLength(2);
  clock.now += 3_600_000;
  await alerts.sendHourly({ subject: 'token', message: '', runbook });
  expect(sns.calls()).toHaveLength(3);
});

it('the next alert is sent when the first could not be', async () => {
  const alerts = someAlerts();
  sns.on(PublishCommand).rejectsOnce(new Error('throttled')).resolves({});
  for (let time = 0; time < 3; time += 1) await alerts.sendHourly({ subject: 'token', message: '', runbook });
  expect(sns.calls()).toHaveLength(2);
});

it('sending an alert never throws', async () => {
  sns.on(PublishCommand).rejects(new Error('no topic'));
  await someAlerts().sendHourly({ subject: 'a', message: 'b', runbook });
  expect(errors).toContainEqual({ subject: 'a', error: 'Error: no topic' });
});

it('an alert ends with the first command for the stack, and with its entry in the runbook', async () => {
  await someAlerts().sendHourly({ subject: 'a', message: 'why', command: 'webhook show', runbook });
  expect(sns.commandCalls(PublishCommand)[0]?.args[0].input.Message).toBe(
    [
      'why',
      'In a checkout of this project, run: npx order-replication webhook show --stack-name OrderReplication-dev',
      'Runbook: docs/operations/alarms.md#poll-failed',
    ].join('\n\n'),
  );
});
