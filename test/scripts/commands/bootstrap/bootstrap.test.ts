// What bootstrap decides and says, against a mocked AWS. test/e2e/bootstrap.test.ts runs it for real.
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  DescribeStacksCommand,
  DeleteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import type { Stack } from '@aws-sdk/client-cloudformation';
import {
  GetOpenIDConnectProviderCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';

import { bootstrap } from '../../../../scripts/commands/bootstrap/bootstrap';
import type { BootstrapJob } from '../../../../scripts/commands/bootstrap/bootstrap';
import { bootstrapOptions, bootstrapRequest } from '../../../../scripts/commands/bootstrap/options';
import { bootstrap as bootstrapCommand } from '../../../../scripts/commands/bootstrap/command';
import { parseOptions, runForJson } from '../../../support/run-command';
import { howToDeploy } from '../../../../scripts/commands/bootstrap/report';

const place = { region: 'eu-west-1' };
const clients = {
  cloudFormation: new CloudFormationClient(place),
  iam: new IAMClient(place),
  sts: new STSClient(place),
};
const cloudFormation = mockClient(CloudFormationClient);
const iam = mockClient(IAMClient);
const sts = mockClient(STSClient);

const providerArn = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';
let printed: string[];

/** What a stack has, by parameter; undefined for no stack. */
const aStack = (parameters: Readonly<Record<string, string>>, StackStatus: Stack['StackStatus']): Stack => ({
  StackName: 'OrderReplicationBootstrap-dev',
  StackId: 'stack-id',
  CreationTime: new Date(0),
  StackStatus,
  Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  })),
});

/** An account with this stack, and with GitHub's identity provider for these audiences (undefined: without it). */
function accountHas({ stack, audiences }: { stack?: Stack; audiences?: string[] } = {}) {
  const describe = cloudFormation.on(DescribeStacksCommand);
  if (stack === undefined) describe.rejects(new Error('Stack with id x does not exist'));
  else describe.resolves({ Stacks: [stack] });
  const list = audiences === undefined ? [] : [{ Arn: providerArn }];
  iam
    .on(ListOpenIDConnectProvidersCommand)
    .resolves({ OpenIDConnectProviderList: [{ Arn: `${providerArn}.example.com` }, ...list] });
  iam.on(GetOpenIDConnectProviderCommand).resolves({ ClientIDList: audiences ?? [] });
}

beforeEach(() => {
  for (const mock of [cloudFormation, iam, sts]) mock.reset();
  printed = [];
  sts.on(GetCallerIdentityCommand).resolves({ Account: '123456789012' });
  cloudFormation.on(CreateChangeSetCommand).resolves({ Id: 'change-set', StackId: 'stack-id' });
  cloudFormation.on(DeleteChangeSetCommand).resolves({});
  cloudFormation
    .on(DescribeChangeSetCommand)
    .resolves({ Status: 'FAILED', StatusReason: "The submitted information didn't contain changes." });
});

const run = (options: Partial<BootstrapJob> = {}) =>
  bootstrap({ stages: ['dev'], print: (line) => printed.push(line), ...options }, clients);

const changeSets = () => cloudFormation.commandCalls(CreateChangeSetCommand).map(({ args }) => args[0].input);

/** The parameters of the only change set; undefined for what keeps its value. */
const given = () =>
  Object.fromEntries(
    (changeSets()[0]?.Parameters ?? []).map(({ ParameterKey = '', ParameterValue }) => [
      ParameterKey,
      ParameterValue,
    ]),
  );

