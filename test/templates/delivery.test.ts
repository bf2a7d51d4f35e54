// What the linter cannot see in cloudformation/delivery.json: that its parts agree with each other, with the code, and with
// the stack of the replication, whose exports it reads.
import { readFileSync } from 'node:fs';

import fc from 'fast-check';

import {
  deliverOrdersEnvironment,
  queueDeliveriesEnvironment,
  readDeliverOrdersConfig,
  readQueueDeliveriesConfig,
} from '../../lambda/shared/config';
import { parameterProblems } from '../../scripts/stack/parameters';
import type { Declarations } from '../../scripts/stack/parameters';
import { templateFiles } from '../../scripts/stack/service-stacks';

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

interface Template {
  readonly Metadata: {
    readonly 'AWS::CloudFormation::Interface': {
      readonly ParameterGroups: readonly { readonly Parameters: readonly string[] }[];
      readonly ParameterLabels: Readonly<Record<string, { readonly default: string }>>;
    };
  };
  readonly Parameters: Declarations;
  readonly Mappings: { readonly Workers: Readonly<Record<string, { readonly MaximumConcurrency: number }>> };
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Rules: unknown;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<
    Record<string, { readonly Export?: { readonly Name: { readonly 'Fn::Sub': string } } }>
  >;
}

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const text = readFileSync(templateFiles.delivery, 'utf8');
const template = JSON.parse(text) as Template;
const replication = JSON.parse(readFileSync(templateFiles.replication, 'utf8')) as Template;
const { Resources: resources, Parameters: declared } = template;
const names = Object.keys(declared);
const properties = (id: string) => resources[id]!.Properties;
const ofType = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === `AWS::${type}`);
const imported = (name: string) => ({
  'Fn::ImportValue': { 'Fn::Sub': `\${ReplicationStackName}-${name}` },
});
const named = (name: string) => ({ 'Fn::Sub': `\${ReplicationStackName}-${name}` });
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const problemsOf = (name: string, value: string) => parameterProblems(declared, { [name]: value }, names);

/** The names that the template imports, wherever they stand. */
const imports = [
  ...text.matchAll(/"Fn::ImportValue": \{ "Fn::Sub": "\$\{ReplicationStackName\}-(\w+)" \}/g),
].map(([, name]) => name!);

