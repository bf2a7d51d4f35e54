// What a call to AWS needs by IAM, as it was seen on its way to MiniStack.
import { isRow } from '../../lambda/shared/runtime/json';
import type { Row } from '../../lambda/shared/runtime/json';
import type { AnsweredCall } from '../../scripts/local/aws-proxy';

const account = '000000000000';

export const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:${account}:${name}`;

/** "action resource" of one call; a transaction needs what its items need. */
export function needed({ service, operation, input }: AnsweredCall): string[] {
  if (operation === 'TransactWriteItems') {
    const items = Array.isArray(input['TransactItems']) ? input['TransactItems'].filter(isRow) : [];
    return items.flatMap((item) =>
      Object.entries(item).flatMap(([name, inner]) =>
        isRow(inner) ? resourcesOf(inner).map((resource) => `dynamodb:${name}Item ${resource}`) : [],
      ),
    );
  }
  const action = `${service}:${operation.replace(/^(SendMessage|DeleteMessage|ChangeMessageVisibility)Batch$/, '$1')}`;
  return resourcesOf(input).map((resource) => `${action} ${resource}`);
}

function resourcesOf(input: Row): string[] {
  const { TableName, IndexName, RequestItems, QueueUrl, TopicArn, SecretId, FunctionName, StackName } = input;
  if (isRow(RequestItems)) return Object.keys(RequestItems).map((name) => arn('dynamodb', `table/${name}`));
  if (typeof TableName === 'string') {
    const index = typeof IndexName === 'string' ? `/index/${IndexName}` : '';
    return [arn('dynamodb', `table/${TableName}${index}`)];
  }
  if (typeof QueueUrl === 'string') return [arn('sqs', QueueUrl.split('/').at(-1) ?? '')];
  if (typeof FunctionName === 'string') return [arn('lambda', `function:${FunctionName}`)];
  if (typeof StackName === 'string') return [arn('cloudformation', `stack/${StackName}/*`)];
  return [TopicArn, SecretId].filter((one) => typeof one === 'string');
}
