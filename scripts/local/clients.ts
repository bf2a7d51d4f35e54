// AWS clients that speak to MiniStack and to nothing else, whatever profile, key or endpoint this shell has.
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export type LocalClients = ReturnType<typeof localClients>;

export function localClients(endpoint: string) {
  const options = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
  };
  const dynamoDb = new DynamoDBClient(options);
  const clients = {
    cloudFormation: new CloudFormationClient(options),
    dynamoDb,
    lambda: new LambdaClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    secretsManager: new SecretsManagerClient(options),
    sns: new SNSClient(options),
    sqs: new SQSClient(options),
  };
  return {
    ...clients,
    documents: DynamoDBDocumentClient.from(dynamoDb),
    /** Closes their connections, which would keep this process alive for a while. */
    destroy: () => Object.values(clients).forEach((client) => client.destroy()),
  };
}
