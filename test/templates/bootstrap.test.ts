// What the linter cannot see in cloudformation/bootstrap.json: who may become what, and that the permissions are
// those that stack.json, delivery.json and the deploy take, no more and no fewer.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { parameterProblems } from '../../scripts/stack/parameters';
import type { Declarations } from '../../scripts/stack/parameters';
import { withNames } from '../../scripts/stack/template';
import { callsFor } from '../support/stack-calls';

interface Intrinsic {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly [string, string];
  readonly 'Fn::Sub'?: string;
}

type Text = string | Intrinsic;

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: Text | readonly Text[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Text | readonly Text[]>>>>;
}

interface Document {
  readonly Statement: readonly Statement[];
}

interface Template {
  readonly Parameters: Declarations;
  readonly Conditions: unknown;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly Resources: Readonly<
    Record<
      string,
      {
        readonly Type: string;
        readonly Condition?: string;
        readonly DeletionPolicy?: string;
        readonly UpdateReplacePolicy?: string;
        readonly Properties: Readonly<Record<string, unknown>>;
      }
    >
  >;
}

const read = (name: string) =>
  JSON.parse(readFileSync(join(__dirname, '../../cloudformation', name), 'utf8')) as Template;
const template = read('bootstrap.json');
const stackName = 'OrderReplication-dev';
/** The templates of the service's stacks, each with the names that its resources begin with. */
const services = [
  { service: read('stack.json'), names: { 'AWS::StackName': stackName } },
  { service: read('delivery.json'), names: { ReplicationStackName: stackName } },
];
const serviceResources = services.flatMap(({ service, names }) =>
  Object.entries(service.Resources).map(([id, resource]) => ({ id, ...resource, names })),
);
const ofServices = (type: string) => serviceResources.filter(({ Type }) => Type === type);
const properties = (id: string) => template.Resources[id]!.Properties;

const deployStatements = (properties('DeployPolicy')['PolicyDocument'] as Document).Statement;
const boundaryStatements = (properties('FunctionsBoundary')['PolicyDocument'] as Document).Statement;
const inlinePolicies = properties('CloudFormationRole')['Policies'] as readonly {
  readonly PolicyDocument: Document;
}[];
const roleStatements = inlinePolicies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

const dev = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '000000000000',
  'AWS::URLSuffix': 'amazonaws.com',
  StageName: 'dev',
  GitHubRepository: 'acme/orders',
};
/** The longest names that there are. */
const longest = {
  ...dev,
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-southeast-1',
  StageName: 'staging',
};

/** A value as it would be deployed. */
function resolved(value: Text, known: Readonly<Record<string, string>> = dev): string {
  if (typeof value === 'string') return value;
  const bucket = `arn:${known['AWS::Partition']!}:s3:::order-replication-${known['StageName']!}-${known['AWS::AccountId']!}-${known['AWS::Region']!}`;
  if (value.Ref === 'FunctionsBoundary') {
    const name = resolved(properties(value.Ref)['ManagedPolicyName'] as Text, known);
    return `arn:${known['AWS::Partition']!}:iam::${known['AWS::AccountId']!}:policy/${name}`;
  }
  if (value.Ref !== undefined) return known[value.Ref]!;
  const [id] = value['Fn::GetAtt'] ?? [];
  if (id === 'PackagesBucket') return bucket;
  if (id !== undefined) {
    const name = resolved(properties(id)['RoleName'] as Text, known);
    return `arn:${known['AWS::Partition']!}:iam::${known['AWS::AccountId']!}:role/${name}`;
  }
  return value['Fn::Sub']!.replaceAll(/\$\{([\w:.]+)\}/g, (_all, variable: string) =>
    variable === 'PackagesBucket.Arn' ? bucket : known[variable]!,
  );
}

const resources = ({ Resource }: Statement, known = dev) =>
  [Resource].flat().map((one) => resolved(one, known));
const isList = (value: Text | readonly Text[]): value is readonly Text[] => Array.isArray(value);
/** A statement that depends on a parameter, as it is where it counts. */
const whenAll = (one: Statement) =>
  (one as unknown as { readonly 'Fn::If'?: readonly [string, Statement] })['Fn::If']?.[1] ?? one;
