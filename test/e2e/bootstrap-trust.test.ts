// Who gets in from GitHub, and what they can do then, with IAM enforced by MiniStack. It checks no signature of a
// token, gives CloudFormation's role no limits, and knows no condition keys of CloudFormation.
import { GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateOpenIDConnectProviderCommand,
  CreateUserCommand,
  DeleteRolePermissionsBoundaryCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { DeleteBucketPolicyCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import type { Credentials } from '@aws-sdk/client-sts';

import { bootstrap } from '../../scripts/commands/bootstrap/bootstrap';
import { createClients, localClients } from '../../scripts/service/clients';
import type { Clients } from '../../scripts/service/clients';
import { deploy } from '../../scripts/commands/deploy/deploy';
import type { DeployOptions } from '../../scripts/commands/deploy/deploy';
import { startMiniStack } from '../../scripts/local/ministack';
import type { MiniStack } from '../../scripts/local/ministack';
import { builtPackages } from '../support/built-packages';

const issuer = 'https://token.actions.githubusercontent.com';
const stages = ['dev', 'prod'];
const bucketOf = (stage: string) => `order-replication-${stage}-000000000000-us-east-1`;
const roleArn = (name: string) => `arn:aws:iam::000000000000:role/OrderReplicationBootstrap-${name}`;

let mini: MiniStack;
let clients: Clients;
let session: Clients;
let packagesDir: string;

jest.setTimeout(60_000);

/** What GitHub says of a job in the environment dev of a repository with immutable subjects. */
const claims = {
  iss: issuer,
  aud: 'sts.amazonaws.com',
  sub: 'repo:acme@123/orders@456:environment:dev',
};

function tokenOf(content: object): string {
  const parts = [{ alg: 'RS256', typ: 'JWT' }, content, 'signature'];
  return parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}

const assume = (overrides: Partial<typeof claims>, RoleArn = roleArn('dev-Deploy')) =>
  clients.sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn,
      RoleSessionName: 'test',
      WebIdentityToken: tokenOf({ ...claims, ...overrides }),
    }),
  );

async function signIn(): Promise<Clients> {
  const { Credentials } = await assume({});
  return clientsOf(Credentials);
}

function clientsOf(of: Credentials | undefined): Clients {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = of ?? {};
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  return createClients({ endpoint: mini.endpoint, region: 'us-east-1', credentials });
}

beforeAll(async () => {
  packagesDir = await builtPackages();
  mini = await startMiniStack({ enforceIam: true });
  clients = localClients(mini.endpoint);
  const provider = { Url: issuer, ClientIDList: [claims.aud] };
  await clients.iam.send(new CreateOpenIDConnectProviderCommand(provider));
  await bootstrap({ stages, repository: 'acme@123/orders@456', print: () => undefined }, clients);
  session = await signIn();
});

afterAll(async () => {
  await mini.stop();
  clients.destroy();
  session.destroy();
});

