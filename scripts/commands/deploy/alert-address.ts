// Whether alerts reach somebody: SNS sends nothing to an email address that has not confirmed each of the two topics.
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { paginateListSubscriptionsByTopic, PublishCommand } from '@aws-sdk/client-sns';
import type { SNSClient } from '@aws-sdk/client-sns';

import { inWords } from '../../service/aws-errors';
import type { Clients } from '../../service/clients';
import { CommandError } from '../../terminal/command-error';
import { printable } from '../../terminal/printable';
import type { Print } from '../../terminal/command';

export interface AlertAddress {
  readonly stackName: string;
  readonly address: string;
}

type AlertClients = Pick<Clients, 'cloudFormation' | 'sns'>;

/** Says which topics the address has not confirmed, and how to; nothing if it has. Never throws. */
export async function reportAlertAddress(
  { stackName, address }: AlertAddress,
  clients: AlertClients,
  print: Print,
): Promise<void> {
  try {
    const topics = await unconfirmed(await topicsOf(stackName, clients), address, clients.sns);
    if (topics.length === 0) return;
    print(
      `Alerts do not arrive yet: ${printable(address)} has not confirmed ${topics.map(nameOf).join(' and ')}.`,
    );
    print(
      'Follow the link in each of the emails that AWS has sent there. It forgets them after 48 hours; to have them sent again:',
    );
    for (const topic of topics) print(`  ${subscribe(topic, address)}`);
  } catch (error) {
    print(`Whether ${printable(address)} has confirmed its alerts could not be looked up. ${inWords(error)}`);
  }
}

/** Sends one test alert by each topic. Throws CommandError if AWS refuses. */
export async function sendTestAlert(
  { stackName, address }: AlertAddress,
  clients: AlertClients,
  print: Print,
): Promise<void> {
  const topics = await publishTest(stackName, clients);
  print(
    `Sent a test alert, "${subjectOf(stackName)}", to ${printable(address)}: one by ${topics.map(nameOf).join(', one by ')}.`,
  );
  // That it cannot be looked up, if so, has been said by the report.
  const deaf = await unconfirmed(topics, address, clients.sns).catch(() => []);
  if (deaf.length === 0) return;
  print(`It cannot arrive by ${deaf.map(nameOf).join(' and ')}, which the address has not confirmed.`);
}

async function publishTest(stackName: string, clients: AlertClients): Promise<readonly string[]> {
  const Subject = subjectOf(stackName);
  const Message = testMessage(stackName);
  try {
    const topics = await topicsOf(stackName, clients);
    for (const TopicArn of topics) {
      await clients.sns.send(new PublishCommand({ TopicArn, Subject, Message }));
    }
    return topics;
  } catch (error) {
    throw new CommandError(`The test alert was not sent by both topics. ${inWords(error)}`, { cause: error });
  }
}

const subjectOf = (stackName: string) => `${stackName}: test alert`;

const testMessage = (stackName: string) =>
  `This is a test, sent by deploy --test-alert. Nothing is wrong.

A real alert of ${stackName}-ApplicationErrors has a subject that begins with the function's name, such as "${stackName}-GetNewOrders: ...", and says what failed, why, and what to do. One of ${stackName}-DeadLettersAlarm is sent by CloudWatch, with a subject that begins with ALARM.`;

/** CloudFormation knows a topic by its ARN. */
async function topicsOf(stackName: string, { cloudFormation }: AlertClients): Promise<readonly string[]> {
  const command = new DescribeStackResourcesCommand({ StackName: stackName });
  const { StackResources = [] } = await cloudFormation.send(command);
  return ['ExceptionsTopic', 'DeadLettersAlarmTopic'].map((id) => {
    const arn = StackResources.find(({ LogicalResourceId }) => LogicalResourceId === id)?.PhysicalResourceId;
    if (arn === undefined) throw new CommandError(`${stackName} has no topic ${id}: deploy it anew.`);
    return arn;
  });
}

async function unconfirmed(
  topics: readonly string[],
  address: string,
  sns: SNSClient,
): Promise<readonly string[]> {
  const found = await Promise.all(
    topics.map(async (topic) => ((await isConfirmed(topic, address, sns)) ? [] : [topic])),
  );
  return found.flat();
}

/** In place of an ARN there is PendingConfirmation, then, after 48 hours, no subscription at all. */
async function isConfirmed(TopicArn: string, address: string, sns: SNSClient): Promise<boolean> {
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
    { client: sns },
    { TopicArn },
  )) {
    const confirmed = Subscriptions.some(
      ({ Protocol, Endpoint, SubscriptionArn }) =>
        Protocol === 'email' && Endpoint === address && SubscriptionArn?.startsWith('arn:') === true,
    );
    if (confirmed) return true;
  }
  return false;
}

const nameOf = (topicArn: string) => topicArn.split(':').at(-1) ?? topicArn;

/** The template's pattern keeps quotes out of the address, so that these hold it. */
const subscribe = (topicArn: string, address: string) =>
  `aws sns subscribe --region ${topicArn.split(':')[3] ?? ''} --topic-arn ${topicArn} --protocol email --notification-endpoint '${printable(address)}'`;
