// The AWS clients that the commands use, on AWS and against a stand-in alike.
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

/** Longer than any of our functions may run: docs.aws.amazon.com/lambda/latest/dg/API_Invoke.html asks for it. */
const INVOKE_TIMEOUT_MS = 930_000;

/** The SDK's own default is to wait for ever, also on a connection that has been cut off meanwhile. A laden stand-in is slow. */
const patientOptions = { requestHandler: { requestTimeout: 60_000, throwOnRequestTimeout: true } } as const;

/** What differs from the surroundings of this shell; nothing, if left out. */
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

export type Clients = ReturnType<typeof createClients>;

/** The account of MiniStack: no account of AWS has this number. */
export const STAND_IN_ACCOUNT = '000000000000';

/** Where these clients are at work. It needs no permission. */
export async function placeOf({ sts, cloudFormation }: Pick<Clients, 'sts' | 'cloudFormation'>) {
  const { Account: account = '' } = await sts.send(new GetCallerIdentityCommand());
  return { account, region: await cloudFormation.config.region() };
}

export function createClients(options: ClientOptions = {}) {
  const dynamoDb = new DynamoDBClient({ ...patientOptions, ...options });
  const clients = {
    cloudFormation: new CloudFormationClient(options),
    dynamoDb,
    iam: new IAMClient(options),
    lambda: new LambdaClient({
      ...options,
      // An invocation whose answer is lost must not be made again: the function may be at work still.
      maxAttempts: 1,
      requestHandler: { requestTimeout: INVOKE_TIMEOUT_MS, throwOnRequestTimeout: true },
    }),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    secretsManager: new SecretsManagerClient(options),
    sns: new SNSClient(options),
    sqs: new SQSClient({ ...patientOptions, ...options }),
    sts: new STSClient(options),
  };
  return {
    ...clients,
    documents: DynamoDBDocumentClient.from(dynamoDb, documentOptions),
    /** Closes their connections, which would keep this process alive for a while. */
    destroy: () => Object.values(clients).forEach((client) => client.destroy()),
  };
}

/** Clients that speak to MiniStack and to nothing else, whatever profile, key or endpoint this shell has. */
export function localClients(endpoint: string): Clients {
  return createClients({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
  });
}
