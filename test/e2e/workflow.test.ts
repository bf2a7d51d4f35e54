// The dry run of the deploy workflow: its own shell text, with the environment that its own expressions give, in a
// checkout, against MiniStack. What GitHub and its actions do (checkout, Node, signing in) is done beforehand.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { GetFunctionCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand } from '@aws-sdk/client-s3';

import { root } from '../../scripts/terminal/root';
import { localClients } from '../../scripts/service/clients';
import type { Clients } from '../../scripts/service/clients';
import type { MiniStack } from '../../scripts/local/ministack';
import { startSimulator } from '../../simulator/index';
import type { Simulator } from '../../simulator/index';
import { describeStack, outputsOf, parametersOf } from '../../scripts/stack/stack-state';
import { readWorkflow, runStep } from '../support/workflow-files';
import type { Contexts } from '../support/workflow-files';
import { sharedMiniStack } from '../support/shared-ministack';

const shellSteps = (readWorkflow('deploy').jobs['deploy']?.steps ?? []).filter(
  ({ run }) => run !== undefined,
);
const secrets = {
  BIGCOMMERCE_STORE_HASH: 'abc123',
  BIGCOMMERCE_CLIENT_ID: 'client',
  BIGCOMMERCE_TOKEN: 't0pSecretToken',
  BIGCOMMERCE_CLIENT_SECRET: 't0pSecretSecret',
  EXCEPTIONS_EMAIL_ADDRESS: 'ops@example.com',
};
const credentials = {
  storeHash: secrets.BIGCOMMERCE_STORE_HASH,
  clientId: secrets.BIGCOMMERCE_CLIENT_ID,
  accessToken: secrets.BIGCOMMERCE_TOKEN,
  clientSecret: secrets.BIGCOMMERCE_CLIENT_SECRET,
};
const vars = {
  AWS_DEPLOYMENT_BUCKET: 'packages',
  ALLOWED_STATUS_IDS: '7,11',
  // Unknown to MiniStack.
  CREATE_SAVED_QUERIES: 'false',
};

let ministack: MiniStack;
let simulator: Simulator;
let clients: Clients;
let checkout: string;

