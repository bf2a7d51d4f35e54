// The README's way through the AWS console, step by step, by the calls that the console makes: bucket, upload.sh,
// parameters, acknowledgement, outputs, the scheduled event as a test of the function.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import {
  CreateStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand } from '@aws-sdk/client-s3';

import { packageNames } from '../../scripts/packages/build';
import { root } from '../../scripts/terminal/root';
import { localClients } from '../../scripts/service/clients';
import type { Clients } from '../../scripts/service/clients';
import type { MiniStack } from '../../scripts/local/ministack';
import { startSimulator } from '../../simulator/index';
import type { Simulator } from '../../simulator/index';
import { outputsOf } from '../../scripts/stack/stack-state';
import { until } from '../support/until';
import { sharedMiniStack } from '../support/shared-ministack';

const StackName = 'OrderReplication-dev';
const bucket = 'order-replication-packages';

let mini: MiniStack;
let simulator: Simulator;
let clients: Clients;

beforeAll(async () => {
  [mini, simulator] = await Promise.all([sharedMiniStack(), startSimulator()]);
  clients = localClients(mini.endpoint);
  await clients.s3.send(new CreateBucketCommand({ Bucket: bucket }));
}, 60_000);

afterAll(async () => {
  clients.destroy();
  await mini.stop();
  await simulator.stop();
});

jest.setTimeout(120_000);

/** Runs a script as the README has it, and returns what it printed. */
async function sh(script: string, ...args: readonly string[]): Promise<string> {
  const aws = { AWS_ENDPOINT_URL: mini.endpoint, AWS_REGION: 'us-east-1' };
  const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const env = { ...process.env, ...aws, ...keys };
  const { stdout, stderr } = await promisify(execFile)('sh', [join(root, script), ...args], { env });
  return `${stderr}${stdout}`;
}

const after = (label: string, printed: string) =>
  new RegExp(`^${label} +(\\S+)$`, 'm').exec(printed)?.[1] ?? '';

describe('the way through the console', () => {
  let printed: string;

  it('build.sh builds the packages for the AWS console', async () => {
    printed = await sh('scripts/build.sh');
    for (const name of packageNames) {
      expect(printed).toContain(`${name}.zip`);
    }
  });

  it('upload.sh uploads the packages, and prints what to enter as LambdaDeploymentPackagesPrefix', async () => {
    printed = await sh('scripts/upload.sh', bucket);
    expect(after('LambdaDeploymentPackagesPrefix', printed)).toMatch(/^v-[0-9a-f]{16}\/$/);
    expect(await sh('scripts/upload.sh', bucket)).toContain('is unchanged');
  });

  it("the AWS console creates the stack from the sample's parameters after named roles are acknowledged", async () => {
    const { storeHash, clientId, accessToken } = simulator.credentials;
    const given = {
      BigCommerceStoreHash: storeHash,
      BigCommerceClientId: clientId,
      BigCommerceToken: accessToken,
      ExceptionsEmailAddress: 'ops@example.com',
      LambdaDeploymentPackagesBucketName: bucket,
      LambdaDeploymentPackagesPrefix: after('LambdaDeploymentPackagesPrefix', printed),
      // For this machine: the simulated store, a resource type that MiniStack lacks, and no name of a host at AWS.
      BigCommerceApiUrl: simulator.url,
      CreateSavedQueries: 'false',
      CheckWebhook: 'false',
    };
    await clients.cloudFormation.send(
      new CreateStackCommand({
        StackName,
        TemplateURL: after('Template', printed),
        Capabilities: ['CAPABILITY_NAMED_IAM'],
        Parameters: Object.entries(given).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
      }),
    );
    const waiter = { client: clients.cloudFormation, maxWaitTime: 60, minDelay: 1 };
    await waitUntilStackCreateComplete(waiter, { StackName });
  });

  it("the test of the poll's function in the AWS console, with the scheduled event, replicates an order", async () => {
    const { Stacks = [] } = await clients.cloudFormation.send(new DescribeStacksCommand({ StackName }));
    const outputs = outputsOf(Stacks[0]);
    expect(outputs['DashboardUrl']).toContain(`#dashboards/dashboard/${StackName}`);
    const { id } = simulator.orders.add({ status_id: 11, lines: [{}] });
    const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
    const { FunctionError } = await clients.lambda.send(
      new InvokeCommand({ FunctionName: `${StackName}-GetNewOrders`, Payload: JSON.stringify(event) }),
    );
    expect(FunctionError).toBeUndefined();
    await until(() => simulator.orders.get(id)?.status_id === 9);
  });
});