describe("GitHub's identity provider", () => {
  const repository = 'acme/orders';

  it("bootstrap makes GitHub's identity provider if the account has none", async () => {
    accountHas();
    await run({ repository });
    expect(given()).toEqual({ StageName: 'dev', GitHubRepository: repository, GitHubOidcProviderArn: '' });
  });

  it("bootstrap uses GitHub's identity provider if the account has one", async () => {
    accountHas({ audiences: ['sts.amazonaws.com'] });
    await run({ repository });
    expect(given()).toMatchObject({ GitHubOidcProviderArn: providerArn });
  });

  it("bootstrap keeps GitHub's identity provider in the stack that made it", async () => {
    const stack = aStack({ GitHubRepository: repository, GitHubOidcProviderArn: '' }, 'CREATE_COMPLETE');
    accountHas({ stack, audiences: ['sts.amazonaws.com'] });
    await run();
    expect(given()).toEqual({ StageName: 'dev', GitHubRepository: undefined, GitHubOidcProviderArn: '' });
  });

  it("bootstrap uses GitHub's identity provider for a stack that trusted no repository before", async () => {
    const stack = aStack({ GitHubRepository: '', GitHubOidcProviderArn: '' }, 'UPDATE_COMPLETE');
    accountHas({ stack, audiences: ['sts.amazonaws.com'] });
    await run({ repository });
    expect(given()).toMatchObject({ GitHubRepository: repository, GitHubOidcProviderArn: providerArn });
  });

  it("bootstrap makes GitHub's identity provider again for a stack whose provider was deleted", async () => {
    const stack = aStack(
      { GitHubRepository: repository, GitHubOidcProviderArn: providerArn },
      'CREATE_COMPLETE',
    );
    accountHas({ stack });
    await run();
    expect(given()).toMatchObject({ GitHubOidcProviderArn: '' });
  });

  it("bootstrap does not read GitHub's identity provider if no repository is trusted", async () => {
    accountHas({ audiences: [] });
    await run();
    expect(given()).toEqual({ StageName: 'dev', GitHubOidcProviderArn: '' });
    expect(iam.calls()).toHaveLength(0);
  });

  it('bootstrap refuses an identity provider that is not for AWS, with the command that fixes it', async () => {
    accountHas({ audiences: ['https://github.com/acme'] });
    await expect(run({ repository })).rejects.toThrow(
      `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${providerArn} --client-id sts.amazonaws.com`,
    );
    expect(changeSets()).toEqual([]);
  });
});

describe('the stacks', () => {
  it('bootstrap makes one stack per stage, with the name of the bucket written out', async () => {
    accountHas();
    await run({ stages: ['dev', 'prod'] });
    expect(changeSets().map(({ StackName }) => StackName)).toEqual([
      'OrderReplicationBootstrap-dev',
      'OrderReplicationBootstrap-prod',
    ]);
    const [first] = changeSets();
    expect(first).toMatchObject({ ImportExistingResources: true, Capabilities: ['CAPABILITY_NAMED_IAM'] });
    expect(first?.TemplateBody).toContain('"order-replication-dev-123456789012-eu-west-1"');
    expect(printed[0]).toBe('Preparing account 123456789012, eu-west-1, for dev, prod');
  });

  it('bootstrap makes no stack if anything is wrong, and reports all problems', async () => {
    accountHas();
    const failure = await run({ stages: ['dev', 'production'], repository: 'orders' }).catch(String);
    expect(failure).toContain('--stage must be dev, staging or prod');
    expect(failure).toContain('--repository must be owner/name');
    expect(cloudFormation.calls()).toHaveLength(0);
  });

  it('bootstrap changes nothing while one of the stacks is being changed', async () => {
    accountHas({ stack: aStack({}, 'UPDATE_IN_PROGRESS') });
    await expect(run()).rejects.toThrow('is being changed');
    expect(changeSets()).toEqual([]);
  });

  it('bootstrap changes nothing with expired credentials', async () => {
    accountHas();
    sts.on(GetCallerIdentityCommand).rejects(Object.assign(new Error('x'), { name: 'ExpiredToken' }));
    await expect(run()).rejects.toThrow('Sign in again');
  });
});

