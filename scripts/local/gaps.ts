// The parts of the template that MiniStack's CloudFormation silently skips, set by direct calls. AWS needs none of this.
import { UpdateContinuousBackupsCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';

import { isRow } from '../../lambda/shared/runtime/json';
import type { Resource } from '../stack/template';
import type { Clients } from '../service/clients';
import { readStack } from './deployed-stack';
import type { DeployedStack } from './deployed-stack';

/** Printed by every local run. */
export const differences = [
  'Different from AWS: only the alarm on the depth of the dead letter queue works, which is checked every 2 s; alert',
  'emails are printed here; there are no dashboards, saved queries, access logs or metrics; the redrive call of the',
  "SQS console is missing; Lambda runs this machine's Node; permissions are not enforced.",
].join('\n');

/** Sets the properties that MiniStack's CloudFormation skips. Repeating it is harmless. */
export async function fillGaps(clients: Clients, stackName: string): Promise<void> {
  const { resources, value } = await readStack(clients, stackName);
  for (const { Type, Properties = {}, physicalId } of resources) {
    if (Type === 'AWS::DynamoDB::Table') await setTableOptions(clients, physicalId, Properties, value);
    const reserved = Type === 'AWS::Lambda::Function' && value(Properties['ReservedConcurrentExecutions']);
    if (typeof reserved !== 'number') continue;
    const concurrency = { FunctionName: physicalId, ReservedConcurrentExecutions: reserved };
    await clients.lambda.send(new PutFunctionConcurrencyCommand(concurrency));
  }
}

async function setTableOptions(
  { dynamoDb }: Clients,
  TableName: string,
  properties: NonNullable<Resource['Properties']>,
  value: DeployedStack['value'],
): Promise<void> {
  const timeToLive = properties['TimeToLiveSpecification'];
  if (isRow(timeToLive)) {
    const TimeToLiveSpecification = {
      AttributeName: String(value(timeToLive['AttributeName'])),
      Enabled: isTrue(value(timeToLive['Enabled'])),
    };
    await dynamoDb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  }
  const recovery = properties['PointInTimeRecoverySpecification'];
  if (isRow(recovery)) {
    const PointInTimeRecoverySpecification = {
      PointInTimeRecoveryEnabled: isTrue(value(recovery['PointInTimeRecoveryEnabled'])),
    };
    await dynamoDb.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  }
}

const isTrue = (value: unknown) => value === true || value === 'true';