const actions = ({ Action }: Statement) => [Action].flat();
const conditionOf = ({ Condition = {} }: Statement) =>
  Object.fromEntries(
    Object.values(Condition).flatMap((keys) =>
      Object.entries(keys).map(([key, value]) => [
        key,
        isList(value) ? value.map((one) => resolved(one)) : resolved(value),
      ]),
    ),
  );

const matches = (pattern: string, resource: string) =>
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(resource);

/** The conditions under which statements allow a call; none where none does. */
const grants = (statements: readonly Statement[], action: string, resource: string) =>
  statements
    .filter(
      (one) => actions(one).includes(action) && resources(one).some((pattern) => matches(pattern, resource)),
    )
    .map(conditionOf);

/** The values of the tag by which a secret belongs to a stack of the stage. */
const bothStacks = [stackName, `${stackName}-Delivery`];

describe('the role of CloudFormation', () => {
  const callsOfAll = Object.values(callsFor).flat();
  const needed = new Set(callsOfAll.flatMap((calls) => calls.actions));

  it.each([...new Set(serviceResources.map(({ Type }) => Type))])(
    'the role of CloudFormation covers %s',
    (type) => {
      expect(callsFor).toHaveProperty([type]);
    },
  );

  it.each(Object.entries(callsFor))('the role of CloudFormation may make what %s takes', (_, calls) => {
    for (const { resource, actions: needed, onlyIf = {} } of calls) {
      for (const action of needed) {
        expect({ action, resource, conditions: grants(roleStatements, action, resource) }).toEqual({
          action,
          resource,
          conditions: [onlyIf],
        });
      }
    }
  });

  it('the role of CloudFormation may do nothing that no resource type takes', () => {
    expect(roleStatements.flatMap(actions).filter((action) => !needed.has(action))).toEqual([]);
    expect(roleStatements.flatMap(actions).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('the role of CloudFormation reaches beyond the names of its stage only where there is no name to restrict it by', () => {
    const wide = roleStatements.filter((one) => resources(one).some((pattern) => !pattern.includes('dev')));
    expect(wide.map(({ Sid, Condition }) => [Sid, Condition !== undefined])).toEqual([
      ['ChangeMappings', true],
      ['ReadAndTagMappings', false],
      ['CheckPrivateNetwork', false],
      ['CreateApi', false],
      ['Api', true],
      ['TagApi', false],
      ['Secrets', false],
      ['SecretValues', true],
      ['Keys', false],
      ['WithoutResource', false],
      ['WithoutResource', false],
      ['ListAlarms', false],
    ]);
  });

  it('the role of CloudFormation makes the roles of the functions, no others, and passes them to Lambda only', () => {
    const names = namesIn('AWS::IAM::Role', 'RoleName');
    const aboutRoles = roleStatements.filter((one) =>
      actions(one).some((action) => action.startsWith('iam:')),
    );
    expect(aboutRoles).toHaveLength(3);
    for (const statement of aboutRoles) {
      expect(resources(statement)).toEqual(names.map((name) => `arn:aws:iam::000000000000:role/${name}`));
    }
    expect(names).not.toContain(resolved(properties('CloudFormationRole')['RoleName'] as Text));
  });

  it("the role of CloudFormation knows the secrets by their logical ids, which AWS names them by, and by the stack's name", () => {
    const ids = ofServices('AWS::SecretsManager::Secret').map(({ id }) => id);
    const names = [...ids, stackName];
    const about = [...roleStatements, ...boundaryStatements].filter(({ Sid }) => /^Secret/.test(Sid));
    expect(about.map(({ Sid }) => Sid)).toEqual(['Secrets', 'SecretValues', 'SecretValues']);
    for (const statement of about) {
      expect(resources(statement)).toEqual(
        names.map((name) => `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-*`),
      );
    }
  });

  it('the role of CloudFormation is for CloudFormation only', () => {
    expect(properties('CloudFormationRole')['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [{ Principal: { Service: 'cloudformation.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    expect(properties('CloudFormationRole')['ManagedPolicyArns']).toBeUndefined();
  });
});

describe('the boundary of the functions', () => {
  it('the boundary of the functions has what their roles have, and nothing else', () => {
    const ofRoles = ofServices('AWS::IAM::Role')
      .flatMap(({ Properties }) => Properties['Policies'] as readonly { readonly PolicyDocument: Document }[])
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement.map(whenAll).flatMap(actions));
    const ofBoundary = new Set(boundaryStatements.flatMap(actions));
    expect([...ofBoundary].sort()).toEqual([...new Set(ofRoles)].sort());
  });

  it('the boundary of the functions reaches no further than the stage, by names or else by a condition', () => {
    const wide = boundaryStatements.filter((one) =>
      resources(one).some((pattern) => !pattern.includes('OrderReplication-dev')),
    );
    expect(wide.map((one) => [one.Sid, conditionOf(one)])).toEqual([
      ['SecretValues', { 'aws:ResourceTag/aws:cloudformation:stack-name': bothStacks }],
      ['DecryptSecrets', { 'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com' }],
      ['EncryptAlerts', { 'kms:ViaService': 'sns.us-east-1.amazonaws.com' }],
      // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html: Lambda makes them for the function, for any resource.
      ['PrivateNetwork', {}],
    ]);
  });

  it('the boundary of the functions is an output for the deployer', () => {
    expect(template.Outputs['FunctionsBoundaryArn']?.Value).toEqual({ Ref: 'FunctionsBoundary' });
  });
});

it('no condition is met by a call that does not have its key', () => {
  const all = [...roleStatements, ...deployStatements, ...boundaryStatements];
  const operators = new Set(all.flatMap(({ Condition = {} }) => Object.keys(Condition)));
  expect([...operators].sort()).toEqual(['ArnLike', 'StringEquals']);
});

describe('the role that deploys', () => {
  const stacks = ['OrderReplication-dev', 'OrderReplication-dev-Delivery'].map(
    (name) => `arn:aws:cloudformation:us-east-1:000000000000:stack/${name}/*`,
  );
  const cloudFormationRole = 'arn:aws:iam::000000000000:role/OrderReplicationBootstrap-dev-CloudFormation';
  const granted = Object.fromEntries(
    deployStatements.map((one) => [
      one.Sid,
      {
        actions: actions(one).map((action) => action.split(':')[1]),
        on: resources(one),
        onlyIf: conditionOf(one),
      },
    ]),
  );

  it('the role that deploys may do what a deploy calls, on the stack and the bucket of the stage', () => {
    const bucket = 'arn:aws:s3:::order-replication-dev-000000000000-us-east-1';
    const ours = { 'aws:ResourceAccount': '000000000000' };
    expect(granted).toEqual({
      FollowStack: {
        actions: [
          'DescribeStacks',
          'DescribeStackEvents',
          'DescribeStackResources',
          'DescribeChangeSet',
          'DeleteChangeSet',
          'ExecuteChangeSet',
        ],
        on: stacks,
        onlyIf: {},
      },
      ReadValidationAndTag: {
        actions: ['DescribeEvents', 'TagResource', 'UntagResource'],
        on: [...stacks, 'arn:aws:cloudformation:us-east-1:000000000000:changeSet/deploy-*/*'],
        onlyIf: {},
      },
      ChangeStack: {
        actions: ['CreateChangeSet', 'DeleteStack'],
        on: stacks,
        onlyIf: { 'cloudformation:RoleArn': cloudFormationRole },
      },
      PassRole: {
        actions: ['PassRole'],
        on: [cloudFormationRole],
        onlyIf: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
      },
      UploadPackages: { actions: ['GetObject', 'PutObject'], on: [`${bucket}/*`], onlyIf: ours },
      FindPackages: { actions: ['ListBucket'], on: [bucket], onlyIf: ours },
      PollAndAudit: {
        actions: ['InvokeFunction'],
        on: ['GetNewOrders', 'AuditOrders'].map(
          (name) => `arn:aws:lambda:us-east-1:000000000000:function:OrderReplication-dev-${name}`,
        ),
        onlyIf: {},
      },
      SeeLimitOfConcurrency: { actions: ['GetAccountSettings'], on: ['*'], onlyIf: {} },
      SeeAndTestAlerts: {
        actions: ['ListSubscriptionsByTopic', 'Publish'],
        on: ['arn:aws:sns:us-east-1:000000000000:OrderReplication-dev-*'],
        onlyIf: {},
      },
      EncryptTestAlerts: {
        actions: ['Decrypt', 'GenerateDataKey'],
        on: ['arn:aws:kms:us-east-1:000000000000:key/*'],
        onlyIf: { 'kms:ViaService': 'sns.us-east-1.amazonaws.com' },
      },
    });
  });

  it('the role that deploys is assumed from the environment of the stage, by a token that GitHub made for AWS, and not otherwise', () => {
    const { Condition, Properties } = template.Resources['DeployRole']!;
    expect(Condition).toBe('TrustGitHub');
    expect(Properties['AssumeRolePolicyDocument']).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: {
            Federated: {
              'Fn::If': [
                'CreateGitHubOidcProvider',
                { Ref: 'GitHubOidcProvider' },
                { Ref: 'GitHubOidcProviderArn' },
              ],
            },
          },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
              'token.actions.githubusercontent.com:sub': {
                'Fn::Sub': 'repo:${GitHubRepository}:environment:${StageName}',
              },
            },
          },
        },
      ],
    });
    expect(Properties['ManagedPolicyArns']).toEqual([{ Ref: 'DeployPolicy' }]);
    expect(Properties['Policies']).toBeUndefined();
  });
});

