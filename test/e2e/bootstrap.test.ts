// An account prepared for real, on MiniStack, and the service deployed with nothing but what was prepared. MiniStack's
// CloudFormation does not know AWS::IAM::OIDCProvider: GitHub's identity provider is there before, made by IAM's API,
// which is what every account but the first has. Its simulator of policies knows of all condition keys only
// aws:ResourceAccount: whatever is granted under another is denied here, and test/bootstrap-template.test.ts holds the
// conditions.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateOpenIDConnectProviderCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  SimulateCustomPolicyCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  DeleteBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';

import { bootstrap } from '../../scripts/commands/bootstrap/bootstrap';
import type { BootstrapJob } from '../../scripts/commands/bootstrap/bootstrap';
import { root } from '../../scripts/terminal/root';
import { deploy } from '../../scripts/commands/deploy/deploy';
import { localClients } from '../../scripts/service/clients';
import type { Clients } from '../../scripts/service/clients';
import type { MiniStack } from '../../scripts/local/ministack';
import { describeStack } from '../../scripts/stack/stack-state';
import { callsFor } from '../support/stack-calls';
import { until } from '../support/until';
import { sharedMiniStack } from '../support/shared-ministack';
import { builtPackages } from '../support/built-packages';

const account = '000000000000';
const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const deployRole = roleArn('OrderReplicationBootstrap-dev-Deploy');
const cloudFormationRole = roleArn('OrderReplicationBootstrap-dev-CloudFormation');
const boundary = `arn:aws:iam::${account}:policy/OrderReplicationBootstrap-dev-Functions`;
const provider = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
const bucketOf = (stage: string) => `order-replication-${stage}-${account}-us-east-1`;

let mini: MiniStack;
let clients: Clients;
let printed: string[];

jest.setTimeout(60_000);

const prepare = (options: Partial<BootstrapJob> = {}) => {
  printed = [];
  return bootstrap({ stages: ['dev'], print: (line) => printed.push(line), ...options }, clients);
};

beforeAll(async () => {
  mini = await sharedMiniStack();
  clients = localClients(mini.endpoint);
  await clients.iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: 'https://token.actions.githubusercontent.com',
      ClientIDList: ['sts.amazonaws.com'],
    }),
  );
  await prepare({ stages: ['dev', 'staging', 'prod'], repository: 'acme/orders' });
});

afterAll(async () => {
  clients.destroy();
  await mini.stop();
});