describe('the command line', () => {
  const read = (args: readonly string[]) => parseOptions(bootstrapOptions, args);
  const request = async (args: readonly string[]) => bootstrapRequest(await read(args));

  it('bootstrap prepares all stages unless some are named, each once', async () => {
    expect(await request([])).toEqual({ stages: ['dev', 'staging', 'prod'], repository: undefined });
    expect((await read([])).region).toBeUndefined();
    expect((await request(['--stage', 'prod', '--stage', 'dev', '--stage', 'prod'])).stages).toEqual([
      'prod',
      'dev',
    ]);
  });

  it('bootstrap accepts no other stage', async () => {
    await expect(request(['--stage', 'dev', '--stage', 'test'])).rejects.toThrow(
      'Allowed choices are dev, staging, prod.',
    );
  });

  it('bootstrap accepts the repository as GitHub prints it, and an empty one', async () => {
    const repository = async (text: string) => (await request(['--repository', text])).repository;
    expect(await repository('repo:acme@1/orders@2')).toBe('acme@1/orders@2');
    expect(await repository('acme/orders')).toBe('acme/orders');
    expect(await repository('')).toBe('');
  });

  it('bootstrap --output json has the outputs of each stage, and stdout has nothing else', async () => {
    accountHas({ stack: aStack({ GitHubRepository: '' }, 'UPDATE_COMPLETE') });
    expect(await runForJson(bootstrapCommand, ['--stage', 'dev', '--region', 'eu-west-1'])).toEqual([
      {
        stage: 'dev',
        stackName: 'OrderReplicationBootstrap-dev',
        region: 'eu-west-1',
        repository: '',
        changed: false,
        outputs: {},
      },
    ]);
  });
});

describe('the next steps', () => {
  const done = {
    stage: 'dev',
    stackName: 'OrderReplicationBootstrap-dev',
    region: 'eu-west-1',
    changed: true,
    repository: 'acme@1/orders@2',
    outputs: {
      PackagesBucketName: 'bucket',
      CloudFormationRoleArn: 'arn:service',
      DeployRoleArn: 'arn:deploy',
      DeployPolicyArn: 'arn:policy',
      FunctionsBoundaryArn: 'arn:boundary',
    },
  };

  it("the report of bootstrap has the variables for the stage's environment on GitHub", () => {
    const lines = howToDeploy(done).map((line) => line.trim());
    expect(lines.filter((line) => line.startsWith('gh '))).toEqual([
      'gh api --silent --method PUT repos/acme/orders/environments/dev -F "deployment_branch_policy[protected_branches]=false" -F "deployment_branch_policy[custom_branch_policies]=true"',
      'gh api --silent --method POST repos/acme/orders/environments/dev/deployment-branch-policies -f name=dev',
      'gh variable set AWS_REGION --repo acme/orders --env dev --body eu-west-1',
      'gh variable set AWS_ROLE_ARN --repo acme/orders --env dev --body arn:deploy',
      'gh variable set AWS_CLOUDFORMATION_ROLE_ARN --repo acme/orders --env dev --body arn:service',
      'gh variable set AWS_DEPLOYMENT_BUCKET --repo acme/orders --env dev --body bucket',
      'gh variable set PERMISSIONS_BOUNDARY_ARN --repo acme/orders --env dev --body arn:boundary',
    ]);
    expect(lines.join('\n')).toContain(
      'npx order-replication deploy --stage dev --region eu-west-1 --bucket bucket --role-arn arn:service --parameter PermissionsBoundaryArn=arn:boundary --email <address>',
    );
  });

  it('the report of bootstrap allows only the branch main to deploy prod', () => {
    const text = howToDeploy({ ...done, stage: 'prod' }).join('\n');
    expect(text).toContain('environments/prod/deployment-branch-policies -f name=main');
    expect(text).toContain('for the branch main (or master, if that is its name) and no other');
  });

  it('the report of bootstrap has nothing about GitHub if no repository is trusted', () => {
    const { DeployRoleArn: _, ...outputs } = done.outputs;
    const text = howToDeploy({ ...done, repository: '', outputs }).join('\n');
    expect(text).not.toMatch(/GitHub|gh |AWS_ROLE_ARN/);
    expect(text).toContain('arn:policy');
  });
});

it.each([
  'Role with name OrderReplicationBootstrap-dev-Deploy already exists.',
  'A policy called OrderReplicationBootstrap-dev-Functions already exists. Duplicate names are not allowed.',
  "Resource of type 'AWS::IAM::Role' with identifier 'OrderReplicationBootstrap-dev-CloudFormation' already exists.",
])('a stage that another region already has is refused with what to do (%s)', async (StatusReason) => {
  accountHas();
  cloudFormation.on(DescribeChangeSetCommand).resolves({ Status: 'FAILED', StatusReason });
  cloudFormation.on(DescribeEventsCommand).resolves({});
  const failure = await run().catch(String);
  expect(failure).toContain('already exists in another region of this account');
  expect(failure).not.toContain('--stack-name');
});