describe('each command that the page of permissions gives to the policy of the deploy', () => {
  const commands = commandsWithDeployPolicy();

  it('each command on the page of permissions is a command of this project, a deploy and an audit among them', () => {
    expect(commands).toEqual(expect.arrayContaining(['deploy', 'pause', 'resume', 'poll', 'audit']));
    for (const command of commands) expect(reached(command).length).toBeGreaterThan(3);
  });

  it.each(commands)('the command %s may make each of its calls, on the resources that it uses', (command) => {
    const code = reached(command).map(codeOf).join('\n');
    // Every caller may ask for its own identity: that takes no permission.
    const names = [
      ...[...code.matchAll(/new (?!GetCallerIdentity)(\w+)Command\(/g)].map(([, name]) => name!),
      ...[...code.matchAll(/\bpaginate([A-Z]\w+)\(/g)].map(([, name]) => name!),
      ...[...code.matchAll(/\bwaitUntil([A-Z]\w+)\(/g)].map(([, name]) => callOfWaiter(name!)),
    ];
    expect(names.length).toBeGreaterThan(1);
    for (const { action, resource } of [...new Set(names)].flatMap((name) => callsOf(name, code))) {
      const granted = grants(deployStatements, action, resource).length;
      expect({ command, action, resource, granted }).toEqual({ command, action, resource, granted: 1 });
    }
  });
});

/** From the page's table of commands and what they need. */
function commandsWithDeployPolicy(): readonly string[] {
  const page = codeOf('docs/operations/permissions.md');
  const rows = page
    .split('\n')
    .filter((line) => /^\|[^|]+\|.*the policy `OrderReplicationBootstrap-<stage>-Deploy`/.test(line));
  return rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name!));
}

/** What a waiter of the SDK calls until its state is reached. */
function callOfWaiter(name: string): string {
  const calls: Readonly<Record<string, string>> = {
    ChangeSetCreateComplete: 'DescribeChangeSet',
    TableNotExists: 'DescribeTable',
  };
  const call = calls[name];
  if (call === undefined) throw new Error(`Say which call waitUntil${name} makes.`);
  return call;
}

function codeOf(file: string): string {
  return readFileSync(join(__dirname, '../..', file), 'utf8');
}

/** The files in scripts/ that a command runs: its own, and what they import, types apart. */
function reached(command: string): readonly string[] {
  const files = [fileOf(command)];
  for (const file of files) {
    const code = codeOf(file);
    const imports = [
      ...code.matchAll(/^import (?!type )[^;]*? from '(\.[./a-z-]+)';/gm),
      ...code.matchAll(/await import\('(\.[./a-z-]+)'\)/g),
    ];
    const paths = imports.map(([, path]) => `${join(dirname(file), path!)}.ts`);
    files.push(...paths.filter((path) => path.startsWith('scripts/') && !files.includes(path)));
  }
  return files;
}

/** Where the command is, as the program names it. */
function fileOf(command: string): string {
  const program = codeOf('scripts/cli.ts');
  const name = command.replaceAll(/-./g, (match) => match.slice(1).toUpperCase());
  const [, path] =
    new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from '(\\.[./a-z-]+)';`).exec(program) ?? [];
  if (path !== undefined) return join('scripts', `${path}.ts`);
  const { scripts } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  return / (scripts\/[a-z/-]+\.ts)/.exec(scripts[command] ?? '')![1]!;
}

interface Call {
  readonly action: string;
  readonly resource: string;
}

/** What IAM is asked for when code makes a call of the SDK, in the stack of stage dev. */
function callsOf(name: string, code: string): readonly Call[] {
  const on = (service: string, path: string) => `arn:aws:${service}:us-east-1:000000000000:${path}`;
  const to = (action: string, ...those: readonly string[]) => those.map((resource) => ({ action, resource }));
  const stack = on('cloudformation', 'stack/OrderReplication-dev/0a1b');
  const bucket = 'arn:aws:s3:::order-replication-dev-000000000000-us-east-1';
  const topics = namesIn('AWS::SNS::Topic', 'TopicName').map((topic) => on('sns', topic));
  const role = 'arn:aws:iam::000000000000:role/OrderReplicationBootstrap-dev-CloudFormation';
  const known: Readonly<Record<string, readonly Call[]>> = {
    // With the role that CloudFormation works with.
    CreateChangeSet: [...to('cloudformation:CreateChangeSet', stack), ...to('iam:PassRole', role)],
    DeleteStack: [...to('cloudformation:DeleteStack', stack), ...to('iam:PassRole', role)],
    DescribeEvents: to(
      'cloudformation:DescribeEvents',
      stack,
      on('cloudformation', 'changeSet/deploy-1700000000000/0a1b'),
    ),
    // What is not there is 404 only to who may list, else 403.
    HeadObject: [...to('s3:GetObject', `${bucket}/v-1/stack.json`), ...to('s3:ListBucket', bucket)],
    PutObject: to('s3:PutObject', `${bucket}/v-1/stack.json`),
    GetAccountSettings: to('lambda:GetAccountSettings', '*'),
    Invoke: to('lambda:InvokeFunction', ...functionsIn(code).map((one) => on('lambda', `function:${one}`))),
    ListSubscriptionsByTopic: to('sns:ListSubscriptionsByTopic', ...topics),
    Publish: [
      ...to('sns:Publish', ...topics),
      ...['kms:Decrypt', 'kms:GenerateDataKey'].flatMap((action) => to(action, on('kms', 'key/0a1b'))),
    ],
  };
  // All others of a deploy are calls about the stack.
  return known[name] ?? to(`cloudformation:${name}`, stack);
}

/** The names that resources of a type have in the stacks of stage dev. */
const namesIn = (type: string, property: string) =>
  ofServices(type).map(({ Properties, names }) => resolved(Properties[property] as Text, names));

/** The functions that code invokes: those whose names it takes from the outputs of the stack. */
function functionsIn(code: string): readonly string[] {
  const outputs = [...code.matchAll(/outputOf\(service, '(\w+FunctionName)'\)/g)].map(([, name]) => name!);
  expect(outputs.length).toBeGreaterThan(0);
  return outputs.map((name) => {
    const { service, names } = services.find(({ service: one }) => name in one.Outputs)!;
    const { Ref = '' } = service.Outputs[name]!.Value as Intrinsic;
    return resolved(service.Resources[Ref]!.Properties['FunctionName'] as Text, names);
  });
}

it('the bootstrap keeps the descriptions of its policies, because a new one replaces a policy, which its fixed name forbids', () => {
  expect(['DeployPolicy', 'FunctionsBoundary'].map((id) => properties(id)['Description'])).toEqual([
    { 'Fn::Sub': 'What npm run deploy needs for OrderReplication-${StageName}.' },
    { 'Fn::Sub': 'The most that the functions of OrderReplication-${StageName} may do.' },
  ]);
});

describe("IAM's and CloudFormation's limits", () => {
  const sizeOf = (part: unknown): number =>
    JSON.stringify(part, (_key, value: unknown) =>
      typeof value === 'object' &&
      value !== null &&
      ('Fn::Sub' in value || 'Fn::GetAtt' in value || 'Ref' in value)
        ? resolved(value as Text, longest)
        : value,
    ).length;

  it('the limits of IAM and CloudFormation are kept with the longest names', () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    const inline = inlinePolicies.reduce((sum, { PolicyDocument }) => sum + sizeOf(PolicyDocument), 0);
    expect(inline).toBeLessThanOrEqual(10_240);
    for (const id of ['DeployPolicy', 'FunctionsBoundary']) {
      expect(sizeOf(properties(id)['PolicyDocument'])).toBeLessThanOrEqual(6_144);
    }
    for (const id of ['DeployRole', 'CloudFormationRole']) {
      expect(resolved(properties(id)['RoleName'] as Text, longest).length).toBeLessThanOrEqual(64);
    }
    expect(resolved(properties('PackagesBucket')['BucketName'] as Text, longest).length).toBeLessThanOrEqual(
      63,
    );
  });

  it('the bootstrap template fits into the call itself, because there is no bucket for it yet', () => {
    expect(withNames(template, longest).length).toBeLessThanOrEqual(51_200);
  });
});

describe('the bucket of the packages', () => {
  it('the bucket of the packages is private, encrypted, versioned, and outlives its stack', () => {
    expect(template.Resources['PackagesBucket']).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        VersioningConfiguration: { Status: 'Enabled' },
      },
    });
  });

  it('the bucket of the packages never expires what is current, which a rollback may need', () => {
    const { Rules } = properties('PackagesBucket')['LifecycleConfiguration'] as {
      Rules: Readonly<Record<string, unknown>>[];
    };
    expect(Rules.map(({ Id: _id, Status: _status, ...rule }) => rule)).toEqual([
      { NoncurrentVersionExpiration: { NoncurrentDays: 90 } },
      { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
    ]);
  });

  it('the bucket of the packages has a fixed name, so that a later stack can adopt it', () => {
    const { Resources } = JSON.parse(withNames(template, dev)) as Template;
    expect(Resources['PackagesBucket']?.Properties['BucketName']).toBe(
      'order-replication-dev-000000000000-us-east-1',
    );
    expect(Resources['DeployRole']).toEqual(template.Resources['DeployRole']);
  });
});

describe("GitHub's identity provider", () => {
  it("GitHub's identity provider is made only where the account has none, and stays when the stack is deleted", () => {
    expect(template.Resources['GitHubOidcProvider']).toMatchObject({
      Condition: 'CreateGitHubOidcProvider',
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        Url: 'https://token.actions.githubusercontent.com',
        ClientIdList: ['sts.amazonaws.com'],
      },
    });
    expect(template.Conditions).toMatchObject({
      CreateGitHubOidcProvider: {
        'Fn::And': [{ Condition: 'TrustGitHub' }, { 'Fn::Equals': [{ Ref: 'GitHubOidcProviderArn' }, ''] }],
      },
    });
  });
});

describe('the parameters of the bootstrap', () => {
  const problems = (given: Readonly<Record<string, string>>) =>
    parameterProblems(template.Parameters, { StageName: 'dev', ...given }, []);

  it.each(['', 'acme/orders', 'acme-corp/orders.v2_x', 'acme@123456/orders@456789', 'emu_short/x'])(
    'the bootstrap accepts the repository "%s"',
    (GitHubRepository) => expect(problems({ GitHubRepository })).toEqual([]),
  );

  it.each([
    'acme',
    'acme/orders/x',
    'acme/*',
    '*/orders',
    'acme/orders:ref',
    'acme@1/orders',
    'acme/orders@2',
    'repo:acme/orders',
    'https://github.com/acme/orders',
    'acme@x/orders@y',
    'acme/or?ers',
    ' acme/orders',
  ])('the bootstrap refuses the repository "%s"', (GitHubRepository) =>
    expect(problems({ GitHubRepository })).toHaveLength(1),
  );

  it("the bootstrap accepts the ARN of GitHub's provider and of no other", () => {
    const arn = (host: string) => `arn:aws:iam::123456789012:oidc-provider/${host}`;
    const given = (host: string) => problems({ GitHubOidcProviderArn: arn(host) });
    expect(given('token.actions.githubusercontent.com')).toEqual([]);
    expect(given('token.actions.githubusercontent.com.example.com')).toHaveLength(1);
    expect(given('accounts.google.com')).toHaveLength(1);
  });
});