const bucketExists = async (stage: string) => {
  try {
    await clients.s3.send(new HeadBucketCommand({ Bucket: bucketOf(stage) }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFound') return false;
    throw error;
  }
};

const trustOf = async (RoleName: string) => {
  const { Role } = await clients.iam.send(new GetRoleCommand({ RoleName }));
  return JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')) as unknown;
};

describe('preparing an account', () => {
  it('bootstrap makes a private, encrypted, versioned bucket that only encrypted connections reach', async () => {
    const where = { Bucket: bucketOf('dev') };
    const { s3 } = clients;
    expect(await s3.send(new GetBucketVersioningCommand(where))).toMatchObject({ Status: 'Enabled' });
    expect(await s3.send(new GetPublicAccessBlockCommand(where))).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
    expect(await s3.send(new GetBucketEncryptionCommand(where))).toMatchObject({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
    const { Policy = '' } = await s3.send(new GetBucketPolicyCommand(where));
    expect(JSON.parse(Policy)).toMatchObject({
      Statement: [{ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
    });
  });

  it('bootstrap lets the environment of the stage at GitHub deploy, and no other caller', async () => {
    expect(await trustOf('OrderReplicationBootstrap-staging-Deploy')).toMatchObject({
      Statement: [
        {
          Principal: { Federated: provider },
          Condition: {
            StringEquals: {
              'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
              'token.actions.githubusercontent.com:sub': 'repo:acme/orders:environment:staging',
            },
          },
        },
      ],
    });
    const { AttachedPolicies } = await clients.iam.send(
      new ListAttachedRolePoliciesCommand({ RoleName: 'OrderReplicationBootstrap-staging-Deploy' }),
    );
    expect(AttachedPolicies).toEqual([
      expect.objectContaining({ PolicyName: 'OrderReplicationBootstrap-staging-Deploy' }),
    ]);
  });

  it('a second bootstrap changes nothing, also without the repository', async () => {
    const done = await prepare({ stages: ['dev', 'staging', 'prod'] });
    expect(done.map(({ stage, changed, repository }) => [stage, changed, repository])).toEqual([
      ['dev', false, 'acme/orders'],
      ['staging', false, 'acme/orders'],
      ['prod', false, 'acme/orders'],
    ]);
  });

  it('bootstrap follows a repository that was renamed, with the ids that its tokens carry', async () => {
    const [done] = await prepare({ stages: ['staging'], repository: 'acme@123/shop-orders@456' });
    expect(done?.changed).toBe(true);
    expect(printed.filter((line) => /^ {2}(Add|Modify|Remove)/.test(line))).toEqual([
      expect.stringContaining('DeployRole'),
    ]);
    expect(JSON.stringify(await trustOf('OrderReplicationBootstrap-staging-Deploy'))).toContain(
      'repo:acme@123/shop-orders@456:environment:staging',
    );
  });

  it('bootstrap with an empty repository takes the role away from GitHub', async () => {
    const [done] = await prepare({ stages: ['staging'], repository: '' });
    expect(done?.outputs).not.toHaveProperty('DeployRoleArn');
    await expect(trustOf('OrderReplicationBootstrap-staging-Deploy')).rejects.toThrow('not found');
  });

  it('the bucket of a deleted bootstrap stack stays, and the next bootstrap imports it', async () => {
    const StackName = 'OrderReplicationBootstrap-staging';
    await clients.cloudFormation.send(new DeleteStackCommand({ StackName }));
    await until(async () => (await describeStack(clients.cloudFormation, StackName)) === undefined);
    expect(await bucketExists('staging')).toBe(true);
    const failure = await prepare({ stages: ['staging'] }).catch(String);
    expect(printed.join('\n')).toMatch(/Import +PackagesBucket/);
    // MiniStack plans the import, as AWS does, but then refuses it for its name: a create that is rolled back.
    expect(failure).toContain('OrderReplicationBootstrap-staging was not deployed (ROLLBACK_COMPLETE)');
  });

  it('a bootstrap that was rolled back works after its cause is fixed', async () => {
    await clients.s3.send(new DeleteBucketCommand({ Bucket: bucketOf('staging') }));
    const [done] = await prepare({ stages: ['staging'] });
    expect(printed.join('\n')).toContain('deleting what it left');
    expect(done?.outputs).toMatchObject({ PackagesBucketName: bucketOf('staging') });
  });

  it('bootstrap is one command, which prints what to set in GitHub', async () => {
    const command = ['scripts/order-replication.mjs', 'bootstrap', '--stage', 'dev', '--region', 'us-east-1'];
    const environment = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    const child = spawn(process.execPath, command, {
      cwd: root,
      env: { PATH: process.env['PATH'], AWS_ENDPOINT_URL: mini.endpoint, ...environment },
    });
    const [output, notes] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    expect(child.exitCode).toBe(0);
    expect(notes).toContain('Nothing to change');
    expect(output).toContain(
      `gh variable set AWS_ROLE_ARN --repo acme/orders --env dev --body ${deployRole}`,
    );
  });
});

describe('the service', () => {
  it("the service is deployed with CloudFormation's role from the bucket of the bootstrap", async () => {
    const options = {
      stage: 'dev',
      bucket: bucketOf('dev'),
      roleArn: cloudFormationRole,
      outDir: await builtPackages(),
      print: () => undefined,
      parameters: {
        BigCommerceStoreHash: 'abc123',
        BigCommerceClientId: 'client',
        BigCommerceToken: 'token',
        ExceptionsEmailAddress: 'operator@example.com',
        CreateSavedQueries: 'false',
        PermissionsBoundaryArn: boundary,
      },
    };
    const { changed, prefix } = await deploy(options, clients);
    expect(changed).toBe(true);
    const { Contents = [] } = await clients.s3.send(
      new ListObjectsV2Command({ Bucket: bucketOf('dev'), Prefix: prefix }),
    );
    expect(Contents.length).toBeGreaterThanOrEqual(5);
    expect(await deploy(options, clients)).toMatchObject({ changed: false });
  });
});

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

/** A document as IAM hands it out. */
const statementsOf = (document = '') =>
  (JSON.parse(decodeURIComponent(document)) as { readonly Statement: readonly Statement[] }).Statement;

// MiniStack's CloudFormation puts no boundary on a role: what it would let through is asked of its own document.
describe('the boundary of the functions', () => {
  let statements: readonly Statement[];

  beforeAll(async () => {
    const version = { PolicyArn: boundary, VersionId: 'v1' };
    const { PolicyVersion } = await clients.iam.send(new GetPolicyVersionCommand(version));
    statements = statementsOf(PolicyVersion?.Document);
  });

  async function lets(action: string, resource: string, within = statements) {
    const { EvaluationResults = [] } = await clients.iam.send(
      new SimulateCustomPolicyCommand({
        PolicyInputList: [JSON.stringify({ Version: '2012-10-17', Statement: within })],
        ActionNames: [action],
        ResourceArns: [resource],
      }),
    );
    return { action, resource, decision: EvaluationResults[0]?.EvalDecision };
  }

  it.each(['GetOrders', 'CartConvertedWebhook', 'ProcessOrders', 'AuditOrders'])(
    'the boundary of the functions lets %s do everything that its deployed role allows',
    async (name) => {
      const role = { RoleName: `OrderReplication-dev-${name}`, PolicyName: name };
      const { PolicyDocument } = await clients.iam.send(new GetRolePolicyCommand(role));
      // AWS leaves the stack out of a secret's name.
      const document = PolicyDocument?.replaceAll(/OrderReplication-dev-(\w+Secret)/g, '$1');
      const granted = statementsOf(document).flatMap(({ Action, Resource }) =>
        [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ action, resource }))),
      );
      expect(granted.length).toBeGreaterThan(9);
      const unconditional = statements.map(({ Condition: _, ...rest }) => rest);
      for (const { action, resource } of granted) {
        expect(await lets(action, resource, unconditional)).toEqual({
          action,
          resource,
          decision: 'allowed',
        });
      }
    },
  );

  it.each([
    ['iam:PutRolePolicy', roleArn('OrderReplication-dev-ProcessOrders')],
    ['sts:AssumeRole', roleArn('Administrator')],
    ['dynamodb:PutItem', `arn:aws:dynamodb:us-east-1:${account}:table/OrderReplication-prod-Orders`],
    ['dynamodb:DeleteTable', `arn:aws:dynamodb:us-east-1:${account}:table/OrderReplication-dev-Orders`],
    ['sqs:SendMessage', `arn:aws:sqs:us-east-1:${account}:OrderReplication-prod-Orders`],
    ['sns:Publish', `arn:aws:sns:us-east-1:${account}:OrderReplication-prod-ApplicationErrors`],
    ['s3:GetObject', `arn:aws:s3:::${bucketOf('dev')}/v-1/get-new-orders.zip`],
    ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:us-east-1:${account}:secret:Another-x1Y2z3`],
    // Only under a condition: the tag of the stack, and by way of SNS.
    [
      'secretsmanager:GetSecretValue',
      `arn:aws:secretsmanager:us-east-1:${account}:secret:BigCommerceSecret-Ab3dEf6hIjKl-x1Y2z3`,
    ],
    ['kms:Decrypt', `arn:aws:kms:us-east-1:${account}:key/6f1c6d1e-0000-4000-8000-000000000000`],
  ])('the boundary of the functions does not allow them %s %s', async (action, resource) => {
    expect(await lets(action, resource)).toMatchObject({ decision: 'implicitDeny' });
  });
});

/** What IAM decides on these actions, by action. */
async function decisions(principal: string, actions: readonly string[], resource: string) {
  const { EvaluationResults = [] } = await clients.iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: principal,
      ActionNames: [...actions],
      ResourceArns: [resource],
    }),
  );
  return Object.fromEntries(
    EvaluationResults.map(({ EvalActionName = '', EvalDecision }) => [EvalActionName, EvalDecision]),
  );
}

const all = (actions: readonly string[], decision: string) =>
  Object.fromEntries(actions.map((action) => [action, decision]));

describe("CloudFormation's role", () => {
  it.each(Object.entries(callsFor))(
    "CloudFormation's role may make the calls that %s needs",
    async (_, calls) => {
      for (const { resource, actions, onlyIf } of calls) {
        expect(await decisions(cloudFormationRole, actions, resource)).toEqual(
          all(actions, onlyIf === undefined || 'aws:ResourceAccount' in onlyIf ? 'allowed' : 'implicitDeny'),
        );
      }
    },
  );

  it.each([
    ['iam:PutRolePolicy', cloudFormationRole],
    ['iam:UpdateAssumeRolePolicy', deployRole],
    ['iam:CreateRole', roleArn('OrderReplication-dev-Another')],
    ['iam:CreateRole', roleArn('OrderReplication-prod-ProcessOrders')],
    ['iam:AttachRolePolicy', roleArn('OrderReplication-dev-ProcessOrders')],
    ['iam:PassRole', roleArn('Administrator')],
    ['iam:CreateUser', `arn:aws:iam::${account}:user/x`],
    ['iam:CreatePolicyVersion', `arn:aws:iam::${account}:policy/OrderReplicationBootstrap-dev-Deploy`],
    ['iam:CreatePolicyVersion', boundary],
    ['iam:DeletePolicy', boundary],
    ['iam:DeleteRolePermissionsBoundary', roleArn('OrderReplication-dev-ProcessOrders')],
    ['iam:DeleteOpenIDConnectProvider', provider],
    ['dynamodb:GetItem', `arn:aws:dynamodb:us-east-1:${account}:table/OrderReplication-dev-Orders`],
    ['dynamodb:Scan', `arn:aws:dynamodb:us-east-1:${account}:table/OrderReplication-dev-Orders`],
    ['dynamodb:DeleteTable', `arn:aws:dynamodb:us-east-1:${account}:table/OrderReplication-prod-Orders`],
    ['sqs:ReceiveMessage', `arn:aws:sqs:us-east-1:${account}:OrderReplication-dev-Orders`],
    ['sqs:DeleteQueue', `arn:aws:sqs:us-east-1:${account}:OrderReplication-prod-Orders`],
    [
      'lambda:InvokeFunction',
      `arn:aws:lambda:us-east-1:${account}:function:OrderReplication-dev-ProcessOrders`,
    ],
    [
      'lambda:UpdateFunctionCode',
      `arn:aws:lambda:us-east-1:${account}:function:OrderReplication-prod-ProcessOrders`,
    ],
    ['secretsmanager:DeleteSecret', `arn:aws:secretsmanager:us-east-1:${account}:secret:Another-x1Y2z3`],
    ['s3:PutObject', `arn:aws:s3:::${bucketOf('dev')}/v-1/get-new-orders.zip`],
    ['s3:GetObject', `arn:aws:s3:::${bucketOf('prod')}/v-1/get-new-orders.zip`],
    ['kms:Decrypt', `arn:aws:kms:us-east-1:${account}:key/6f1c6d1e-0000-4000-8000-000000000000`],
    [
      'logs:GetLogEvents',
      `arn:aws:logs:us-east-1:${account}:log-group:/order-replication/OrderReplication-dev/x:*`,
    ],
    [
      'cloudformation:UpdateStack',
      `arn:aws:cloudformation:us-east-1:${account}:stack/OrderReplicationBootstrap-dev/1`,
    ],
  ])("CloudFormation's role may not %s %s", async (action, resource) => {
    expect(await decisions(cloudFormationRole, [action], resource)).toEqual({ [action]: 'implicitDeny' });
  });
});

describe('the role of GitHub Actions', () => {
  const topicOf = (stage: string) =>
    `arn:aws:sns:us-east-1:${account}:OrderReplication-${stage}-ApplicationErrors`;
  const stack = (name: string) => `arn:aws:cloudformation:us-east-1:${account}:stack/${name}/1`;

  it.each([
    ['cloudformation:DescribeStacks', stack('OrderReplication-dev')],
    ['cloudformation:ExecuteChangeSet', stack('OrderReplication-dev')],
    ['cloudformation:DescribeEvents', `arn:aws:cloudformation:us-east-1:${account}:changeSet/deploy-1/1`],
    ['s3:PutObject', `arn:aws:s3:::${bucketOf('dev')}/v-1/get-new-orders.zip`],
    ['s3:ListBucket', `arn:aws:s3:::${bucketOf('dev')}`],
    [
      'lambda:InvokeFunction',
      `arn:aws:lambda:us-east-1:${account}:function:OrderReplication-dev-GetNewOrders`,
    ],
    [
      'lambda:InvokeFunction',
      `arn:aws:lambda:us-east-1:${account}:function:OrderReplication-dev-AuditOrders`,
    ],
    ['lambda:GetAccountSettings', '*'],
    ['sns:ListSubscriptionsByTopic', topicOf('dev')],
    ['sns:Publish', topicOf('dev')],
    ['cloudformation:DescribeStackResources', stack('OrderReplication-dev')],
  ])('the role of GitHub Actions may %s %s', async (action, resource) => {
    expect(await decisions(deployRole, [action], resource)).toEqual({ [action]: 'allowed' });
  });

  it.each([
    // Only under a condition, of which the simulator knows nothing: never without CloudFormation's role.
    ['cloudformation:CreateChangeSet', stack('OrderReplication-dev')],
    ['cloudformation:DeleteStack', stack('OrderReplication-dev')],
    ['iam:PassRole', cloudFormationRole],
    // Never.
    ['cloudformation:ExecuteChangeSet', stack('OrderReplication-prod')],
    ['cloudformation:ExecuteChangeSet', stack('OrderReplicationBootstrap-dev')],
    ['cloudformation:UpdateStack', stack('OrderReplication-dev')],
    ['sns:Publish', topicOf('prod')],
    ['kms:Decrypt', `arn:aws:kms:us-east-1:${account}:key/6f1c6d1e-0000-4000-8000-000000000000`],
    ['s3:PutObject', `arn:aws:s3:::${bucketOf('prod')}/v-1/get-new-orders.zip`],
    ['s3:DeleteObject', `arn:aws:s3:::${bucketOf('dev')}/v-1/get-new-orders.zip`],
    ['s3:PutBucketPolicy', `arn:aws:s3:::${bucketOf('dev')}`],
    [
      'lambda:UpdateFunctionCode',
      `arn:aws:lambda:us-east-1:${account}:function:OrderReplication-dev-GetNewOrders`,
    ],
    [
      'lambda:InvokeFunction',
      `arn:aws:lambda:us-east-1:${account}:function:OrderReplication-dev-ProcessOrders`,
    ],
    ['iam:PutRolePolicy', roleArn('OrderReplication-dev-ProcessOrders')],
    ['iam:AttachRolePolicy', deployRole],
    ['iam:CreateUser', `arn:aws:iam::${account}:user/x`],
    ['iam:PassRole', roleArn('Administrator')],
    ['sts:AssumeRole', cloudFormationRole],
    ['dynamodb:GetItem', `arn:aws:dynamodb:us-east-1:${account}:table/OrderReplication-dev-Orders`],
    [
      'secretsmanager:GetSecretValue',
      `arn:aws:secretsmanager:us-east-1:${account}:secret:BigCommerceSecret-x-y`,
    ],
  ])('the role of GitHub Actions may not %s %s', async (action, resource) => {
    expect(await decisions(deployRole, [action], resource)).toEqual({ [action]: 'implicitDeny' });
  });
});
