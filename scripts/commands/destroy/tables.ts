// The tables, which stay when their stack is deleted: which of them exist, and their deletion.
import {
  DeleteTableCommand,
  DescribeTableCommand,
  ResourceNotFoundException,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { readTemplates, withTableNames } from '../../stack/service-stacks';
import type { StackKind } from '../../stack/service-stacks';
import type { Template } from '../../stack/template';
import type { Print } from '../../terminal/command';

/** Names of the tables of these stacks that exist, also without a stack. */
export async function existingTables(
  kinds: readonly StackKind[],
  replicationStackName: string,
  dynamoDb: DynamoDBClient,
): Promise<readonly string[]> {
  const templates = await readTemplates();
  const names = kinds.flatMap((kind) =>
    tableNames(withTableNames(kind, templates[kind], replicationStackName)),
  );
  const found = await Promise.all(names.map(async (name) => ((await exists(name, dynamoDb)) ? [name] : [])));
  return found.flat();
}

function tableNames(text: string): readonly string[] {
  const { Resources } = JSON.parse(text) as Template;
  const tables = Object.values(Resources).filter(({ Type }) => Type === 'AWS::DynamoDB::Table');
  return tables.map(({ Properties }) => String(Properties?.['TableName']));
}

/** Seconds. Short delays at first, for a local run; longer ones later, for AWS's quota. No deletion takes an hour. */
const POLLING = { minDelay: 0.2, maxDelay: 5, maxWaitTime: 3600 };

/** Deletes the tables, and waits until they are deleted. */
export async function deleteTables(
  names: readonly string[],
  dynamoDb: DynamoDBClient,
  print: Print,
): Promise<void> {
  for (const TableName of names) {
    await dynamoDb.send(new DeleteTableCommand({ TableName }));
    await waitUntilTableNotExists({ client: dynamoDb, ...POLLING }, { TableName });
    print(`${TableName} is deleted.`);
  }
  // docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
  print(
    'AWS keeps a last backup of each table for 35 days, at no cost: <table>$DeletedTableBackup in the DynamoDB console.',
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
