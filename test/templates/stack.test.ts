// What the linter cannot see in cloudformation/stack.json: that its parts agree with each other and with the code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';

import {
  auditEnvironment,
  pollEnvironment,
  readAuditConfig,
  readPollConfig,
  readWebhookConfig,
  readWorkerConfig,
  webhookEnvironment,
  workerEnvironment,
} from '../../lambda/shared/config';
import { quickAwsClientOptions, recordAwsClientOptions } from '../../lambda/shared/aws/clients';
import { isDroppable, NEVER_DROPPED } from '../../lambda/shared/order/personal-data';
import { parameterProblems } from '../../scripts/stack/parameters';
import type { Declarations } from '../../scripts/stack/parameters';
import { dashboardFiles, renewed } from '../../tools/generate-template';

interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
  readonly Metadata?: Record<string, string>;
  readonly Properties: Record<string, unknown>;
}

interface Intrinsic {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly [string, string];
  readonly 'Fn::Sub'?: string;
  readonly 'Fn::If'?: readonly [condition: string, whenTrue: Intrinsic, whenFalse: Intrinsic];
}

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: Intrinsic | readonly Intrinsic[];
}

interface Template {
  readonly Metadata: {
    readonly 'AWS::CloudFormation::Interface': {
      readonly ParameterGroups: readonly { readonly Parameters: readonly string[] }[];
      readonly ParameterLabels: Record<string, { readonly default: string }>;
    };
  };
  readonly Parameters: Declarations;
  readonly Conditions: Record<string, unknown>;
  readonly Resources: Record<string, Resource>;
  readonly Outputs: Record<string, { readonly Value: unknown; readonly Export?: unknown }>;
}

const text = readFileSync(join(__dirname, '../../cloudformation/stack.json'), 'utf8');
const template = JSON.parse(text) as Template;
const resources = template.Resources;
const properties = (id: string) => resources[id]!.Properties;

/** What stands at a path of a resource's properties; list items go by their number. */
const property = (id: string, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((part, key) => (part as Record<string | number, unknown>)[key], properties(id));
const ofType = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);

const functions = {
  GetOrdersFunction: { environment: pollEnvironment, read: readPollConfig },
  CartConvertedWebhookFunction: { environment: webhookEnvironment, read: readWebhookConfig },
  ProcessOrdersFunction: { environment: workerEnvironment, read: readWorkerConfig },
  AuditOrdersFunction: { environment: auditEnvironment, read: readAuditConfig },
};
const functionIds = Object.keys(functions) as (keyof typeof functions)[];
const variablesOf = (id: string) =>
  property(id, 'Environment', 'Variables') as Record<string, Intrinsic | string>;

/** Every name that a Ref, Fn::GetAtt, Fn::Sub, Fn::If or Condition in a part of the template points at. */
function referencesIn(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(referencesIn);
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]): string[] => {
    if (key === 'Ref' || key === 'Condition') return [String(value)];
    if (key === 'Fn::GetAtt') return [(value as string[])[0]!];
    if (key === 'Fn::Sub') return [...String(value).matchAll(/\$\{([^.}]+)/g)].map(([, name]) => name!);
    return key === 'Fn::If' ? [(value as string[])[0]!, ...referencesIn(value)] : referencesIn(value);
  });
}

/** A value as it would be deployed, all parameters at their defaults and every resource called by its id. */
function resolved(value: Intrinsic | string): string {
  if (typeof value === 'string') return value;
  const named = (name: string) => {
    const { Default } = template.Parameters[name] ?? {};
    if (Default !== undefined) return String(Default);
    const type = resources[name]?.Type;
    if (type === 'AWS::SQS::Queue') return `https://sqs.eu-west-1.amazonaws.com/123456789012/${name}`;
    if (type === 'AWS::SNS::Topic' || type === 'AWS::SecretsManager::Secret')
      return `arn:aws:x:eu-west-1:123456789012:${name}`;
    return name;
  };
  const choice = value['Fn::If'];
  if (choice !== undefined) return resolved(choice[1]);
  const pattern = value['Fn::Sub'];
  if (pattern !== undefined)
    return pattern.replaceAll(/\$\{([\w:]+)\}/g, (_, part: string) => named(part.replace('AWS::', '')));
  const name = value.Ref ?? value['Fn::GetAtt']?.[0];
  if (name === undefined) throw new Error(`Neither a Ref nor an Fn::GetAtt: ${JSON.stringify(value)}`);
  return named(name);
}

/** The most characters that a value may have when it is deployed. Throws for a parameter without a bound. */
function longest(value: Intrinsic | string): number {
  if (typeof value === 'string') return value.length;
  const choice = value['Fn::If'];
  if (choice !== undefined) return Math.max(longest(choice[1]), longest(choice[2]));
  const parameter = template.Parameters[value.Ref ?? ''];
  // The longest are URLs of queues and ARNs, in the longest region, of a stack whose name has 43 characters.
  if (parameter === undefined) return 130;
  const { MaxLength, AllowedValues, MaxValue } = parameter;
  const bounds: readonly (string | number | undefined)[] =
    MaxLength === undefined ? (AllowedValues ?? [MaxValue]) : ['x'.repeat(MaxLength)];
  if (bounds.includes(undefined)) throw new Error(`${value.Ref ?? ''} has no bound.`);
  return Math.max(...bounds.map((one) => String(one).length));
}

