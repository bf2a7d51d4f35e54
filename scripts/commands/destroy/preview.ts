// What a destroyed stack would take along, and what would stay: looked up and put into words before anybody is asked.
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import type { Stack, StackResource } from '@aws-sdk/client-cloudformation';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { QueueAttributeName } from '@aws-sdk/client-sqs';

import type { Hook } from '../../../lambda/shared/bigcommerce/webhooks';
import type { Clients } from '../../service/clients';
import { findWebhooks, nameOf } from './webhooks';
import { outputsOf, parametersOf } from '../../stack/stack-state';

export interface Preview {
  readonly stack: Stack;
  readonly resources: readonly StackResource[];
  readonly bucket: string;
  /** What the queues hold; undefined where that cannot be counted. */
  readonly references: number | undefined;
  readonly deadLetters: number | undefined;
  /** Those that lead to the stack, or why they are not known. */
  readonly webhooks: readonly Hook[] | string;
}

export async function lookAhead(stack: Stack, clients: Clients): Promise<Preview> {
  const { StackName = '' } = stack;
  const command = new DescribeStackResourcesCommand({ StackName });
  const { StackResources = [] } = await clients.cloudFormation.send(command);
  const { OrdersQueueUrl, OrdersDeadLetterQueueUrl } = outputsOf(stack);
  return {
    stack,
    resources: StackResources,
    bucket: parametersOf(stack)['LambdaDeploymentPackagesBucketName'] ?? '',
    references: await messagesIn(OrdersQueueUrl, clients),
    deadLetters: await messagesIn(OrdersDeadLetterQueueUrl, clients),
    webhooks: await findWebhooks(stack, clients),
  };
}

const counts: readonly QueueAttributeName[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];

async function messagesIn(QueueUrl: string | undefined, { sqs }: Clients): Promise<number | undefined> {
  if (QueueUrl === undefined) return undefined;
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counts] });
  const answer = await sqs.send(command).catch(() => undefined);
  return answer && counts.reduce((sum, name) => sum + Number(answer.Attributes?.[name] ?? 0), 0);
}

/** One line for each thing that goes or stays; without a stack, of the tables alone. */
export function outcomeOf(
  preview: Preview | undefined,
  tables: readonly string[],
  deleteData: boolean,
): readonly string[] {
  const all = tables.join(', ') || 'none';
  const data = deleteData
    ? `Goes     the tables, with all that is in them: ${all}`
    : `Stays    the tables, with all that is in them: ${all}`;
  return preview === undefined ? [data] : [...outcomeOfStack(preview), data];
}

function outcomeOfStack(preview: Preview): readonly string[] {
  const { stack, resources, bucket, references, deadLetters, webhooks } = preview;
  const hasKey = resources.some(({ ResourceType }) => ResourceType === 'AWS::KMS::Key');
  return [
    `Goes     the stack ${stack.StackName ?? ''}: ${byType(resources)}`,
    ...(hasKey
      ? ['         (the KMS key at the end of its waiting period, until which it can be kept)']
      : []),
    `Lost     ${count(references, 'reference')} in the Orders queue, ${count(deadLetters, 'dead letter')}`,
    ...(references === 0 ? [] : [`         (${believed})`]),
    ...(typeof webhooks === 'string'
      ? [`Unknown  the webhooks that lead here, which stay in the store. ${webhooks}`]
      : webhooks.map((hook) => `Goes     in the store: ${nameOf(hook)}`)),
    `Stays    the packages in the bucket ${bucket}`,
  ];
}

const believed = 'for 4 days the polls of a later stack take these orders for queued, as the ledger has them';

/** Without the tables, which have a line of their own. */
function byType(resources: readonly StackResource[]): string {
  const types = resources.flatMap(({ ResourceType = '' }) =>
    ResourceType === 'AWS::DynamoDB::Table' ? [] : [ResourceType.replace('AWS::', '')],
  );
  return [...new Set(types)]
    .sort()
    .map((type) => `${types.filter((one) => one === type).length} ${type}`)
    .join(', ');
}

function count(messages: number | undefined, what: string): string {
  if (messages === undefined) return `an unknown number of ${what}s`;
  return messages === 1 ? `1 ${what}` : `${messages} ${what}s`;
}
