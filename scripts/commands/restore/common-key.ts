// Whether a table is a copy of another one, as far as its key shows it.
import { DescribeTableCommand, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { CommandError } from '../../terminal/command-error';

/** The name of the partition key. Throws CommandError unless both tables have the same key. */
export async function commonKey(to: string, from: string, dynamoDb: DynamoDBClient): Promise<string> {
  const [ours, copy] = await Promise.all([keyOf(to, dynamoDb), keyOf(from, dynamoDb)]);
  if (to === from || ours.join() !== copy.join()) {
    throw new CommandError(`${from} is no copy of ${to}: a copy is another table with the same key.`);
  }
  return ours[0] ?? '';
}

async function keyOf(TableName: string, dynamoDb: DynamoDBClient): Promise<readonly string[]> {
  try {
    const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName }));
    const problem = NOT_READY[Table?.TableStatus ?? ''];
    if (problem !== undefined) throw new CommandError(`${TableName} ${problem}`);
    return (Table?.KeySchema ?? []).map(({ AttributeName = '' }) => AttributeName);
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new CommandError(`There is no table ${TableName}.`, { cause: error });
  }
}

/** A table has its key before it has its rows. */
const NOT_READY: Readonly<Record<string, string>> = {
  CREATING: 'is still being restored: try again in some minutes.',
  DELETING: 'is being deleted: restore another copy.',
};