/** Incomplete, Pending, Refunded, Cancelled, Declined, Manual Verification Required, Disputed. */
const voidStatuses = ['0', '1', '4', '5', '6', '12', '13'];

describe('parameters', () => {
  const declared = template.Parameters;
  const names = Object.keys(declared);
  const { ParameterGroups, ParameterLabels } = template.Metadata['AWS::CloudFormation::Interface'];

  it('the parameters are those that the README describes', () => {
    expect([...names].sort()).toEqual(
      [
        'BigCommerceClientId',
        'BigCommerceToken',
        'BigCommerceStoreHash',
        'LambdaDeploymentPackagesBucketName',
        'StageName',
        'ExceptionsEmailAddress',
        'PollingInterval',
        'BigCommerceClientSecret',
        'BigCommerceApiUrl',
        'LambdaDeploymentPackagesPrefix',
        'PermissionsBoundaryArn',
        'AllowedStatusIds',
        'AdvanceStatusIds',
        'AdvanceOrders',
        'NewPhysicalOrderStatusId',
        'NewDigitalOrderStatusId',
        'IgnoreOrdersCreatedBefore',
        'CompletedOrdersLookbackDays',
        'ApiQuotaReservePercent',
        'WebhookMaxAgeHours',
        'CheckWebhook',
        'WebhookDestination',
        'ReadConsignments',
        'FollowUpDays',
        'Paused',
        'RecordRetentionDays',
        'ReserveConcurrency',
        'CreateSavedQueries',
        'DropFields',
        'OrderRetentionDays',
      ].sort(),
    );
  });

  it('the parameters have the defaults that the README describes', () => {
    const defaults = Object.entries(declared).flatMap(([name, { Default }]) =>
      Default === undefined ? [] : [[name, Default]],
    );
    expect(Object.fromEntries(defaults)).toEqual({
      StageName: 'dev',
      PollingInterval: 120,
      BigCommerceClientSecret: '',
      BigCommerceApiUrl: 'https://api.bigcommerce.com',
      LambdaDeploymentPackagesPrefix: '',
      PermissionsBoundaryArn: '',
      AllowedStatusIds: '7,10,11',
      AdvanceStatusIds: '10,11',
      AdvanceOrders: 'true',
      NewPhysicalOrderStatusId: 9,
      NewDigitalOrderStatusId: 8,
      IgnoreOrdersCreatedBefore: '',
      CompletedOrdersLookbackDays: 7,
      ApiQuotaReservePercent: 10,
      WebhookMaxAgeHours: 72,
      CheckWebhook: 'true',
      WebhookDestination: '',
      Paused: 'false',
      ReadConsignments: 'true',
      FollowUpDays: 30,
      RecordRetentionDays: 90,
      ReserveConcurrency: 'true',
      CreateSavedQueries: 'true',
      DropFields: '',
      OrderRetentionDays: 0,
    });
  });

  it.each(names)('the parameter %s has an effect', (name) => {
    const used = referencesIn([template.Conditions, resources, template.Outputs]);
    expect(used).toContain(name);
    // A parameter that only feeds a condition has an effect when something hangs on that condition.
    if (name in template.Conditions) expect(referencesIn(resources).concat(conditionsUsed())).toContain(name);
  });

  it.each(names)('the parameter %s is labelled, in one group, described and bounded', (name) => {
    expect(ParameterLabels[name]?.default).toBeTruthy();
    expect(
      ParameterGroups.flatMap(({ Parameters }) => Parameters).filter((one) => one === name),
    ).toHaveLength(1);
    const { AllowedPattern, AllowedValues, MinValue, MaxValue, ...rest } = declared[name]!;
    expect(rest).toMatchObject({
      Description: expect.any(String) as unknown,
      ConstraintDescription: expect.any(String) as unknown,
    });
    expect(AllowedPattern ?? AllowedValues ?? (MinValue !== undefined && MaxValue)).toBeTruthy();
  });

  it('the parameters have defaults that fit their own bounds', () => {
    const defaults = Object.entries(declared).flatMap(([name, { Default }]) =>
      Default === undefined ? [] : [[name, String(Default)] as const],
    );
    expect(parameterProblems(declared, Object.fromEntries(defaults), names)).toEqual([]);
  });

  it('the parameters hide the token and the client secret, and nothing else', () => {
    expect(names.filter((name) => declared[name]!.NoEcho === true).sort()).toEqual([
      'BigCommerceClientSecret',
      'BigCommerceToken',
    ]);
  });

  it('the parameters refuse what would do harm later', () => {
    const harmful = {
      BigCommerceToken: ['a"b', 'a\\b', 'a b', '{{resolve:ssm:x}}', ''],
      BigCommerceClientId: ['a"b', 'a\\b', ''],
      BigCommerceClientSecret: ['a"b', 'a\\b'],
      BigCommerceStoreHash: ['stores/abc', '../x', ''],
      BigCommerceApiUrl: ['ftp://x', 'https://x/?a=1', 'https://user@x'],
      LambdaDeploymentPackagesPrefix: ['v-1', '/v-1/'],
      AllowedStatusIds: ['', '7 10', '7;10', '15', '7,'],
      IgnoreOrdersCreatedBefore: ['yesterday', '2026-13-01'],
      ExceptionsEmailAddress: ['no-address', 'a@b,c@d e'],
      WebhookDestination: [
        'http://x/dev',
        'https://x:8443/dev',
        'ftp://x/dev',
        'to https://x/dev',
        'hooks.example.com',
        'https://x/?a=1',
        'https://x/dev/',
        'https://user@x/dev',
      ],
      PollingInterval: ['10', ''],
      ApiQuotaReservePercent: ['91', '-1', 'x'],
      DropFields: [
        ...NEVER_DROPPED,
        'phone, id',
        'id,phone',
        'replication.state',
        'phone;email',
        'phone,',
        ',',
        Array(400).fill('phone').join(','),
      ],
      NewPhysicalOrderStatusId: voidStatuses,
      NewDigitalOrderStatusId: voidStatuses,
      OrderRetentionDays: ['-1', '36501', 'x', ''],
    };
    for (const [name, values] of Object.entries(harmful)) {
      for (const value of values) {
        expect({ name, value, problems: parameterProblems(declared, { [name]: value }, names) }).toEqual({
          name,
          value,
          problems: [expect.stringContaining(name)],
        });
      }
    }
  });
});

