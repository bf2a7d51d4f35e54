// The tables, which outlive their stack: which of them are there, and how they are deleted after all.
import {
  DeleteTableCommand,
  DescribeTableCommand,
  ResourceNotFoundException,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { readTemplate, withTableNames } from '../../stack/template';
import type { Template } from '../../stack/template';
import type { Print } from '../../terminal/command';

/** Names of the stack's tables that exist, whether there is a stack or not. */
export async function existingTables(
  stackName: string,
  dynamoDb: DynamoDBClient,
): Promise<readonly string[]> {
  const { Resources } = JSON.parse(withTableNames(await readTemplate(), stackName)) as Template;
  const tables = Object.values(Resources).filter(({ Type }) => Type === 'AWS::DynamoDB::Table');
  const names = tables.map(({ Properties }) => String(Properties?.['TableName']));
  const found = await Promise.all(names.map(async (name) => ((await exists(name, dynamoDb)) ? [name] : [])));
  return found.flat();
}

/** Seconds: soon on a laptop, gently with AWS's quota. No table is known to take an hour. */
const WAITING = { minDelay: 0.2, maxDelay: 5, maxWaitTime: 3600 };

/** Deletes them, and waits until they are gone. */
export async function deleteTables(
  names: readonly string[],
  dynamoDb: DynamoDBClient,
  print: Print,
): Promise<void> {
  for (const TableName of names) {
    await dynamoDb.send(new DeleteTableCommand({ TableName }));
    await waitUntilTableNotExists({ client: dynamoDb, ...WAITING }, { TableName });
    print(`${TableName} is deleted.`);
  }
  // docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
  print(
    'AWS keeps a last backup of each for 35 days, at no cost: <table>$DeletedTableBackup in the DynamoDB console.',
  );
}

async function exists(TableName: string, dynamoDb: DynamoDBClient): Promise<boolean> {
  try {
    await dynamoDb.send(new DescribeTableCommand({ TableName }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}