describe('the role of GitHub Actions', () => {
  it('the role of GitHub Actions is for the environment of its stage', async () => {
    expect((await assume({})).Credentials).toHaveProperty('SessionToken');
    const sub = 'repo:acme@123/orders@456:environment:prod';
    expect((await assume({ sub }, roleArn('prod-Deploy'))).Credentials).toHaveProperty('SessionToken');
  });

  it.each([
    ['another environment', { sub: 'repo:acme@123/orders@456:environment:prod' }],
    ['a branch', { sub: 'repo:acme@123/orders@456:ref:refs/heads/main' }],
    ['a pull request', { sub: 'repo:acme@123/orders@456:pull_request' }],
    ['the names without their ids', { sub: 'repo:acme/orders:environment:dev' }],
    ['the same names with other ids', { sub: 'repo:acme@9/orders@10:environment:dev' }],
    ['another audience', { aud: 'https://github.com/acme' }],
    ['another issuer', { iss: 'https://token.example.com' }],
  ])('the role of GitHub Actions is not for %s', async (_, overrides) => {
    await expect(assume(overrides)).rejects.toThrow(
      'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    );
  });

  it("GitHub Actions cannot take CloudFormation's role", async () => {
    await expect(assume({}, roleArn('dev-CloudFormation'))).rejects.toThrow('Not authorized');
  });
});

describe('a deploy by GitHub Actions', () => {
  const run = (options: Partial<DeployOptions> = {}) =>
    deploy(
      {
        stage: 'dev',
        bucket: bucketOf('dev'),
        roleArn: roleArn('dev-CloudFormation'),
        outDir: packagesDir,
        print: () => undefined,
        parameters: {
          BigCommerceStoreHash: 'abc123',
          BigCommerceClientId: 'client',
          BigCommerceToken: 'a-token',
          ExceptionsEmailAddress: 'operator@example.com',
          CreateSavedQueries: 'false',
        },
        ...options,
      },
      session,
    );

  it('a deploy by GitHub Actions cannot reach the bucket over a connection without encryption', async () => {
    await expect(run()).rejects.toThrow(`Access to bucket ${bucketOf('dev')} is denied`);
    // MiniStack has no other connection, so that the rest goes without this policy.
    for (const stage of stages) {
      await clients.s3.send(new DeleteBucketPolicyCommand({ Bucket: bucketOf(stage) }));
    }
  });

  it('a deploy by GitHub Actions gets as far as the change set, which takes the role of CloudFormation', async () => {
    await expect(run()).rejects.toThrow('not authorized to perform: cloudformation:CreateChangeSet');
  });

  it('a deploy by GitHub Actions needs nothing except that role and what the policy grants', async () => {
    const Statement = { Effect: 'Allow', Action: 'cloudformation:CreateChangeSet', Resource: '*' };
    await clients.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'OrderReplicationBootstrap-dev-Deploy',
        PolicyName: 'AsIfWithTheConditionKey',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
      }),
    );
    expect(await run({ tags: { team: 'orders' } })).toMatchObject({ changed: true });
    expect(await run()).toMatchObject({ changed: false });
  });

  it('a deploy by GitHub Actions can neither see another stage nor use its packages', async () => {
    await expect(run({ stage: 'prod' })).rejects.toThrow('cloudformation:DescribeStacks');
    await expect(run({ bucket: bucketOf('prod') })).rejects.toThrow('is denied');
  });
});

describe('a function whose role a deploy has made an administrator', () => {
  const RoleName = 'OrderReplication-dev-ProcessOrders';
  const allow = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', ...statement } });
  const TableName = 'OrderReplication-dev-Orders';
  let administrator: Clients;

  beforeAll(async () => {
    const { iam, sts } = clients;
    // MiniStack's CloudFormation leaves boundaries out; its IAM keeps and obeys them.
    const PermissionsBoundary = 'arn:aws:iam::000000000000:policy/OrderReplicationBootstrap-dev-Functions';
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
    const PolicyDocument = allow({ Action: '*', Resource: '*' });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'ProcessOrders', PolicyDocument }));
    const trust = allow({ Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' });
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust }));
    const RoleArn = `arn:aws:iam::000000000000:role/${RoleName}`;
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }));
    administrator = clientsOf(Credentials);
  });

  afterAll(() => administrator.destroy());

  it('a function whose role is an administrator can do what a function of its stage needs', async () => {
    const Key = { id: { N: '1' } };
    await expect(
      administrator.dynamoDb.send(new GetItemCommand({ TableName, Key })),
    ).resolves.not.toHaveProperty('Item');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['make users', () => administrator.iam.send(new CreateUserCommand({ UserName: 'x' }))],
    [
      'take the boundary off',
      () => administrator.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName })),
    ],
    ['read whole tables', () => administrator.dynamoDb.send(new ScanCommand({ TableName }))],
  ])('a function whose role is an administrator cannot %s', async (_, attempt) => {
    await expect(attempt()).rejects.toThrow('not authorized to perform');
  });
});