describe('the statuses that orders are moved to', () => {
  it.each(['NewPhysicalOrderStatusId', 'NewDigitalOrderStatusId'])(
    'the parameter %s accepts a status if, and only if, the worker does',
    (name) => {
      const variable =
        name === 'NewPhysicalOrderStatusId' ? 'NEW_PHYSICAL_ORDER_STATUS_ID' : 'NEW_DIGITAL_ORDER_STATUS_ID';
      const worker = Object.entries(variablesOf('ProcessOrdersFunction')).map(
        ([key, value]) => [key, resolved(value)] as const,
      );
      for (const id of Array.from({ length: 16 }, (_, nth) => String(nth))) {
        const environment = { ...Object.fromEntries(worker), [variable]: id };
        const problems = parameterProblems({ [name]: template.Parameters[name]! }, { [name]: id }, []);
        const isTaken = !voidStatuses.includes(id) && Number(id) <= 14;
        expect({ id, template: problems.length === 0 }).toEqual({ id, template: isTaken });
        if (isTaken) expect(() => readWorkerConfig(environment)).not.toThrow();
        else expect(() => readWorkerConfig(environment)).toThrow(`${variable}: expected the id of a status`);
      }
    },
  );
});

describe('the fields that are dropped', () => {
  const problems = (given: string) =>
    parameterProblems(template.Parameters, { DropFields: given }, Object.keys(template.Parameters));

  it('the template accepts dropped fields if, and only if, the worker does', () => {
    const part = fc.constantFrom(
      'phone',
      'products',
      'id',
      'replication',
      'date_shipped',
      'state',
      'x y',
      '',
    );
    const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 3 }), (names) => {
        const isEmpty = names.join(',') === '';
        expect(problems(names.join(',')).length === 0).toBe(isEmpty || names.every(isDroppable));
      }),
    );
  });

  it('the dropped fields may have a space after each comma', () => {
    expect(problems('phone, shipping_addresses.email, billing_address')).toEqual([]);
  });

  it('the description distinguishes the dropped fields from those that are never dropped', () => {
    for (const name of NEVER_DROPPED) {
      expect(template.Parameters['DropFields']?.ConstraintDescription).toMatch(new RegExp(`[ ,]${name}[ ,]`));
    }
  });
});

const conditionsUsed = () => Object.values(resources).flatMap(({ Condition }) => Condition ?? []);

describe('the secret with the credentials', () => {
  it('the secret with the credentials is valid JSON for all that the patterns of its parameters allow', () => {
    const pattern = (name: string) =>
      fc.stringMatching(new RegExp(template.Parameters[name]!.AllowedPattern!));
    const values = fc.record({
      BigCommerceClientId: pattern('BigCommerceClientId'),
      BigCommerceToken: pattern('BigCommerceToken'),
      BigCommerceClientSecret: pattern('BigCommerceClientSecret'),
    });
    const secret = property('BigCommerceSecret', 'SecretString', 'Fn::Sub') as string;
    fc.assert(
      fc.property(values, (given) => {
        const json = secret.replace(/\$\{(\w+)\}/g, (_text, name: keyof typeof given) => given[name]);
        expect(JSON.parse(json)).toEqual({
          clientId: given.BigCommerceClientId,
          accessToken: given.BigCommerceToken,
          clientSecret: given.BigCommerceClientSecret,
        });
      }),
    );
  });

  it('both secrets are named by their id, never by Ref', () => {
    const secrets = ofType('AWS::SecretsManager::Secret').map(([id]) => id);
    expect(secrets).toEqual(['BigCommerceSecret', 'WebhookSecret']);
    for (const id of secrets) {
      expect(text).not.toMatch(new RegExp(`"Ref": "${id}"|\\$\\{${id}[.}]`));
      expect(text).not.toMatch(new RegExp(`"Fn::GetAtt": \\["${id}", "(?!Id")`));
    }
  });

  it('each secret is given to the function that reads it, by the name that it reads', () => {
    const arnOf = (id: string, name: string) => variablesOf(id)[name];
    for (const id of functionIds) {
      expect(arnOf(id, 'BIGCOMMERCE_SECRET_ARN')).toEqual({ 'Fn::GetAtt': ['BigCommerceSecret', 'Id'] });
    }
    for (const id of ['GetOrdersFunction', 'CartConvertedWebhookFunction']) {
      expect(arnOf(id, 'WEBHOOK_SECRET_ARN')).toEqual({ 'Fn::GetAtt': ['WebhookSecret', 'Id'] });
    }
  });

  it('webhooks are kept for longer than the 48 hours in which BigCommerce delivers them again', () => {
    expect(template.Parameters['RecordRetentionDays']?.MinValue).toBe(3);
  });

  it('the webhook secret is generated, long, from letters and digits', () => {
    expect(property('WebhookSecret', 'GenerateSecretString', 'PasswordLength')).toBeGreaterThanOrEqual(40);
    expect(property('WebhookSecret', 'GenerateSecretString', 'ExcludePunctuation')).toBe(true);
  });
});

