// Who gets in from GitHub, and what they can do then, with IAM enforced by MiniStack. It checks no signature of a
// token, gives CloudFormation's role no limits, and knows no condition keys of CloudFormation.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CreateOpenIDConnectProviderCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { DeleteBucketPolicyCommand } from '@aws-sdk/client-s3';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';

import { bootstrap } from '../../scripts/bootstrap';
import { build } from '../../scripts/build';
import { createClients, type Clients } from '../../scripts/clients';
import { deploy, type DeployOptions } from '../../scripts/deploy';
import { localClients, type LocalClients } from '../../scripts/local/clients';
import { startMiniStack, type MiniStack } from '../../scripts/local/ministack';

const issuer = 'https://token.actions.githubusercontent.com';
const stages = ['dev', 'prod'];
const bucketOf = (stage: string) => `order-replication-${stage}-000000000000-us-east-1`;
const roleArn = (name: string) => `arn:aws:iam::000000000000:role/OrderReplicationBootstrap-${name}`;

let mini: MiniStack;
let clients: LocalClients;
let session: Clients;
let outDir: string;

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
      ...{ RoleArn, RoleSessionName: 'test', WebIdentityToken: tokenOf({ ...claims, ...overrides }) },
    }),
  );

async function signIn(): Promise<Clients> {
  const { Credentials } = await assume({});
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  const credentials = {
    ...{ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  };
  return createClients({ endpoint: mini.endpoint, region: 'us-east-1', credentials });
}

beforeAll(async () => {
  outDir = mkdtempSync(join(tmpdir(), 'packages-'));
  mini = await startMiniStack({ enforceIam: true });
  clients = localClients(mini.endpoint);
  const provider = { Url: issuer, ClientIDList: [claims.aud] };
  await clients.iam.send(new CreateOpenIDConnectProviderCommand(provider));
  await bootstrap({ stages, repository: 'acme@123/orders@456', print: () => undefined }, clients);
  session = await signIn();
  await build({ outDir });
});

afterAll(async () => {
  await mini.stop();
  clients.destroy();
  session.destroy();
  rmSync(outDir, { recursive: true });
});

describe('the role of GitHub Actions', () => {
  it('is for the environment of its stage', async () => {
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
  ])('is not for %s', async (_, overrides) => {
    await expect(assume(overrides)).rejects.toThrow(
      'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    );
  });

  it("is not CloudFormation's", async () => {
    await expect(assume({}, roleArn('dev-CloudFormation'))).rejects.toThrow('Not authorized');
  });
});

describe('a deploy by GitHub Actions', () => {
  const run = (options: Partial<DeployOptions> = {}) =>
    deploy(
      {
        ...{ stage: 'dev', bucket: bucketOf('dev'), roleArn: roleArn('dev-CloudFormation'), outDir },
        print: () => undefined,
        parameters: {
          ...{ BigCommerceStoreHash: 'abc123', BigCommerceClientId: 'client', BigCommerceToken: 'a-token' },
          ...{ ExceptionsEmailAddress: 'operator@example.com', CreateSavedQueries: 'false' },
        },
        ...options,
      },
      session,
    );

  it('cannot reach the bucket over a connection without encryption', async () => {
    await expect(run()).rejects.toThrow(`Access to bucket ${bucketOf('dev')} is denied`);
    // MiniStack has no other connection, so that the rest goes without this policy.
    for (const stage of stages) {
      await clients.s3.send(new DeleteBucketPolicyCommand({ Bucket: bucketOf(stage) }));
    }
  });

  it('gets as far as the change set, which takes the role of CloudFormation', async () => {
    await expect(run()).rejects.toThrow('not authorized to perform: cloudformation:CreateChangeSet');
  });

  it('needs nothing else than that and what the policy grants', async () => {
    const Statement = { Effect: 'Allow', Action: 'cloudformation:CreateChangeSet', Resource: '*' };
    await clients.iam.send(
      new PutRolePolicyCommand({
        ...{ RoleName: 'OrderReplicationBootstrap-dev-Deploy', PolicyName: 'AsIfWithTheConditionKey' },
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
      }),
    );
    expect(await run({ tags: { team: 'orders' } })).toMatchObject({ changed: true });
    expect(await run()).toMatchObject({ changed: false });
  });

  it('cannot look at another stage, nor use its packages', async () => {
    await expect(run({ stage: 'prod' })).rejects.toThrow('cloudformation:DescribeStacks');
    await expect(run({ bucket: bucketOf('prod') })).rejects.toThrow('is denied');
  });
});
