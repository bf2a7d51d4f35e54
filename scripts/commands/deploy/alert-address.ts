// Checks the alert address: SNS sends no email to an address that has not confirmed both topics.
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

/** Prints the topics that the address has not confirmed, and how to confirm them. Never throws. */
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
      'Follow the link in each email that AWS has sent to it. The links expire after 48 h. To send them again:',
    );
    for (const topic of topics) print(`  ${subscribe(topic, address)}`);
  } catch (error) {
    print(`The confirmations of ${printable(address)} could not be checked. ${inWords(error)}`);
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
  // reportAlertAddress has already reported a failed look-up.
  const unreachable = await unconfirmed(topics, address, clients.sns).catch(() => []);
  if (unreachable.length === 0) return;
  print(`It cannot arrive by ${unreachable.map(nameOf).join(' and ')}, which the address has not confirmed.`);
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
    throw new CommandError(`The test alert was not sent to both topics. ${inWords(error)}`, { cause: error });
  }
}

const subjectOf = (stackName: string) => `${stackName}: test alert`;

const testMessage = (stackName: string) =>
  `This is a test alert, sent by deploy --test-alert. No order is affected.

A real alert of ${stackName}-ApplicationErrors has a subject that begins with the function's name, such as "${stackName}-GetNewOrders: ...", and names the failure, its reason, and what to do. CloudWatch sends the alerts of ${stackName}-DeadLettersAlarm, with a subject that begins with ALARM.`;

/** CloudFormation's physical id of a topic is its ARN. */
async function topicsOf(stackName: string, { cloudFormation }: AlertClients): Promise<readonly string[]> {
  const command = new DescribeStackResourcesCommand({ StackName: stackName });
  const { StackResources = [] } = await cloudFormation.send(command);
  return ['ExceptionsTopic', 'DeadLettersAlarmTopic'].map((id) => {
    const arn = StackResources.find(({ LogicalResourceId }) => LogicalResourceId === id)?.PhysicalResourceId;
    if (arn === undefined) throw new CommandError(`${stackName} has no topic ${id}. Deploy it again.`);
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

/** A subscription that is not confirmed has PendingConfirmation as its ARN. After 48 h SNS deletes it. */
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

/** The template's pattern allows no quotes in the address, so single quotes are safe here. */
const subscribe = (topicArn: string, address: string) =>
  `aws sns subscribe --region ${topicArn.split(':')[3] ?? ''} --topic-arn ${topicArn} --protocol email --notification-endpoint '${printable(address)}'`;