describe.each(functionIds)('%s', (id) => {
  const { environment, read } = functions[id];

  it('a function has exactly the environment that its configuration reads', () => {
    expect(Object.keys(variablesOf(id)).sort()).toEqual([...environment].sort());
  });

  it('a function can be configured with the defaults', () => {
    const variables = Object.entries(variablesOf(id)).map(
      ([name, value]) => [name, resolved(value)] as const,
    );
    expect(() => read(Object.fromEntries(variables))).not.toThrow();
  });

  it.each(['MinValue', 'MaxValue'] as const)(
    'a function can be configured with the %s of every number',
    (bound) => {
      const variables = Object.entries(variablesOf(id)).map(([name, value]) => {
        const limit = typeof value === 'string' ? undefined : template.Parameters[value.Ref ?? '']?.[bound];
        return [name, limit === undefined ? resolved(value) : String(limit)] as const;
      });
      expect(() => read(Object.fromEntries(variables))).not.toThrow();
    },
  );

  it('a function has an environment that Lambda accepts, for all that the bounds of the parameters allow', () => {
    // docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 4 KB for all variables of a function.
    const size = Object.entries(variablesOf(id)).reduce(
      (sum, [name, value]) => sum + `"${name}":"",`.length + longest(value),
      0,
    );
    expect(size).toBeLessThanOrEqual(4_096);
  });

  it('a function gets no secret through its environment', () => {
    const hidden = Object.keys(template.Parameters).filter((name) => template.Parameters[name]!.NoEcho);
    for (const name of hidden) expect(referencesIn(variablesOf(id))).not.toContain(name);
    expect(JSON.stringify(variablesOf(id))).not.toContain('{{resolve');
  });

  it('a function is the package of its folder, in the folder of this version (a defect of the sample: constant keys)', () => {
    const folder = {
      GetOrdersFunction: 'get-new-orders',
      CartConvertedWebhookFunction: 'new-orders-webhook',
      ProcessOrdersFunction: 'process-new-orders',
      AuditOrdersFunction: 'audit-orders',
    }[id];
    const { Code, Handler, Runtime, Architectures } = properties(id);
    expect(Code).toEqual({
      S3Bucket: { Ref: 'LambdaDeploymentPackagesBucketName' },
      S3Key: { 'Fn::Sub': `\${LambdaDeploymentPackagesPrefix}${folder}.zip` },
    });
    expect([Handler, Runtime, Architectures]).toEqual(['index.handler', 'nodejs24.x', ['arm64']]);
  });

  it('a function logs to a group of its own that does not keep logs indefinitely', () => {
    const group = property(id, 'LoggingConfig', 'LogGroup', 'Ref') as string;
    expect(group).toBe(id.replace('Function', 'LogGroup'));
    expect(properties(group)['RetentionInDays']).toBeLessThanOrEqual(90);
  });

  it('a function counts under the name of the stack, from lines to which Lambda adds nothing', () => {
    expect(variablesOf(id)['METRICS_NAMESPACE']).toEqual({ Ref: 'AWS::StackName' });
    expect(property(id, 'LoggingConfig', 'LogFormat')).toBe('Text');
  });

  it('a function has its role and its log group next to it', () => {
    const order = Object.keys(resources);
    const stem = id.replace('Function', '');
    expect(order.slice(order.indexOf(id), order.indexOf(id) + 3)).toEqual([
      id,
      `${stem}LogGroup`,
      `${stem}Role`,
    ]);
  });
});

