// Checks by its key whether a table can be a copy of another one.
import { DescribeTableCommand, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { CommandError } from '../../terminal/command-error';

/** The name of the partition key. Throws CommandError unless both tables have the same key. */
export async function commonKey(to: string, from: string, dynamoDb: DynamoDBClient): Promise<string> {
  const [ours, copy] = await Promise.all([keyOf(to, dynamoDb), keyOf(from, dynamoDb)]);
  if (to === from || ours.join() !== copy.join()) {
    throw new CommandError(
      `${from} is not a copy of ${to}: a copy is another table with the same key. Nothing was changed. Check --table and --from.`,
    );
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

/** A table that is being restored has its key before its rows. */
const NOT_READY: Readonly<Record<string, string>> = {
  CREATING: 'is still being restored. Try again in some minutes.',
  DELETING: 'is being deleted. Restore another copy.',
};
