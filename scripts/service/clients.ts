// The AWS clients of the commands, for AWS and for its local emulator.
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

import { documentOptions } from '../../lambda/shared/tables/documents';

/** Longer than the longest timeout of a function, 15 min: docs.aws.amazon.com/lambda/latest/dg/API_Invoke.html */
const INVOKE_TIMEOUT_MS = 930_000;

/** By default the SDK waits indefinitely, also on a connection that is already lost. A busy emulator is slow. */
const timeoutOptions = { requestHandler: { requestTimeout: 60_000, throwOnRequestTimeout: true } } as const;

/** Settings that replace those of this shell's environment. */
export interface ClientOptions {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly useFipsEndpoint?: boolean;
  readonly useDualstackEndpoint?: boolean;
}

/** The clients of one account and region. */
export type Clients = ReturnType<typeof createClients>;

/** The account number of MiniStack, which no AWS account has. */
export const EMULATOR_ACCOUNT = '000000000000';

/** The account and region of these clients. The call needs no permission. */
export async function placeOf({ sts, cloudFormation }: Pick<Clients, 'sts' | 'cloudFormation'>) {
  const { Account: account = '' } = await sts.send(new GetCallerIdentityCommand());
  return { account, region: await cloudFormation.config.region() };
}

/** Makes the clients; the caller ends them with `destroy`. */
export function createClients(options: ClientOptions = {}) {
  const dynamoDb = new DynamoDBClient({ ...timeoutOptions, ...options });
  const clients = {
    cloudFormation: new CloudFormationClient(options),
    dynamoDb,
    iam: new IAMClient(options),
    lambda: new LambdaClient({
      ...options,
      // An invocation whose answer is lost must not be repeated: the function may still be running.
      maxAttempts: 1,
      requestHandler: { requestTimeout: INVOKE_TIMEOUT_MS, throwOnRequestTimeout: true },
    }),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    secretsManager: new SecretsManagerClient(options),
    sns: new SNSClient(options),
    sqs: new SQSClient({ ...timeoutOptions, ...options }),
    sts: new STSClient(options),
  };
  return {
    ...clients,
    documents: DynamoDBDocumentClient.from(dynamoDb, documentOptions),
    /** Closes their connections, which would otherwise keep this process alive. */
    destroy: () => Object.values(clients).forEach((client) => client.destroy()),
  };
}

/** Clients that call only MiniStack, independent of this shell's profile, keys and endpoint. */
export function localClients(endpoint: string): Clients {
  return createClients({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
  });
}