describe('roles', () => {
  const statements = (id: string) =>
    property(id, 'Policies', 0, 'PolicyDocument', 'Statement') as Statement[];
  const granted = (id: string) =>
    Object.fromEntries(
      statements(id).map(({ Action, Resource }) => [[Action].flat().join(' '), referencesIn(Resource)]),
    );

  const anyKeyOfAccount = ['AWS::Partition', 'AWS::Region', 'AWS::AccountId'];

  it('the role of the poll may do what a poll does', () => {
    expect(granted('GetOrdersRole')).toEqual({
      'secretsmanager:GetSecretValue': ['BigCommerceSecret', 'WebhookSecret'],
      'kms:Decrypt': anyKeyOfAccount,
      'sqs:SendMessage': ['OrdersQueue'],
      'dynamodb:BatchGetItem dynamodb:UpdateItem': ['LedgerTable'],
      'dynamodb:GetItem dynamodb:PutItem': ['JobsTable'],
      'dynamodb:Query': ['JobsTable'],
      'sns:Publish': ['ExceptionsTopic'],
      'kms:Decrypt kms:GenerateDataKey': ['AlertsKey'],
      'logs:CreateLogStream logs:PutLogEvents': ['GetOrdersLogGroup'],
    });
  });

  it('the role of the webhook may do what the webhook does', () => {
    expect(granted('CartConvertedWebhookRole')).toEqual({
      'secretsmanager:GetSecretValue': ['BigCommerceSecret', 'WebhookSecret'],
      'kms:Decrypt': anyKeyOfAccount,
      'sqs:SendMessage': ['OrdersQueue'],
      'dynamodb:UpdateItem': ['LedgerTable'],
      'dynamodb:GetItem dynamodb:PutItem': ['WebhooksTable'],
      'sns:Publish': ['ExceptionsTopic'],
      'kms:Decrypt kms:GenerateDataKey': ['AlertsKey'],
      'logs:CreateLogStream logs:PutLogEvents': ['CartConvertedWebhookLogGroup'],
    });
  });

  it('the role of the worker may do what the worker does', () => {
    expect(granted('ProcessOrdersRole')).toEqual({
      'secretsmanager:GetSecretValue': ['BigCommerceSecret'],
      'kms:Decrypt': anyKeyOfAccount,
      'sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility': [
        'OrdersQueue',
      ],
      'sqs:SendMessage': ['OrdersDeadLetterQueue'],
      'dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem': ['OrdersTable'],
      'dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem': ['OrderPartsTable'],
      'dynamodb:GetItem dynamodb:UpdateItem': ['LedgerTable'],
      'sns:Publish': ['ExceptionsTopic'],
      'kms:Decrypt kms:GenerateDataKey': ['AlertsKey'],
      'logs:CreateLogStream logs:PutLogEvents': ['ProcessOrdersLogGroup'],
    });
  });

  it('the role of the audit may do what an audit does', () => {
    expect(granted('AuditOrdersRole')).toEqual({
      'secretsmanager:GetSecretValue': ['BigCommerceSecret'],
      'kms:Decrypt': anyKeyOfAccount,
      'sqs:SendMessage': ['OrdersQueue'],
      'dynamodb:BatchGetItem dynamodb:UpdateItem': ['LedgerTable'],
      'dynamodb:BatchGetItem': ['OrdersTable'],
      'dynamodb:GetItem dynamodb:PutItem': ['JobsTable'],
      'dynamodb:Query': ['JobsTable'],
      'sns:Publish': ['ExceptionsTopic'],
      'kms:Decrypt kms:GenerateDataKey': ['AlertsKey'],
      'logs:CreateLogStream logs:PutLogEvents': ['AuditOrdersLogGroup'],
    });
  });

  it.each(ofType('AWS::IAM::Role').map(([id]) => id))(
    'the role %s names only resources of this stack, exactly',
    (id) => {
      expect(property(id, 'ManagedPolicyArns')).toBeUndefined();
      expect(property(id, 'Policies')).toHaveLength(1);
      expect(property(id, 'AssumeRolePolicyDocument', 'Statement')).toEqual([
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]);
      const named = statements(id).filter(({ Sid }) => Sid !== 'DecryptSecrets');
      expect(JSON.stringify(named)).not.toContain('*');
      for (const resource of named.flatMap(({ Resource }) => Resource)) {
        expect(referencesIn(resource)).toHaveLength(1);
        expect(Object.keys(resources)).toContain(referencesIn(resource)[0]);
      }
    },
  );

  it.each(ofType('AWS::IAM::Role').map(([id]) => id))(
    'the role %s decrypts its secrets through Secrets Manager only',
    (id) => {
      expect(statements(id).filter(({ Sid }) => Sid === 'DecryptSecrets')).toEqual([
        {
          Sid: 'DecryptSecrets',
          Effect: 'Allow',
          Action: 'kms:Decrypt',
          Resource: {
            'Fn::Sub': 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*',
          },
          Condition: {
            StringEquals: {
              'kms:ViaService': { 'Fn::Sub': 'secretsmanager.${AWS::Region}.${AWS::URLSuffix}' },
            },
          },
        },
      ]);
    },
  );

  it.each(ofType('AWS::IAM::Role').map(([id]) => id))(
    'the role %s is bounded where a boundary is given',
    (id) => {
      expect(property(id, 'PermissionsBoundary')).toEqual({
        'Fn::If': ['PermissionsBoundary', { Ref: 'PermissionsBoundaryArn' }, { Ref: 'AWS::NoValue' }],
      });
      expect(template.Conditions['PermissionsBoundary']).toEqual({
        'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'PermissionsBoundaryArn' }, ''] }],
      });
    },
  );

  it('each role belongs to one function', () => {
    expect(functionIds.map((id) => property(id, 'Role', 'Fn::GetAtt', 0))).toEqual(
      ofType('AWS::IAM::Role').map(([id]) => id),
    );
  });
});

