// The AWS SDK as the next entry loads it, mocked at its edge: every call succeeds until a test says otherwise.
import { mockClient } from 'aws-sdk-client-mock';
import type * as Dynamo from '@aws-sdk/lib-dynamodb';
import type * as Secrets from '@aws-sdk/client-secrets-manager';
import type * as Sns from '@aws-sdk/client-sns';
import type * as Sqs from '@aws-sdk/client-sqs';

export const webhookSecret = 'generated-secret-for-tests';

export const secretArns = {
  bigCommerce: 'arn:aws:secretsmanager:x:1:bigcommerce',
  webhook: 'arn:aws:secretsmanager:x:1:webhook',
} as const;

/** What the secret of BigCommerce contains. */
export interface StoreCredentials {
  readonly clientId: string;
  readonly accessToken: string;
  readonly clientSecret: string;
}

export type MockedSdk = ReturnType<typeof mockSdk>;

/** To be called after `jest.resetModules`, before the entry is loaded: both must load the same modules. */
export function mockSdk(credentials: StoreCredentials) {
  return { ...mockTables(), ...mockSecrets(credentials), ...mockTopic(), ...mockQueue() };
}

function mockTables() {
  const dynamo = jest.requireActual<typeof Dynamo>('@aws-sdk/lib-dynamodb');
  const tables = mockClient(dynamo.DynamoDBDocumentClient);
  tables
    .on(dynamo.BatchGetCommand)
    .resolves({ Responses: {} })
    .on(dynamo.UpdateCommand)
    .resolves({ Attributes: {} })
    .on(dynamo.QueryCommand)
    .resolves({ Items: [] })
    .on(dynamo.GetCommand)
    .resolves({});
  return {
    /** Lets the Webhooks table answer with this item. */
    remember: (item: object) =>
      void tables.on(dynamo.GetCommand, { TableName: 'webhooks' }).resolves({ Item: item }),
    /** How many writes there were. */
    writes: () =>
      [...tables.commandCalls(dynamo.PutCommand), ...tables.commandCalls(dynamo.UpdateCommand)].length,
  };
}

function mockSecrets({ clientId, accessToken, clientSecret }: StoreCredentials) {
  const manager = jest.requireActual<typeof Secrets>('@aws-sdk/client-secrets-manager');
  const secrets = mockClient(manager.SecretsManagerClient);
  secrets
    .on(manager.GetSecretValueCommand, { SecretId: secretArns.bigCommerce })
    .resolves({ SecretString: JSON.stringify({ clientId, accessToken, clientSecret }) })
    .on(manager.GetSecretValueCommand, { SecretId: secretArns.webhook })
    .resolves({ SecretString: webhookSecret });
  return {
    failSecrets: (error: Error) => void secrets.on(manager.GetSecretValueCommand).rejects(error),
  };
}

function mockTopic() {
  const notifications = jest.requireActual<typeof Sns>('@aws-sdk/client-sns');
  const sns = mockClient(notifications.SNSClient);
  return {
    /** The subjects of the alerts that were sent. */
    subjects: () =>
      sns.commandCalls(notifications.PublishCommand).map(({ args: [{ input }] }) => input.Subject),
  };
}

function mockQueue() {
  const queues = jest.requireActual<typeof Sqs>('@aws-sdk/client-sqs');
  const sqs = mockClient(queues.SQSClient)
    .on(queues.SendMessageBatchCommand)
    .resolves({ Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: '' }] });
  return {
    failQueue: () => void sqs.on(queues.SendMessageBatchCommand).rejects(new Error('down')),
    /** How many batches were sent. */
    sends: () => sqs.commandCalls(queues.SendMessageBatchCommand).length,
  };
}