describe('the parameters of the delivery', () => {
  const { ParameterGroups, ParameterLabels } = template.Metadata['AWS::CloudFormation::Interface'];

  it('the delivery has defaults for everything except where to deliver from and to', () => {
    const required = names.filter((name) => declared[name]!.Default === undefined);
    expect(required).toEqual([
      'ReplicationStackName',
      'LambdaDeploymentPackagesBucketName',
      'ErpAdapter',
      'ErpUrl',
      'ErpCredentials',
    ]);
    expect(declared['DeliveryMode']?.Default).toBe('shadow');
    expect(declared['ErpConcurrency']?.Default).toBe(2);
    expect(declared['ErpRequestTimeoutSeconds']?.Default).toBe(30);
  });

  it.each(names)('the parameter %s has an effect, a label, one group, a description and bounds', (name) => {
    const used = JSON.stringify([template.Conditions, template.Rules, resources]);
    expect(used).toMatch(new RegExp(`"Ref":"${name}"|\\$\\{${name}\\}`));
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

  it('the defaults of the delivery fit their own bounds', () => {
    const defaults = Object.entries(declared).flatMap(([name, { Default }]) =>
      Default === undefined ? [] : [[name, String(Default)] as const],
    );
    expect(parameterProblems(declared, Object.fromEntries(defaults), names)).toEqual([]);
  });

  it('the delivery hides the credentials, and nothing else', () => {
    expect(names.filter((name) => declared[name]!.NoEcho === true)).toEqual(['ErpCredentials']);
    for (const [id] of ofType('Lambda::Function'))
      expect(JSON.stringify(properties(id))).not.toContain('ErpCredentials');
    expect(properties('ErpSecret')['SecretString']).toEqual({ Ref: 'ErpCredentials' });
    expect(properties('ErpSecret')['Name']).toBeUndefined();
  });

  it.each([
    'https://erp.example.com',
    'https://erp.example.com:8443/api/v2.0/',
    'http://127.0.0.1:8000',
    'http://localhost:8000/erp',
    'http://[::1]:8000',
    'http://10.1.2.3',
    'http://172.16.0.1:8069',
    'http://172.31.255.1',
    'http://192.168.1.1/odoo',
    'http://[fd00:ec2::1]:8000',
    'http://erp.corp.internal:8000',
    'http://erp.local',
  ])('the delivery accepts the address %s', (url) => {
    expect(problemsOf('ErpUrl', url)).toEqual([]);
  });

  it.each([
    '',
    'erp.example.com',
    'ftp://erp.example.com',
    'http://erp.example.com',
    'http://172.32.0.1',
    'http://10.1.2.3.example.com',
    'http://localhost.example.com',
    'http://internal',
    'http://erp.internal.example.com',
    'http://8.8.8.8',
    'https://user@erp.example.com',
    'https://erp.example.com/?a=1',
    'https://erp.example.com/a b',
    `https://${'a'.repeat(250)}.example.com`,
  ])('the delivery refuses the address %j', (url) => {
    expect(problemsOf('ErpUrl', url)).toEqual([expect.stringContaining('ErpUrl')]);
  });

  it('the delivery refuses what would do harm later', () => {
    const harmful = {
      ErpCredentials: [
        '',
        'secret',
        '[]',
        '{}',
        '{{resolve:ssm:x}}',
        '{"key":"{{resolve:ssm:x}}"}',
        `{"a":"${'x'.repeat(4_096)}"}`,
      ],
      ErpAdapter: ['sap', 'Tryton', ''],
      DeliveryMode: ['on', ''],
      DeliverOrdersCreatedFrom: ['yesterday', '2026-13-01', '2026-11-01T00:00'],
      ErpConcurrency: ['0', '11', '1.5', '02', ''],
      ErpRequestTimeoutSeconds: ['0', '61', 'x'],
      ErpSettleSeconds: ['-1', '1.5', '10000'],
      ErpSubnetIds: [
        'subnet-1',
        'subnet-0123456789abcdef0;subnet-0123456789abcdef1',
        'vpc-0123456789abcdef0',
      ],
      ErpSecurityGroupIds: ['default', 'sg-0123456789abcdef0,'],
      ReplicationStackName: ['', '1st', 'a/b', 'x'.repeat(44)],
    };
    for (const [name, values] of Object.entries(harmful)) {
      for (const value of values) {
        expect({ name, value, problems: problemsOf(name, value) }).toEqual({
          name,
          value,
          problems: [expect.stringContaining(name)],
        });
      }
    }
  });

  it('the delivery accepts credentials over several lines, as a file has them', () => {
    const pretty = JSON.stringify({ clientId: 'a', certificate: '-----BEGIN\nx\n-----END' }, null, 2);
    expect(problemsOf('ErpCredentials', `${pretty}\n`)).toEqual([]);
  });
});

describe('the exports that connect the two stacks', () => {
  it('the replication exports everything that the delivery imports', () => {
    expect([...new Set(imports)].sort()).toEqual([
      'AlertsKeyArn',
      'DeadLettersAlarmTopicArn',
      'ExceptionsTopicArn',
      'LedgerTableArn',
      'LedgerTableName',
      'OrderPartsTableArn',
      'OrderPartsTableName',
      'OrdersTableArn',
      'OrdersTableName',
      'OrdersTableStreamArn',
    ]);
    for (const name of imports) {
      expect(replication.Outputs[name]?.Export).toEqual({
        Name: { 'Fn::Sub': `\${AWS::StackName}-${name}` },
      });
    }
    expect(text.match(/Fn::ImportValue/g)).toHaveLength(imports.length);
  });

  it('the delivery exports each output by its name, for the stacks that build on it', () => {
    for (const [name, { Export }] of Object.entries(template.Outputs)) {
      expect(Export).toEqual({ Name: { 'Fn::Sub': `\${AWS::StackName}-${name}` } });
    }
  });

  it('the delivery has the outputs that commands rely on', () => {
    expect(Object.keys(template.Outputs)).toEqual([
      'DeliveriesTableName',
      'DeliveriesTableArn',
      'DeliveriesTableStreamArn',
      'DeliveryKeysTableName',
      'DeliveryKeysTableArn',
      'DeliveriesQueueUrl',
      'DeliveriesQueueArn',
      'DeliveriesDeadLetterQueueUrl',
      'DeliveriesDeadLetterQueueArn',
      'QueueDeliveriesFunctionName',
      'QueueDeliveriesFunctionArn',
      'DeliverOrdersFunctionName',
      'DeliverOrdersFunctionArn',
      'ErpSecretArn',
      'DeliveryDashboardUrl',
    ]);
  });
});

const functions = {
  QueueDeliveriesFunction: { environment: queueDeliveriesEnvironment, read: readQueueDeliveriesConfig },
  DeliverOrdersFunction: { environment: deliverOrdersEnvironment, read: readDeliverOrdersConfig },
};

describe.each(Object.keys(functions) as (keyof typeof functions)[])('%s', (id) => {
  const { environment, read } = functions[id];
  const stem = id.replace('Function', '');
  const variables = (properties(id)['Environment'] as { Variables: Record<string, unknown> }).Variables;

  /** The variables with these values of parameters; a parameter without a default has an example. */
  const environmentWith = (given: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(
      Object.entries(variables).map(([name, value]) => {
        const parameter = (value as { Ref?: string }).Ref ?? '';
        const { Default } = declared[parameter] ?? {};
        return [name, given[parameter] ?? (Default === undefined ? exampleOf(name, value) : String(Default))];
      }),
    );

  it('a function of the delivery has exactly the environment that its configuration reads', () => {
    expect(Object.keys(variables).sort()).toEqual([...environment].sort());
  });

  it('a function of the delivery can be configured with the defaults, and with the bounds of every number', () => {
    expect(() => read(environmentWith())).not.toThrow();
    for (const bound of ['MinValue', 'MaxValue'] as const) {
      const bounds = names.flatMap((name) => {
        const limit = declared[name]![bound];
        return limit === undefined ? [] : [[name, String(limit)] as const];
      });
      expect(() => read(environmentWith(Object.fromEntries(bounds)))).not.toThrow();
    }
    for (const ErpConcurrency of ['1', '10'])
      expect(() => read(environmentWith({ ErpConcurrency }))).not.toThrow();
  });

  it('a function of the delivery can be configured for each mode and each adapter', () => {
    for (const DeliveryMode of ['off', 'shadow', 'live']) {
      for (const ErpAdapter of (declared['ErpAdapter']!.AllowedValues ?? []).map(String)) {
        const given = { DeliveryMode, ErpAdapter, DeliverOrdersCreatedFrom: '2026-11-01' };
        expect(() => read(environmentWith(given))).not.toThrow();
      }
    }
  });

  it('a function of the delivery is the package of its folder, under a name of the replication', () => {
    const folder = stem.replaceAll(/(?<!^)[A-Z]/g, (capital) => `-${capital}`).toLowerCase();
    const { FunctionName, Code, Handler, Runtime, Architectures, Timeout } = properties(id);
    expect(FunctionName).toEqual(named(stem));
    expect(Code).toEqual({
      S3Bucket: { Ref: 'LambdaDeploymentPackagesBucketName' },
      S3Key: { 'Fn::Sub': `\${LambdaDeploymentPackagesPrefix}${folder}.zip` },
    });
    expect([Handler, Runtime, Architectures, Timeout]).toEqual([
      'index.handler',
      'nodejs24.x',
      ['arm64'],
      300,
    ]);
  });

  it('a function of the delivery logs to a group of its own, and counts under the name of the replication', () => {
    expect(properties(id)['LoggingConfig']).toEqual({
      LogGroup: { Ref: `${stem}LogGroup` },
      LogFormat: 'Text',
    });
    expect(properties(`${stem}LogGroup`)).toEqual({
      LogGroupName: { 'Fn::Sub': `/order-replication/\${ReplicationStackName}/${stem}` },
      RetentionInDays: 30,
    });
    expect(variables['METRICS_NAMESPACE']).toEqual({ Ref: 'ReplicationStackName' });
  });
});

function exampleOf(variable: string, value: unknown): string {
  if (variable.endsWith('QUEUE_URL')) return 'https://sqs.eu-west-1.amazonaws.com/123456789012/queue';
  if (variable.endsWith('_ARN')) return 'arn:aws:x:eu-west-1:123456789012:name';
  if (typeof value === 'string') return value;
  return (
    { ERP_ADAPTER: 'tryton', ERP_URL: 'https://erp.example.com' }[variable] ?? 'OrderReplication-dev-Name'
  );
}

describe('the roles of the delivery', () => {
  const statements = (id: string) => {
    const [policy] = properties(id)['Policies'] as { PolicyDocument: { Statement: unknown[] } }[];
    return policy!.PolicyDocument.Statement as (Statement & { 'Fn::If'?: [string, Statement, unknown] })[];
  };
  const granted = (id: string) =>
    Object.fromEntries(
      statements(id)
        .filter((one) => one['Fn::If'] === undefined)
        .map(({ Action, Resource }) => [[Action].flat().join(' '), Resource]),
    );
  const anyKey = { 'Fn::Sub': 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*' };
  const index = (table: string, name: string) => ({ 'Fn::Sub': `\${${table}.Arn}/index/${name}` });
  const below = (variable: string, path: string) => ({
    'Fn::Sub': [`\${${variable}}/${path}`, { [variable]: imported(variable) }],
  });
  const alerts = {
    'sns:Publish': imported('ExceptionsTopicArn'),
    'kms:Decrypt kms:GenerateDataKey': imported('AlertsKeyArn'),
  };

  it('the role of the function that notes orders may do what it does', () => {
    expect(granted('QueueDeliveriesRole')).toEqual({
      'dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator':
        imported('OrdersTableStreamArn'),
      'dynamodb:ListStreams': below('OrdersTableArn', 'stream/*'),
      'dynamodb:BatchGetItem dynamodb:GetItem dynamodb:UpdateItem': arnOf('DeliveriesTable'),
      // Two statements: the indexes of Deliveries, and that of the ledger.
      'dynamodb:Query': below('LedgerTableArn', 'index/ByState'),
      'dynamodb:PutItem': arnOf('DeliveryKeysTable'),
      'dynamodb:BatchGetItem': imported('OrdersTableArn'),
      'sqs:GetQueueAttributes sqs:SendMessage': arnOf('DeliveriesQueue'),
      'logs:CreateLogStream logs:PutLogEvents': arnOf('QueueDeliveriesLogGroup'),
      ...alerts,
    });
    const due = statements('QueueDeliveriesRole').find(({ Sid }) => Sid === 'FindDueDeliveries');
    expect(due?.Resource).toEqual([index('DeliveriesTable', 'Due'), index('DeliveriesTable', 'ByState')]);
  });

  it('the role of the worker may do what it does', () => {
    expect(granted('DeliverOrdersRole')).toEqual({
      'secretsmanager:GetSecretValue': { 'Fn::GetAtt': ['ErpSecret', 'Id'] },
      'kms:Decrypt': anyKey,
      'sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility':
        arnOf('DeliveriesQueue'),
      'sqs:SendMessage': arnOf('DeliveriesDeadLetterQueue'),
      'dynamodb:GetItem': imported('OrdersTableArn'),
      'dynamodb:Query': imported('OrderPartsTableArn'),
      'dynamodb:GetItem dynamodb:UpdateItem': arnOf('DeliveriesTable'),
      'dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem': arnOf('DeliveryKeysTable'),
      'logs:CreateLogStream logs:PutLogEvents': arnOf('DeliverOrdersLogGroup'),
      ...alerts,
    });
  });

  it('the worker, and no other function, may use network interfaces, and only if it is in a private network', () => {
    const [, ...others] = statements('QueueDeliveriesRole');
    expect(others.filter((one) => one['Fn::If'] !== undefined)).toEqual([]);
    const [conditional, ...more] = statements('DeliverOrdersRole').filter(
      (one) => one['Fn::If'] !== undefined,
    );
    expect(more).toEqual([]);
    const [condition, statement] = conditional!['Fn::If']!;
    expect(condition).toBe('PrivateNetwork');
    expect([statement.Action].flat().every((action) => action.startsWith('ec2:'))).toBe(true);
    expect(properties('DeliverOrdersFunction')['VpcConfig']).toEqual({
      'Fn::If': [
        'PrivateNetwork',
        { SubnetIds: { Ref: 'ErpSubnetIds' }, SecurityGroupIds: { Ref: 'ErpSecurityGroupIds' } },
        { Ref: 'AWS::NoValue' },
      ],
    });
  });

  it.each(ofType('IAM::Role').map(([id]) => id))(
    'the role %s is of one function, and bounded where a boundary is given',
    (id) => {
      expect(properties(id)['ManagedPolicyArns']).toBeUndefined();
      expect(properties(id)['RoleName']).toEqual(named(id.replace('Role', '')));
      expect(properties(id.replace('Role', 'Function'))['Role']).toEqual(arnOf(id));
      expect(properties(id)['PermissionsBoundary']).toEqual({
        'Fn::If': ['PermissionsBoundary', { Ref: 'PermissionsBoundaryArn' }, { Ref: 'AWS::NoValue' }],
      });
    },
  );
});

describe('the path of a delivery', () => {
  it('only snapshots whose replication has ended come from the stream', () => {
    const source = properties('OrdersStreamEventSource');
    expect(source).toMatchObject({
      EventSourceArn: imported('OrdersTableStreamArn'),
      FunctionName: { Ref: 'QueueDeliveriesFunction' },
      Enabled: true,
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: 3_600,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(source['BatchSize']).toBeLessThanOrEqual(100);
    const { Filters } = source['FilterCriteria'] as { Filters: { Pattern: string }[] };
    expect(Filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual([
      { dynamodb: { NewImage: { replication: { M: { state: { S: ['copied', 'replicated'] } } } } } },
    ]);
  });

  it('a rule starts the sweep each minute and another one the account each night, each with its task', () => {
    const rules = ofType('Events::Rule').map(([id, { Properties }]) => {
      const [target] = Properties['Targets'] as { Arn: unknown; Input: string }[];
      expect(target?.Arn).toEqual(arnOf('QueueDeliveriesFunction'));
      return [
        id,
        Properties['ScheduleExpression'],
        JSON.parse(target!.Input) as unknown,
        Properties['State'],
      ];
    });
    expect(rules).toEqual([
      [
        'DeliverySweepRule',
        'rate(1 minute)',
        { task: 'minute' },
        { 'Fn::If': ['Running', 'ENABLED', 'DISABLED'] },
      ],
      ['DeliveryAccountRule', 'cron(0 5 * * ? *)', { task: 'account' }, 'ENABLED'],
    ]);
    for (const id of ['DeliverySweep', 'DeliveryAccount']) {
      expect(properties(`${id}InvokePermission`)['SourceArn']).toEqual(arnOf(`${id}Rule`));
    }
  });

  it('a delivery that is paused or off delivers and sweeps nothing, and still notes orders', () => {
    expect(template.Conditions['Running']).toEqual({
      'Fn::And': [
        { Condition: 'NotPaused' },
        { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'DeliveryMode' }, 'off'] }] },
      ],
    });
    expect(template.Conditions['NotPaused']).toEqual({ 'Fn::Equals': [{ Ref: 'Paused' }, 'false'] });
    expect(properties('DeliverOrdersEventSource')['Enabled']).toEqual({ 'Fn::If': ['Running', true, false] });
  });

  it('the worker gets five orders a batch, reports single failures, and has as many at once as ErpConcurrency, two at least', () => {
    expect(properties('DeliverOrdersEventSource')).toMatchObject({
      EventSourceArn: arnOf('DeliveriesQueue'),
      FunctionName: { Ref: 'DeliverOrdersFunction' },
      BatchSize: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: {
        MaximumConcurrency: { 'Fn::FindInMap': ['Workers', { Ref: 'ErpConcurrency' }, 'MaximumConcurrency'] },
      },
    });
    const workers = Object.entries(template.Mappings.Workers);
    expect(workers.map(([given]) => Number(given))).toEqual(declared['ErpConcurrency']?.AllowedValues);
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html: at least 2.
    for (const [given, { MaximumConcurrency }] of workers)
      expect(MaximumConcurrency).toBe(Math.max(2, Number(given)));
  });

  it('the Deliveries queue hides a reference for six times as long as the worker may take, and gives twenty receives', () => {
    const queue = properties('DeliveriesQueue');
    expect(queue['VisibilityTimeout']).toBe(6 * Number(properties('DeliverOrdersFunction')['Timeout']));
    expect(queue['RedrivePolicy']).toEqual({
      deadLetterTargetArn: arnOf('DeliveriesDeadLetterQueue'),
      maxReceiveCount: 20,
    });
    const { Variables } = properties('DeliverOrdersFunction')['Environment'] as {
      Variables: Record<string, unknown>;
    };
    expect(Variables['MAX_RECEIVE_COUNT']).toBe('20');
    expect(properties('DeliveriesDeadLetterQueue')['MessageRetentionPeriod']).toBe(14 * 86_400);
  });

  it.each(['DeliveriesQueue', 'DeliveriesDeadLetterQueue'])(
    'the queue %s encrypts, and refuses plain connections',
    (id) => {
      expect(properties(id)['SqsManagedSseEnabled']).toBe(true);
      expect(properties(`${id}Policy`)).toMatchObject({
        Queues: [{ Ref: id }],
        PolicyDocument: {
          Statement: [
            { Effect: 'Deny', Resource: arnOf(id), Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          ],
        },
      });
    },
  );
});

describe('the tables of the delivery', () => {
  it('the tables of the delivery outlive their stack, and can be restored', () => {
    const tables = ofType('DynamoDB::Table');
    expect(tables.map(([, { Properties }]) => Properties['TableName'])).toEqual([
      named('Deliveries'),
      named('DeliveryKeys'),
    ]);
    for (const [, { DeletionPolicy, UpdateReplacePolicy, Properties }] of tables) {
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
      expect(Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
      // No row expires: each knows what is in the ERP.
      expect(Properties['TimeToLiveSpecification']).toBeUndefined();
    }
  });

  it('the tables of the delivery have the keys, indexes and stream that the code and later stacks use', () => {
    const key = (hash: string, range?: string) => [
      { AttributeName: hash, KeyType: 'HASH' },
      ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' }]),
    ];
    expect(properties('DeliveriesTable')).toMatchObject({
      KeySchema: key('order_id'),
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'Due',
          KeySchema: key('due', 'due_at'),
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['lease_until', 'mapping'] },
        },
        { IndexName: 'ByState', KeySchema: key('state', 'state_at'), Projection: { ProjectionType: 'ALL' } },
      ],
    });
    expect(properties('DeliveryKeysTable')).toMatchObject({ KeySchema: key('name') });
    expect(replication.Resources['LedgerTable']?.Properties['GlobalSecondaryIndexes']).toEqual([
      {
        IndexName: 'ByState',
        KeySchema: key('state', 'reached_at'),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
  });
});

it('the secret of the ERP is valid JSON for all objects that its parameter takes', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string(), { minKeys: 1, maxKeys: 4 }), (credentials) => {
      const given = JSON.stringify(credentials);
      fc.pre(given.length <= 4_096 && !given.includes('{{resolve:'));
      expect(problemsOf('ErpCredentials', given)).toEqual([]);
    }),
  );
});

// https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1220
it('the template of the delivery is plain ASCII, in the house style', () => {
  expect(text).toMatch(/^[\n -~]*$/);
  expect(text).not.toMatch(/arn:aws[:-]/);
  // Only to recognize an empty list of subnets.
  expect(text.match(/Fn::Join/g)).toHaveLength(1);
});