describe('the Orders queue and its worker', () => {
  const queue = properties('OrdersQueue');
  const deadLetters = properties('OrdersDeadLetterQueue');
  const worker = properties('ProcessOrdersFunction');
  const mapping = properties('ProcessOrdersEventSource');

  it('the Orders queue hides a reference for six times as long as the worker may take (a defect of the sample: just as long)', () => {
    expect(queue['VisibilityTimeout']).toBeGreaterThanOrEqual(6 * Number(worker['Timeout']));
  });

  it('the Orders queue gives twenty receives, and the worker knows how many', () => {
    const receives = property('OrdersQueue', 'RedrivePolicy', 'maxReceiveCount');
    expect(receives).toBe(20);
    expect(variablesOf('ProcessOrdersFunction')['MAX_RECEIVE_COUNT']).toBe(String(receives));
    expect(referencesIn(queue['RedrivePolicy'])).toEqual(['OrdersDeadLetterQueue']);
  });

  it('the Orders queue keeps references for four days, and dead letters for as long as SQS can', () => {
    expect(queue['MessageRetentionPeriod']).toBe(4 * 24 * 3600);
    expect(deadLetters['MessageRetentionPeriod']).toBe(14 * 24 * 3600);
  });

  it('the Orders queue does not delay, encrypts, and refuses plain connections', () => {
    expect(queue['DelaySeconds']).toBe(0);
    expect([queue['SqsManagedSseEnabled'], deadLetters['SqsManagedSseEnabled']]).toEqual([true, true]);
    // SQS takes no statement that covers another queue than the one that it is attached to.
    for (const name of ['OrdersQueue', 'OrdersDeadLetterQueue']) {
      const policy = properties(`${name}Policy`);
      expect(referencesIn(policy['Queues'])).toEqual([name]);
      expect(policy['PolicyDocument']).toMatchObject({
        Statement: [
          {
            Effect: 'Deny',
            Resource: { 'Fn::GetAtt': [name, 'Arn'] },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      });
    }
  });

  it('the worker reads three batches at a time, and reports one failure per record', () => {
    expect(referencesIn([mapping['EventSourceArn'], mapping['FunctionName']])).toEqual([
      'OrdersQueue',
      'ProcessOrdersFunction',
    ]);
    expect(mapping).toMatchObject({
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: 3 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('the worker reserves the concurrency that the mapping uses, unless the account is too small', () => {
    expect(worker['ReservedConcurrentExecutions']).toEqual({
      'Fn::If': [
        'ReserveConcurrency',
        property('ProcessOrdersEventSource', 'ScalingConfig', 'MaximumConcurrency'),
        { Ref: 'AWS::NoValue' },
      ],
    });
    expect(properties('GetOrdersFunction')['ReservedConcurrentExecutions']).toBeUndefined();
  });

  it('the parameter of the reserved concurrency names new accounts in its first words', () => {
    expect(template.Parameters['ReserveConcurrency']).toMatchObject({
      Default: 'true',
      Description: expect.stringMatching(/^false in a new AWS account/) as unknown,
    });
  });
});

describe('tables', () => {
  const key = (id: string) =>
    (properties(id)['KeySchema'] as { AttributeName: string }[]).map(({ AttributeName }) => {
      const types = properties(id)['AttributeDefinitions'] as {
        AttributeName: string;
        AttributeType: string;
      }[];
      return `${AttributeName} ${types.find((one) => one.AttributeName === AttributeName)?.AttributeType ?? ''}`;
    });

  it.each(ofType('AWS::DynamoDB::Table'))(
    'the table %s outlives its stack and can be restored',
    (_, table) => {
      expect(table.DeletionPolicy).toBe('RetainExceptOnCreate');
      expect(table.UpdateReplacePolicy).toBe('Retain');
      expect(table.Properties['BillingMode']).toBe('PAY_PER_REQUEST');
      expect(table.Properties['PointInTimeRecoverySpecification']).toEqual({
        PointInTimeRecoveryEnabled: true,
      });
    },
  );

  it('the tables have the keys that the code writes', () => {
    expect({
      orders: key('OrdersTable'),
      parts: key('OrderPartsTable'),
      ledger: key('LedgerTable'),
      jobs: key('JobsTable'),
      webhooks: key('WebhooksTable'),
    }).toEqual({
      orders: ['id N'],
      parts: ['order_id N', 'part S'],
      ledger: ['order_id N'],
      jobs: ['timestamp N'],
      webhooks: ['orderId N', 'delivery S'],
    });
    expect(properties('JobsTable')['GlobalSecondaryIndexes']).toMatchObject([
      { IndexName: 'ByOutcome', KeySchema: [{ AttributeName: 'outcome' }, { AttributeName: 'timestamp' }] },
    ]);
  });

  it('the stream of the Orders table shows every snapshot, before and after', () => {
    expect(properties('OrdersTable')['StreamSpecification']).toEqual({
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    });
  });

  it('orders and their parts, jobs and webhooks expire, and nothing else does', () => {
    const expiring = ofType('AWS::DynamoDB::Table').filter(
      ([, table]) => table.Properties['TimeToLiveSpecification'],
    );
    expect(expiring.map(([id, table]) => [id, table.Properties['TimeToLiveSpecification']])).toEqual([
      ['OrdersTable', { AttributeName: 'expires_at', Enabled: true }],
      ['OrderPartsTable', { AttributeName: 'expires_at', Enabled: true }],
      ['JobsTable', { AttributeName: 'expires_at', Enabled: true }],
      ['WebhooksTable', { AttributeName: 'expires_at', Enabled: true }],
    ]);
  });
});

describe("the webhooks' API", () => {
  it("the webhooks' API throttles junk, far above what a store sends", () => {
    expect(property('WebhooksApiStage', 'MethodSettings')).toHaveLength(1);
    const setting = (name: string) => property('WebhooksApiStage', 'MethodSettings', 0, name);
    expect([setting('ResourcePath'), setting('HttpMethod')]).toEqual(['/*', '*']);
    expect(setting('ThrottlingRateLimit')).toBeGreaterThanOrEqual(100);
    // Staff can change 250 orders at once, and each has up to three webhooks that are taken.
    expect(setting('ThrottlingBurstLimit')).toBeGreaterThanOrEqual(3 * 250);
    expect(properties('WebhooksApiStage')['StageName']).toEqual({ Ref: 'StageName' });
    expect(ofType('AWS::ApiGateway::Deployment')[0]?.[1].Properties['StageName']).toBeUndefined();
  });

  it("the webhooks' API, and no other caller, may invoke the function", () => {
    expect(property('CartConvertedWebhookApiInvokePermission', 'SourceArn', 'Fn::Sub')).toMatch(
      /\$\{WebhooksApi\}\/\$\{StageName\}\/POST\/cart-converted$/,
    );
    expect(properties('GetNewOrdersEventInvokePermission')['SourceArn']).toEqual({
      'Fn::GetAtt': ['PollForNewOrdersRule', 'Arn'],
    });
    expect(properties('AuditOrdersEventInvokePermission')['SourceArn']).toEqual({
      'Fn::GetAtt': ['AuditOrdersRule', 'Arn'],
    });
  });

  it("the webhooks' API leaves the webhook time to answer, however long its secrets, the queue and its records take", () => {
    const longestMs = ({
      maxAttempts,
      requestHandler,
    }: typeof quickAwsClientOptions | typeof recordAwsClientOptions) =>
      maxAttempts * requestHandler.requestTimeout;
    const [secrets, queue, records] = [quickAwsClientOptions, quickAwsClientOptions, recordAwsClientOptions];
    // lambda/shared/tables.ts looks for a replay for a second at most.
    const allMs = longestMs(secrets) + 1_000 + longestMs(queue) + longestMs(records);
    // The rest is for the pauses between two tries and for the work itself.
    expect(allMs + 500).toBeLessThan(1_000 * Number(properties('CartConvertedWebhookFunction')['Timeout']));
  });

  it('the webhook answers before API Gateway gives up', () => {
    expect(properties('CartConvertedWebhookFunction')['Timeout']).toBeLessThan(29);
  });

  it("the webhooks' API is deployed as it is, because generate-template gives its deployment another logical id after a change", () => {
    expect(renewed(text, readFileSync(dashboardFiles.replication, 'utf8'))).toBe(text);
    const [[, deployment]] = ofType('AWS::ApiGateway::Deployment') as [[string, Resource]];
    expect(deployment.DependsOn).toEqual(ofType('AWS::ApiGateway::Method').map(([id]) => id));
  });

  it.each([
    ['a method', '"HttpMethod": "POST"', '"HttpMethod": "PUT"'],
    ['a path', '"PathPart": "cart-converted"', '"PathPart": "converted"'],
    ['the API itself', '"Types": ["REGIONAL"]', '"Types": ["EDGE"]'],
  ])("the webhooks' API is redeployed when %s changes", (_, old, now) => {
    const changed = text.replace(old, now);
    expect(changed).not.toBe(text);
    const idIn = (one: string) => /"(WebhooksApiDeployment\w+)": \{/.exec(one)?.[1];
    const after = renewed(changed, readFileSync(dashboardFiles.replication, 'utf8'));
    expect(idIn(after)).not.toBe(idIn(text));
    expect(JSON.parse(after)).toMatchObject({
      Resources: { WebhooksApiStage: { Properties: { DeploymentId: { Ref: idIn(after) } } } },
    });
  });

  it("the webhooks' API is not redeployed for what its deployment does not hold", () => {
    const other = text.replace('"ThrottlingRateLimit": 200', '"ThrottlingRateLimit": 300');
    expect(other).not.toBe(text);
    expect(renewed(other, readFileSync(dashboardFiles.replication, 'utf8'))).toBe(other);
  });

  it("the webhooks' API has no metrics by method, which cost $1.50 a month, because the alarms watch those of its stage", () => {
    expect(property('WebhooksApiStage', 'MethodSettings')).toEqual([
      {
        ResourcePath: '/*',
        HttpMethod: '*',
        ThrottlingRateLimit: 200,
        ThrottlingBurstLimit: 1_000,
      },
    ]);
    expect(readFileSync(dashboardFiles.replication, 'utf8')).not.toMatch(/"(Method|Resource)"/);
    const dimensions = property('WebhookServerErrorsAlarm', 'Dimensions') as readonly { Name: string }[];
    expect(dimensions.map(({ Name }) => Name)).toEqual(['ApiName', 'Stage']);
  });

  it('the alarm for junk says what junk costs at the limit of the stage, and what helps', () => {
    const description = property('UnauthorizedWebhooksAlarm', 'AlarmDescription', 'Fn::Sub') as string;
    const [, perMillion, perDay] = /requests cost about \$(\d+), .* \$(\d+) a day/.exec(description)!;
    const millionsADay =
      (Number(property('WebhooksApiStage', 'MethodSettings', 0, 'ThrottlingRateLimit')) * 86_400) / 1e6;
    expect(Math.abs(Number(perMillion) * millionsADay - Number(perDay))).toBeLessThan(5);
    expect(description).toContain('AWS WAF in front of the webhook (WebhookDestination)');
    expect(description).not.toContain('costs nothing');
    // The longest that CloudWatch takes.
    expect(description.length).toBeLessThanOrEqual(1_024);
  });
});

describe('schedules, alerts, names and form', () => {
  it('the poll runs at the chosen interval', () => {
    const { ScheduleExpression, Targets } = properties('PollForNewOrdersRule');
    expect(ScheduleExpression).toEqual({ 'Fn::Sub': 'rate(${PollingInterval} minutes)' });
    expect(referencesIn(Targets)).toEqual(['GetOrdersFunction']);
  });

  it('the audit runs once a day, when the day before is over', () => {
    const { ScheduleExpression, Targets } = properties('AuditOrdersRule');
    expect(ScheduleExpression).toMatch(/^cron\(0 [1-9] \* \* \? \*\)$/);
    expect(referencesIn(Targets)).toEqual(['AuditOrdersFunction']);
  });

  it('a running stack polls, audits and reads references, and a paused one does none of it', () => {
    expect(template.Conditions['Running']).toEqual({ 'Fn::Equals': [{ Ref: 'Paused' }, 'false'] });
    for (const [, rule] of ofType('AWS::Events::Rule')) {
      expect(rule.Properties['State']).toEqual({ 'Fn::If': ['Running', 'ENABLED', 'DISABLED'] });
    }
    expect(property('ProcessOrdersEventSource', 'Enabled')).toEqual({ 'Fn::If': ['Running', true, false] });
  });

  it('both kinds of alert are sent to the address', () => {
    expect(ofType('AWS::SNS::Topic').map(([id, { Properties }]) => [id, Properties['Subscription']])).toEqual(
      ['ExceptionsTopic', 'DeadLettersAlarmTopic'].map((id) => [
        id,
        [{ Protocol: 'email', Endpoint: { Ref: 'ExceptionsEmailAddress' } }],
      ]),
    );
  });

  it('the physical names of the sample stay', () => {
    const named = Object.entries(resources).flatMap(([id, { Properties }]) => {
      const name = ['FunctionName', 'TableName', 'QueueName', 'RoleName', 'TopicName', 'AlarmName', 'Name']
        .map((key) => (Properties[key] as Intrinsic | undefined)?.['Fn::Sub'])
        .find((one) => one?.startsWith('${AWS::StackName}') === true);
      return name === undefined ? [] : [[id, name.replace('${AWS::StackName}', 'S')]];
    });
    expect(Object.fromEntries(named)).toMatchObject({
      OrdersTable: 'S-Orders',
      OrderPartsTable: 'S-OrderParts',
      LedgerTable: 'S-Ledger',
      JobsTable: 'S-Jobs',
      WebhooksTable: 'S-Webhooks',
      OrdersQueue: 'S-Orders',
      OrdersDeadLetterQueue: 'S-Orders-DeadLetterQueue',
      GetOrdersFunction: 'S-GetNewOrders',
      ProcessOrdersFunction: 'S-ProcessOrders',
      CartConvertedWebhookFunction: 'S-CartConvertedWebhook',
      WebhooksApi: 'S-Webhooks',
      GetOrdersRole: 'S-GetOrders',
      ProcessOrdersRole: 'S-ProcessOrders',
      CartConvertedWebhookRole: 'S-CartConvertedWebhook',
      ExceptionsTopic: 'S-ApplicationErrors',
      DeadLettersAlarmTopic: 'S-DeadLettersAlarm',
      OrderDeadLetterQueueAlarm: 'S-Dead Letter Queue Message Count > 0',
    });
  });

  it('the template has the outputs that others rely on', () => {
    expect(Object.keys(template.Outputs).sort()).toEqual(
      [
        'WebhookUrl',
        'WebhooksApiId',
        'OrdersTableName',
        'OrdersTableArn',
        'OrdersTableStreamArn',
        'LedgerTableName',
        'LedgerTableArn',
        'OrderPartsTableName',
        'OrderPartsTableArn',
        'JobsTableName',
        'JobsTableArn',
        'WebhooksTableName',
        'WebhooksTableArn',
        'OrdersQueueUrl',
        'OrdersDeadLetterQueueUrl',
        'GetNewOrdersFunctionName',
        'CartConvertedWebhookFunctionName',
        'ProcessOrdersFunctionName',
        'AuditOrdersFunctionName',
        'BigCommerceSecretArn',
        'WebhookSecretArn',
        'ExceptionsTopicArn',
        'DeadLettersAlarmTopicArn',
        'AlertsKeyArn',
        'DashboardUrl',
      ].sort(),
    );
    const ownUrl =
      'https://${WebhooksApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${StageName}/cart-converted';
    const choice = { 'Fn::If': ['OwnWebhookUrl', { 'Fn::Sub': ownUrl }, { Ref: 'WebhookDestination' }] };
    expect(template.Outputs['WebhookUrl']!.Value).toEqual(choice);
    expect(variablesOf('GetOrdersFunction')['WEBHOOK_URL']).toEqual(choice);
  });

  it('the template exports each output by its name, for the stacks that build on this one', () => {
    const exported = Object.entries(template.Outputs).map(([name, { Export }]) => [name, Export]);
    expect(exported).toEqual(
      Object.keys(template.Outputs).map((name) => [
        name,
        { Name: { 'Fn::Sub': `\${AWS::StackName}-${name}` } },
      ]),
    );
  });

  // https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1220
  it('the template is plain ASCII, because CloudFormation returns question marks for the rest', () => {
    expect(text).toMatch(/^[\n -~]*$/);
  });

  it('the template is written in the house style', () => {
    expect(text).not.toContain('Fn::Join');
    expect(text).not.toMatch(/arn:aws[:-]/);
    // What S3 hands to CloudFormation, the console's upload too; TemplateBody would take 51,200 only.
    expect(text.length).toBeLessThan(1_000_000);
  });
});