beforeAll(async () => {
  [ministack, simulator] = await Promise.all([sharedMiniStack(), startSimulator(credentials)]);
  clients = localClients(ministack.endpoint);
  await clients.s3.send(new CreateBucketCommand({ Bucket: vars.AWS_DEPLOYMENT_BUCKET }));
  checkout = mkdtempSync(join(tmpdir(), 'checkout-'));
  const files = [
    'lambda',
    'scripts',
    'simulator',
    'tools',
    'cloudformation',
    'erp',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
  ];
  for (const name of [...files, '.npmrc'])
    cpSync(join(root, name), join(checkout, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
}, 60_000);

afterAll(async () => {
  await ministack.stop();
  await simulator.stop();
  clients.destroy();
  rmSync(checkout, { recursive: true });
});

jest.setTimeout(60_000);

/** A push to dev, with further variables and secrets in its environment. */
const push = async (more: Partial<Record<'vars' | 'secrets', Readonly<Record<string, string>>>> = {}) => {
  const contexts: Contexts = {
    vars: { ...vars, BIGCOMMERCE_API_URL: simulator.url, ...more.vars },
    secrets: { ...secrets, ...more.secrets },
    needs: { 'stage.outputs.stage': 'dev' },
  };
  const steps: Awaited<ReturnType<typeof runStep>>[] = [];
  for (const step of shellSteps) {
    steps.push(await runStep(step, contexts, asSignedIn(), checkout));
    if (steps.at(-1)?.code !== 0) break;
  }
  const together = (part: 'log' | 'summary') => steps.map((step) => step[part]).join('');
  return { code: steps.at(-1)?.code, log: together('log'), summary: together('summary') };
};

/** What the sign-in leaves in the environment, for the stand-in. */
const asSignedIn = () => ({
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL: ministack.endpoint,
  AWS_EC2_METADATA_DISABLED: 'true',
  npm_config_update_notifier: 'false',
});

const deployed = () => describeStack(clients.cloudFormation, 'OrderReplication-dev');
const parameters = async () => parametersOf(await deployed());

function addResources(resources: Readonly<Record<string, unknown>>): void {
  const file = join(checkout, 'cloudformation/stack.json');
  const template = JSON.parse(readFileSync(file, 'utf8')) as { Resources: object };
  writeFileSync(file, JSON.stringify({ ...template, Resources: { ...template.Resources, ...resources } }));
}

async function codeOf(name: string) {
  const FunctionName = `OrderReplication-dev-${name}`;
  const { Configuration } = await clients.lambda.send(new GetFunctionCommand({ FunctionName }));
  return Configuration?.CodeSha256;
}

describe('pushes to dev, one after the other:', () => {
  it('a first push to dev creates the stack with the parameters of its environment', async () => {
    const { code, log, summary } = await push();
    expect([code, log]).toEqual([
      0,
      expect.stringContaining('OrderReplication-dev is deployed (CREATE_COMPLETE).'),
    ]);
    expect(log).toMatch(/GetNewOrders polls the store …\nStarted .*\nIn the store +no order\n/);
    expect(summary).toContain('## Deployed');
    expect(summary).toContain('Deploying OrderReplication-dev to account 000000000000, us-east-1');
    expect(summary).toMatch(/Add +OrdersQueue +AWS::SQS::Queue/);
    expect(log + summary).not.toMatch(/t0pSecret/);
    expect(await parameters()).toMatchObject({
      StageName: 'dev',
      BigCommerceStoreHash: 'abc123',
      AllowedStatusIds: '7,11',
      PollingInterval: '120',
      ExceptionsEmailAddress: 'ops@example.com',
      LambdaDeploymentPackagesBucketName: 'packages',
    });
  });

  it('a push that changes nothing reports that there is nothing to change', async () => {
    const { code, log, summary } = await push();
    expect([code, log]).toEqual([0, expect.stringContaining('Nothing to change')]);
    expect(summary).toContain('## Nothing to change');
  });

  it('a push that changes only code changes only the functions', async () => {
    const [former, formerParameters] = [await codeOf('GetNewOrders'), await parameters()];
    appendFileSync(join(checkout, 'lambda/get-new-orders/index.ts'), 'export const changed = true;\n');
    const { code, summary } = await push();
    expect(code).toBe(0);
    expect(summary).toMatch(/Modify +GetOrdersFunction +AWS::Lambda::Function/);
    expect(summary).not.toMatch(/AWS::(DynamoDB|SQS)/);
    expect(await codeOf('GetNewOrders')).not.toBe(former);
    const prefix = expect.not.stringMatching(formerParameters['LambdaDeploymentPackagesPrefix']!) as string;
    expect(await parameters()).toEqual({ ...formerParameters, LambdaDeploymentPackagesPrefix: prefix });
  });

  it('a push passes values with commas and shell characters on unchanged, and an unset parameter keeps its value', async () => {
    const { code } = await push({
      vars: { ALLOWED_STATUS_IDS: '7,10,11', WEBHOOK_DESTINATION: 'https://orders.example.com/~hook_1' },
      secrets: { EXCEPTIONS_EMAIL_ADDRESS: '$HOME;`id`*@example.com', BIGCOMMERCE_STORE_HASH: '' },
    });
    expect(code).toBe(0);
    expect(await parameters()).toMatchObject({
      AllowedStatusIds: '7,10,11',
      WebhookDestination: 'https://orders.example.com/~hook_1',
      ExceptionsEmailAddress: '$HOME;`id`*@example.com',
      BigCommerceStoreHash: 'abc123',
    });
  });

  it('a push refuses invalid values by name, and neither shows nor runs them', async () => {
    const { code, log, summary } = await push({
      vars: { BIGCOMMERCE_API_URL: `https://x"; touch '${checkout}/pwned' #`, POLLING_INTERVAL: '15\n30' },
      secrets: { BIGCOMMERCE_TOKEN: 't0pSecretToken\n' },
    });
    expect(code).toBe(1);
    expect(existsSync(join(checkout, 'pwned'))).toBe(false);
    for (const text of [log, summary]) {
      expect(text).toContain('$BIGCOMMERCE_API_URL) must be an http:// or https:// address');
      expect(text).toContain('$POLLING_INTERVAL) must be 15, 30');
      expect(text).toContain('$BIGCOMMERCE_TOKEN) must be the access token');
      expect(text).not.toMatch(/t0pSecret|pwned/);
    }
    expect(summary).toContain('## Not deployed');
  });

  it('a push with WITH_DELIVERY deploys the stack of the delivery too, and prints no credential of the ERP', async () => {
    const { code, log, summary } = await push({
      vars: { WITH_DELIVERY: 'true', ERP_ADAPTER: 'tryton', ERP_URL: 'https://erp.example.com' },
      secrets: { ERP_CREDENTIALS: '{"key":"t0pSecretErp"}' },
    });
    expect(code).toBe(0);
    expect(summary).toContain('Deploying OrderReplication-dev and OrderReplication-dev-Delivery to account');
    expect(summary).toContain('OrderReplication-dev-Delivery is deployed (CREATE_COMPLETE).');
    expect(log + summary).not.toContain('t0pSecret');
    const delivery = await describeStack(clients.cloudFormation, 'OrderReplication-dev-Delivery');
    expect(parametersOf(delivery)).toMatchObject({ ErpAdapter: 'tryton', DeliveryMode: 'shadow' });
  });

  it('a push that changes the API deploys it to the stage, by a deployment with another name', async () => {
    const file = join(checkout, 'cloudformation/stack.json');
    const former = readFileSync(file, 'utf8');
    writeFileSync(file, former.replaceAll('cart-converted', 'order-reported'));
    const tool = ['tools/run.mjs', 'generate-template'];
    const generated = spawnSync(process.execPath, tool, { cwd: checkout, encoding: 'utf8' });
    expect(generated.stdout).toContain('was updated');
    const idIn = (text: string) => /"(WebhooksApiDeployment\w+)": \{/.exec(text)?.[1] ?? '';
    const now = readFileSync(file, 'utf8');
    expect(idIn(now)).not.toBe(idIn(former));

    const { code, summary } = await push();
    expect(code).toBe(0);
    expect(summary).toMatch(new RegExp(`Add +${idIn(now)}`));
    expect(summary).toMatch(new RegExp(`Remove +${idIn(former)}`));
    expect(summary).toMatch(/Modify +WebhooksApiStage/);
    const { WebhooksApiId: apiId = '' } = outputsOf(await deployed());
    const response = await fetch(`${ministack.endpoint}/_aws/execute-api/${apiId}/dev/order-reported`, {
      method: 'POST',
    });
    expect(response.status).toBe(401);
  });

  it('a push that CloudFormation cannot execute fails, prints the reason, and leaves everything unchanged', async () => {
    const former = await parameters();
    addResources({
      NeverSignalled: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
      WaitsTooLong: {
        Type: 'AWS::CloudFormation::WaitCondition',
        Properties: { Handle: { Ref: 'NeverSignalled' }, Timeout: '1' },
      },
    });
    const { code, log, summary } = await push({ vars: { POLLING_INTERVAL: '15' } });
    expect(code).toBe(1);
    for (const text of [log, summary]) {
      expect(text).toMatch(/Add +WaitsTooLong/);
      expect(text).toContain('OrderReplication-dev was not deployed (UPDATE_ROLLBACK_COMPLETE).');
      expect(text).toMatch(/WaitsTooLong \(AWS::CloudFormation::WaitCondition\): .*timed out/);
      expect(text).toContain('The stack is unchanged: CloudFormation rolled the update back.');
    }
    expect(summary).toContain('## Not deployed');
    expect(await parameters()).toEqual(former);
  });
});
