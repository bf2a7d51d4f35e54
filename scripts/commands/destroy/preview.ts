// The preview of destroy: what would be deleted, lost and kept, shown before the user is asked.
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
  /** The queue of references, and what their loss means. */
  readonly queue: { readonly name: string; readonly loss: string };
  /** The messages in the queues; undefined if they cannot be counted. */
  readonly references: number | undefined;
  readonly deadLetters: number | undefined;
  /** The references whose loss would lose work; undefined if there are none, or if they cannot be counted. */
  readonly unfinished?: number | undefined;
  /** The store's webhooks to the stack, or the reason why they are unknown. */
  readonly webhooks: readonly Hook[] | string;
}

/** Reads what a deletion of the stack affects. */
export async function readPreview(stack: Stack, clients: Clients): Promise<Preview> {
  const { StackName = '' } = stack;
  const command = new DescribeStackResourcesCommand({ StackName });
  const { StackResources = [] } = await clients.cloudFormation.send(command);
  const common = {
    stack,
    resources: StackResources,
    bucket: parametersOf(stack)['LambdaDeploymentPackagesBucketName'] ?? '',
  };
  return 'ReplicationStackName' in parametersOf(stack)
    ? { ...common, ...(await ofDelivery(stack, clients)) }
    : { ...common, ...(await ofReplication(stack, clients)) };
}

type OwnPart = Omit<Preview, 'stack' | 'resources' | 'bucket'>;

async function ofReplication(stack: Stack, clients: Clients): Promise<OwnPart> {
  const { OrdersQueueUrl, OrdersDeadLetterQueueUrl } = outputsOf(stack);
  const references = await messagesIn(OrdersQueueUrl, clients);
  return {
    queue: { name: 'Orders', loss: LEDGER_NOTE },
    references,
    deadLetters: await messagesIn(OrdersDeadLetterQueueUrl, clients),
    unfinished: references,
    webhooks: await findWebhooks(stack, clients),
  };
}

async function ofDelivery(stack: Stack, clients: Clients): Promise<OwnPart> {
  const { DeliveriesQueueUrl, DeliveriesDeadLetterQueueUrl } = outputsOf(stack);
  return {
    queue: { name: 'Deliveries', loss: DELIVERIES_NOTE },
    references: await messagesIn(DeliveriesQueueUrl, clients),
    deadLetters: await messagesIn(DeliveriesDeadLetterQueueUrl, clients),
    webhooks: [],
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

/** One line for each thing that is deleted, lost or kept; without a stack, only for the tables. */
export function previewLines(
  previews: readonly Preview[],
  tables: readonly string[],
  deleteData: boolean,
): readonly string[] {
  const all = tables.join(', ') || 'none';
  const data = deleteData
    ? `Delete   the tables, with all their data: ${all}`
    : `Keep     the tables, with all their data: ${all}`;
  return [...previews.flatMap((preview, nth) => stackLines(preview, nth < previews.length - 1)), data];
}

function stackLines(preview: Preview, isFirst: boolean): readonly string[] {
  const { stack, resources, bucket, queue, references, deadLetters, webhooks } = preview;
  const hasKey = resources.some(({ ResourceType }) => ResourceType === 'AWS::KMS::Key');
  return [
    `Delete   the stack ${stack.StackName ?? ''}${isFirst ? ', before the other' : ''}: ${byType(resources)}`,
    ...(hasKey
      ? ['         (the KMS key after its waiting period; until then the deletion can be cancelled)']
      : []),
    `Lose     ${count(references, 'reference')} in the ${queue.name} queue, ${count(deadLetters, 'dead letter')}`,
    ...(references === 0 ? [] : [`         (${queue.loss})`]),
    ...(typeof webhooks === 'string'
      ? [`Unknown  the store's webhooks to this stack, which are kept. ${webhooks}`]
      : webhooks.map((hook) => `Delete   in the store: ${nameOf(hook)}`)),
    `Keep     the packages in the bucket ${bucket}`,
  ];
}

const LEDGER_NOTE =
  'for 4 days the polls of a later stack skip these orders, because the ledger records them as queued';

const DELIVERIES_NOTE =
  'they only wake the worker: the rows of the Deliveries table say which orders are due';

/** Excludes the tables, which have a line of their own. */
function byType(resources: readonly StackResource[]): string {
  const types = resources.flatMap(({ ResourceType = '' }) =>
    ResourceType === 'AWS::DynamoDB::Table' ? [] : [ResourceType.replace('AWS::', '')],
  );
  return [...new Set(types)]
    .sort()
    .map((type) => `${types.filter((one) => one === type).length} ${type}`)
    .join(', ');
}

function count(messages: number | undefined, noun: string): string {
  if (messages === undefined) return `an unknown number of ${noun}s`;
  return messages === 1 ? `1 ${noun}` : `${messages} ${noun}s`;
}
