// What a deploy decides and says: against a mocked CloudFormation and a bucket on loopback.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import type {
  CreateChangeSetInput,
  ResourceChangeDetail,
  Stack,
  StackEvent,
} from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';

import { build, packageNames } from '../../../../scripts/packages/build';
import { packagesOf } from '../../../../scripts/packages/package-names';
import { deploy } from '../../../../scripts/commands/deploy/deploy';
import type { DeployOptions } from '../../../../scripts/commands/deploy/deploy';
import { deployOptions, deployRequest } from '../../../../scripts/commands/deploy/options';
import { parseOptions } from '../../../support/run-command';
import { upload } from '../../../../scripts/packages/upload';
import { listen } from '../../../../simulator/listen';
import type { Listening } from '../../../../simulator/listen';

/** A bucket called `packages` on loopback: what was put, and how to refuse. */
class Bucket {
  readonly objects = new Map<string, { hash: string; body: string }>();
  puts = 0;
  refusal: { status: number; code: string } | undefined;
  private server: Listening | undefined;

  async open(): Promise<S3Client> {
    this.server = await listen(createServer((request, response) => void this.answer(request, response)));
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    return new S3Client({ endpoint: this.url, region: 'eu-west-1', forcePathStyle: true, credentials });
  }

  get url() {
    return this.server!.url;
  }

  close() {
    return this.server!.stop();
  }

  private async answer(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = decodeURIComponent(new URL(request.url ?? '', this.url).pathname);
    const refusal = path.startsWith('/packages/') ? this.refusal : { status: 404, code: 'NoSuchBucket' };
    if (refusal !== undefined) {
      response.writeHead(refusal.status, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>${refusal.code}</Code><Message>No.</Message></Error>`);
    } else if (request.method === 'PUT') {
      this.puts += 1;
      const hash = String(request.headers['x-amz-meta-sha256']);
      this.objects.set(path, { hash, body: Buffer.concat(chunks).toString() });
      response.end();
    } else {
      const found = this.objects.get(path);
      response.writeHead(found ? 200 : 404, found ? { 'x-amz-meta-sha256': found.hash } : {}).end();
    }
  }
}

const cloudFormation = new CloudFormationClient({ region: 'eu-west-1' });
const aws = mockClient(CloudFormationClient);
const sts = mockClient(STSClient);
const lambda = mockClient(LambdaClient);
const stackId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/OrderReplication-dev/1';
const roleArn = 'arn:aws:iam::123456789012:role/ForCloudFormation';
const token = 't0psecretToken';

let bucket: Bucket;
let s3: S3Client;
let outDir: string;
let lambdaDir: string;
let printed: string[];

async function buildFixture(code = 'export const handler = async () => 1;') {
  for (const name of packageNames) {
    await mkdir(join(lambdaDir, name), { recursive: true });
    await writeFile(join(lambdaDir, name, 'index.ts'), code);
  }
  await build({ lambdaDir, outDir });
}

beforeAll(async () => {
  lambdaDir = await mkdtemp(join(tmpdir(), 'lambda-'));
  outDir = await mkdtemp(join(tmpdir(), 'build-'));
  await buildFixture();
});
afterAll(() => Promise.all([lambdaDir, outDir].map((place) => rm(place, { recursive: true }))));

beforeEach(async () => {
  aws.reset();
  sts.on(GetCallerIdentityCommand).resolves({ Account: '123456789012' });
  lambda.reset();
  accountHas({ all: 1_000, unreserved: 1_000 });
  thereIsNoDelivery();
  printed = [];
  bucket = new Bucket();
  s3 = await bucket.open();
});
afterEach(() => bucket.close());

/** Lambda's limits of concurrent executions in the account. */
function accountHas({ all, unreserved }: { readonly all: number; readonly unreserved: number }) {
  const AccountLimit = { ConcurrentExecutions: all, UnreservedConcurrentExecutions: unreserved };
  lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit });
}

const complete: Readonly<Record<string, string>> = {
  BigCommerceStoreHash: 'abc123',
  BigCommerceClientId: 'client',
  BigCommerceToken: token,
  ExceptionsEmailAddress: 'ops@example.com',
};

const run = (options: Partial<DeployOptions> = {}) =>
  deploy(
    {
      stage: 'dev',
      bucket: 'packages',
      parameters: complete,
      outDir,
      print: (line) => printed.push(line),
      ...options,
    },
    {
      cloudFormation,
      s3,
      sts: new STSClient({ region: 'eu-west-1' }),
      lambda: new LambdaClient({ region: 'eu-west-1' }),
    },
  );

/** Of any call for the delivery's stack. */
const thereIsNoDelivery = () =>
  aws.on(DescribeStacksCommand, { StackName: 'OrderReplication-dev-Delivery' }).rejects(missing());

const missing = () => Object.assign(new Error('Stack with id x does not exist'), { name: 'ValidationError' });

const aStack = (overrides: Partial<Stack> = {}): Stack => ({
  StackName: 'OrderReplication-dev',
  StackId: stackId,
  CreationTime: new Date(0),
  StackStatus: 'UPDATE_COMPLETE',
  Parameters: [...Object.keys(complete), 'LambdaDeploymentPackagesPrefix', 'BigCommerceClientSecret'].map(
    (ParameterKey) => ({ ParameterKey, ParameterValue: '****' }),
  ),
  Outputs: [{ OutputKey: 'WebhookUrl', OutputValue: 'https://example' }],
  ...overrides,
});

let eventNumber = 0;
const anEvent = (overrides: Partial<StackEvent>): StackEvent => ({
  EventId: `event-${++eventNumber}`,
  StackId: stackId,
  StackName: 'OrderReplication-dev',
  Timestamp: new Date(0),
  ...overrides,
});
const ended = (ResourceStatus: StackEvent['ResourceStatus']) =>
  anEvent({ LogicalResourceId: 'OrderReplication-dev', PhysicalResourceId: stackId, ResourceStatus });

/** CloudFormation as it goes when all is well; `events` are newest first, as AWS tells them. */
function cloudFormationGoes({
  before = undefined as Stack | undefined,
  after = aStack({ StackStatus: 'CREATE_COMPLETE' }),
  events = [ended('CREATE_COMPLETE')],
} = {}) {
  const describe = aws.on(DescribeStacksCommand);
  (before === undefined
    ? describe.rejectsOnce(missing())
    : describe.resolvesOnce({ Stacks: [before] })
  ).resolves({
    Stacks: [after],
  });
  aws.on(CreateChangeSetCommand).resolves({ Id: 'change-set', StackId: stackId });
  aws.on(DescribeChangeSetCommand).resolves({
    Status: 'CREATE_COMPLETE',
    Changes: [
      {
        ResourceChange: { Action: 'Add', LogicalResourceId: 'OrdersQueue', ResourceType: 'AWS::SQS::Queue' },
      },
    ],
  });
  aws.on(ExecuteChangeSetCommand).resolves({});
  aws.on(DescribeStackEventsCommand).resolvesOnce({ StackEvents: [] }).resolves({ StackEvents: events });
  thereIsNoDelivery();
}

const changeSetInput = (): CreateChangeSetInput =>
  aws.commandCalls(CreateChangeSetCommand).at(-1)!.args[0].input;

describe('upload', () => {
  const put = (bucketName = 'packages') =>
    upload({ bucket: bucketName, outDir, s3, print: (line) => printed.push(line) });

  it('an upload puts packages and template into a folder named after their content', async () => {
    const { prefix, templateUrl } = await put();
    expect(prefix).toMatch(/^v-[0-9a-f]{16}\/$/);
    expect([...bucket.objects.keys()]).toEqual(
      [...packagesOf.replication.map((name) => `${name}.zip`), 'stack.json'].map(
        (name) => `/packages/${prefix}${name}`,
      ),
    );
    expect(templateUrl).toBe(`${bucket.url}/packages/${prefix}stack.json`);
  });

  it('an upload does not replace objects with the same content', async () => {
    const first = await put();
    expect(await put()).toEqual(first);
    expect(bucket.puts).toBe(packagesOf.replication.length + 1);
  });

  it('an upload of changed code uses another folder', async () => {
    const { prefix } = await put();
    await buildFixture('export const handler = async () => 2;');
    expect((await put()).prefix).not.toBe(prefix);
    await buildFixture();
    expect((await put()).prefix).toBe(prefix);
  });

  it('an upload explains what to do about a missing, forbidden or remote bucket', async () => {
    await expect(put('nowhere')).rejects.toThrow('There is no bucket nowhere');
    bucket.refusal = { status: 403, code: 'AccessDenied' };
    await expect(put()).rejects.toThrow('s3:PutObject');
    bucket.refusal = { status: 301, code: 'PermanentRedirect' };
    await expect(put()).rejects.toThrow('another region');
    bucket.refusal = { status: 403, code: 'InvalidAccessKeyId' };
    await expect(put()).rejects.toThrow('Sign in');
  });

  it('an upload without packages recommends a build', async () => {
    await expect(upload({ bucket: 'packages', outDir: lambdaDir, s3 })).rejects.toThrow(
      'npx order-replication build',
    );
  });
});

describe('what a deploy sums up', () => {
  const summedUp = async (options: Partial<DeployOptions> = {}) => {
    const lines: string[] = [];
    const failure = await run({ ...options, summarize: (line) => lines.push(line) }).then(() => '', String);
    return [...lines, failure].join('\n');
  };

  it('the summary of a deploy has its account, each change and its result', async () => {
    cloudFormationGoes();
    const text = await summedUp();
    expect(text).toContain('Deploying OrderReplication-dev to account 123456789012, eu-west-1');
    expect(text).toContain('Add     OrdersQueue  AWS::SQS::Queue');
    expect(text).toContain('OrderReplication-dev is deployed (CREATE_COMPLETE).');
    expect(printed.join('\n')).toContain(text.trim().split('\n')[0]);
  });

  it('the summary of a deploy has the changes before they are made', async () => {
    cloudFormationGoes();
    aws.on(ExecuteChangeSetCommand).rejects(new Error('refused'));
    expect(await summedUp()).toContain('Add     OrdersQueue');
  });

  it('the summary of a deploy never contains a secret', async () => {
    cloudFormationGoes();
    const Changes = [{ ResourceChange: { Action: 'Add' as const, LogicalResourceId: `x${token}` } }];
    aws.on(DescribeChangeSetCommand).resolves({ Status: 'CREATE_COMPLETE', Changes });
    const text = await summedUp();
    expect(text).toContain('x****');
    expect(text).not.toContain(token);
  });
});

describe('a first deploy', () => {
  it('a first deploy creates the stack in one change set, and returns its outputs', async () => {
    cloudFormationGoes();
    const result = await run({ tags: { 'ms-custom-id': 'local' } });
    expect(result).toMatchObject({ stackName: 'OrderReplication-dev', stackId, changed: true });
    expect(result.outputs).toEqual({ WebhookUrl: 'https://example' });
    expect(changeSetInput()).toMatchObject({
      StackName: 'OrderReplication-dev',
      ChangeSetType: 'CREATE',
      ImportExistingResources: true,
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      Tags: [{ Key: 'ms-custom-id', Value: 'local' }],
    });
  });

  it('a first deploy passes the given role to CloudFormation', async () => {
    cloudFormationGoes();
    await run({ roleArn });
    expect(changeSetInput().RoleARN).toBe(roleArn);
  });

  it('a first deploy passes given parameters, and leaves the others to their defaults', async () => {
    cloudFormationGoes();
    const parameters = { ...complete, AllowedStatusIds: '7,11', BigCommerceApiUrl: 'http://127.0.0.1:1' };
    const { prefix } = await run({ parameters });
    const given = changeSetInput().Parameters?.map(({ ParameterKey, ParameterValue }) => [
      ParameterKey,
      ParameterValue,
    ]);
    expect(Object.fromEntries(given ?? [])).toEqual({
      ...parameters,
      StageName: 'dev',
      LambdaDeploymentPackagesBucketName: 'packages',
      LambdaDeploymentPackagesPrefix: prefix,
    });
  });

  it('a first deploy writes the names of the tables out, so that existing ones can be imported', async () => {
    cloudFormationGoes();
    await run();
    const { TemplateURL = '' } = changeSetInput();
    const { body } = bucket.objects.get(new URL(TemplateURL).pathname)!;
    const { Resources } = JSON.parse(body) as { Resources: Record<string, { Properties: object }> };
    expect(Resources['OrdersTable']!.Properties).toMatchObject({ TableName: 'OrderReplication-dev-Orders' });
    expect(Resources['OrdersQueue']!.Properties).toMatchObject({
      QueueName: { 'Fn::Sub': '${AWS::StackName}-Orders' },
    });
  });

  it('a first deploy does without an import if the endpoint does not support it, and reports that', async () => {
    cloudFormationGoes();
    aws
      .on(CreateChangeSetCommand)
      .rejectsOnce(new Error('Unknown parameter ImportExistingResources'))
      .resolves({ Id: 'change-set', StackId: stackId });
    await run();
    expect(changeSetInput().ImportExistingResources).toBeUndefined();
    expect(printed.join('\n')).toContain('cannot import existing tables');
  });

  it('a refused deploy names all problems, without a value, and changes nothing', async () => {
    aws.on(DescribeStacksCommand).rejects(missing());
    const parameters = {
      BigCommerceToken: `${token}"`,
      PollingInterval: '7',
      Nonsense: '1',
      StageName: 'dev',
    };
    const failure = await run({ stage: 'production', bucket: '', parameters }).catch((error: unknown) =>
      String(error),
    );
    for (const name of [
      'BigCommerceToken',
      'PollingInterval',
      'Nonsense',
      'StageName',
      'LambdaDeploymentPackagesBucketName',
      'BigCommerceStoreHash',
      'BigCommerceClientId',
      'ExceptionsEmailAddress',
      '--stage',
    ]) {
      expect(failure).toContain(name);
    }
    expect(failure).not.toContain(token);
    expect(bucket.puts).toBe(0);
    expect(aws.commandCalls(CreateChangeSetCommand)).toHaveLength(0);
  });

  it('a deploy without a client secret reports that signatures cannot be verified', async () => {
    cloudFormationGoes();
    await run();
    expect(printed.join('\n')).toContain('BigCommerceClientSecret is empty');
  });

  it('a deploy never prints a secret, even one that AWS repeats', async () => {
    cloudFormationGoes({
      after: aStack({ StackStatus: 'ROLLBACK_COMPLETE' }),
      events: [
        ended('ROLLBACK_COMPLETE'),
        anEvent({
          ResourceStatus: 'CREATE_FAILED',
          LogicalResourceId: 'X',
          ResourceStatusReason: `bad ${token}`,
        }),
      ],
    });
    const failure = await run().catch((error: unknown) => String(error));
    expect(failure).toContain('bad ****');
    expect(printed.join('\n')).not.toContain(token);
  });

  describe('after one that failed', () => {
    const waits: number[] = [];
    let putsAtWait: number[];
    /** A clock that stands still: what is waited for is noted. */
    const sleep = (ms: number) => {
      waits.push(ms);
      putsAtWait.push(bucket.puts);
      return Promise.resolve();
    };
    const leaves = (StackStatus: Stack['StackStatus']) => {
      waits.length = 0;
      putsAtWait = [];
      cloudFormationGoes();
      aws
        .on(DescribeStacksCommand)
        .resolvesOnce({ Stacks: [aStack({ StackStatus })] })
        .rejectsOnce(missing())
        .resolves({ Stacks: [aStack({ StackStatus: 'CREATE_COMPLETE' })] });
      thereIsNoDelivery();
      aws
        .on(DescribeStackEventsCommand)
        .resolvesOnce({ StackEvents: [] })
        .resolvesOnce({ StackEvents: [] })
        .resolves({ StackEvents: [ended('CREATE_COMPLETE')] });
    };

    it('a deploy deletes the remains of a failed first create before it starts', async () => {
      leaves('ROLLBACK_COMPLETE');
      await run({ roleArn, sleep });
      const deletions = aws.commandCalls(DeleteStackCommand).map(({ args }) => args[0].input);
      expect(deletions).toEqual([{ StackName: stackId, RoleARN: roleArn }]);
      expect(printed.join('\n')).toContain('deleting what it left');
      expect(changeSetInput()).toMatchObject({ ChangeSetType: 'CREATE' });
      // What the leftover had is not taken over.
      expect(changeSetInput().Parameters?.some(({ UsePreviousValue }) => UsePreviousValue)).toBe(false);
    });

    it.each(['ROLLBACK_COMPLETE', 'CREATE_FAILED'] as const)(
      'a deploy after a failed create waits until SQS accepts the names of its queues (%s)',
      async (StackStatus) => {
        leaves(StackStatus);
        await run({ sleep });
        expect(waits.filter((ms) => ms >= 60_000)).toEqual([60_000]);
        expect(putsAtWait[waits.indexOf(60_000)]).toBe(0);
        expect(printed.join('\n')).toContain('Waiting 60 s: SQS refuses the name of a queue');
      },
    );

    it('a deploy after a change set that was never executed does not wait, because there was no queue', async () => {
      leaves('REVIEW_IN_PROGRESS');
      await run({ sleep });
      expect(aws.commandCalls(DeleteStackCommand)).toHaveLength(1);
      expect(waits.filter((ms) => ms >= 60_000)).toEqual([]);
    });

    it('a deploy to the emulator does not wait for the names of queues', async () => {
      sts.on(GetCallerIdentityCommand).resolves({ Account: '000000000000' });
      leaves('ROLLBACK_COMPLETE');
      await run({ sleep });
      expect(aws.commandCalls(DeleteStackCommand)).toHaveLength(1);
      expect(waits.filter((ms) => ms >= 60_000)).toEqual([]);
    });

    it.each([
      'AWS.SimpleQueueService.QueueDeletedRecently: no',
      'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
    ])('a deploy explains what to do if SQS still refuses a name (%s)', async (ResourceStatusReason) => {
      cloudFormationGoes({
        after: aStack({ StackStatus: 'ROLLBACK_COMPLETE' }),
        events: [
          ended('ROLLBACK_COMPLETE'),
          anEvent({
            ResourceStatus: 'CREATE_FAILED',
            LogicalResourceId: 'OrdersQueue',
            ResourceStatusReason,
          }),
        ],
      });
      await expect(run()).rejects.toThrow('Deploy again after 1 min');
    });
  });

  it.each(['CREATE_FAILED', 'ROLLBACK_FAILED'] as const)(
    'a deploy deletes no stack of another template, which may still contain something (%s)',
    async (StackStatus) => {
      cloudFormationGoes({ before: aStack({ StackStatus, Parameters: [] }) });
      await expect(run()).rejects.toThrow('was not made from this template');
      expect(aws.commandCalls(DeleteStackCommand)).toEqual([]);
    },
  );
});

describe('an update', () => {
  const updated = { before: aStack(), after: aStack(), events: [ended('UPDATE_COMPLETE')] };

  it('an update keeps parameters that are not given, and leaves new ones to their defaults', async () => {
    cloudFormationGoes(updated);
    await run({ parameters: { BigCommerceStoreHash: 'other' } });
    const parameters = changeSetInput().Parameters ?? [];
    const kept = parameters.flatMap(({ ParameterKey, UsePreviousValue }) =>
      UsePreviousValue ? ParameterKey : [],
    );
    expect(kept.sort()).toEqual([
      'BigCommerceClientId',
      'BigCommerceClientSecret',
      'BigCommerceToken',
      'ExceptionsEmailAddress',
    ]);
    expect(parameters).toContainEqual({ ParameterKey: 'BigCommerceStoreHash', ParameterValue: 'other' });
    expect(parameters.map(({ ParameterKey }) => ParameterKey)).not.toContain('AdvanceOrders');
    expect(changeSetInput()).toMatchObject({ ChangeSetType: 'UPDATE' });
    expect(printed.join('\n')).not.toContain('BigCommerceClientSecret is empty');
  });

  it('an update without a bucket uses that of the stack', async () => {
    const name = 'LambdaDeploymentPackagesBucketName';
    const Parameters = [...(aStack().Parameters ?? []), { ParameterKey: name, ParameterValue: 'packages' }];
    cloudFormationGoes({ ...updated, before: aStack({ Parameters }) });
    const { prefix } = await run({ bucket: '' });
    expect(bucket.objects.has(`/packages/${prefix}stack.json`)).toBe(true);
    expect(changeSetInput().Parameters).toContainEqual({ ParameterKey: name, ParameterValue: 'packages' });
  });

  it('an update of a stack of another stage is refused, because its webhook would get another address', async () => {
    const Parameters = [
      ...(aStack().Parameters ?? []),
      { ParameterKey: 'StageName', ParameterValue: 'prod' },
    ];
    cloudFormationGoes({ ...updated, before: aStack({ Parameters }) });
    await expect(run({ stackName: 'OrderReplication-dev' })).rejects.toThrow(
      'The stack belongs to the stage prod. Add --stage prod.',
    );
  });

  it('an update keeps a paused stack paused', async () => {
    const Parameters = [...(aStack().Parameters ?? []), { ParameterKey: 'Paused', ParameterValue: 'true' }];
    cloudFormationGoes({ ...updated, before: aStack({ Parameters }) });
    await run();
    expect(changeSetInput().Parameters).toContainEqual({ ParameterKey: 'Paused', UsePreviousValue: true });
  });

  it('an update without changes succeeds and reports that', async () => {
    cloudFormationGoes(updated);
    aws.on(DescribeChangeSetCommand).resolves({
      Status: 'FAILED',
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
    });
    aws.on(DescribeEventsCommand).rejects(new Error('InvalidAction'));
    const { changed, outputs } = await run();
    expect([changed, outputs]).toEqual([false, { WebhookUrl: 'https://example' }]);
    expect(printed.at(-1)).toContain('Nothing to change');
    expect(aws.commandCalls(DeleteChangeSetCommand)).toHaveLength(1);
    expect(aws.commandCalls(ExecuteChangeSetCommand)).toHaveLength(0);
  });

  it('an update of only the outputs is executed, although the change set names no resource', async () => {
    cloudFormationGoes(updated);
    aws.on(DescribeChangeSetCommand).resolves({ Status: 'CREATE_COMPLETE', Changes: [] });
    expect((await run()).changed).toBe(true);
    expect(aws.commandCalls(ExecuteChangeSetCommand)).toHaveLength(1);
    expect(printed.join('\n')).not.toContain('Nothing to change');
  });

  it('an update shows each change and each event once, in order', async () => {
    const running = anEvent({ ResourceStatus: 'UPDATE_IN_PROGRESS', LogicalResourceId: 'OrdersQueue' });
    cloudFormationGoes(updated);
    aws
      .on(DescribeStackEventsCommand)
      .resolvesOnce({ StackEvents: [] })
      .resolvesOnce({ StackEvents: [running] })
      .resolves({ StackEvents: [ended('UPDATE_COMPLETE'), running] });
    await run();
    const lines = printed.filter((line) => line.includes('OrdersQueue') || line.includes('UPDATE_COMPLETE '));
    expect(lines.map((line) => line.trim().split(/\s+/).slice(0, 2).join(' '))).toEqual([
      'Add OrdersQueue',
      '00:00:00 UPDATE_IN_PROGRESS',
      '00:00:00 UPDATE_COMPLETE',
    ]);
  });

  describe('the line of a change', () => {
    const detail = (CausingEntity?: string): ResourceChangeDetail => ({
      ...(CausingEntity === undefined
        ? { Evaluation: 'Static', ChangeSource: 'DirectModification' }
        : { Evaluation: 'Dynamic', ChangeSource: 'ResourceAttribute', CausingEntity }),
    });
    const lineOf = async (Details: ResourceChangeDetail[]) => {
      cloudFormationGoes(updated);
      const ResourceChange = { Action: 'Modify' as const, LogicalResourceId: 'TheRule', Details };
      aws.on(DescribeChangeSetCommand).resolves({ Status: 'CREATE_COMPLETE', Changes: [{ ResourceChange }] });
      await run();
      return printed.find((line) => line.includes('TheRule'));
    };

    it('the line of a change has its dependency if CloudFormation cannot know yet whether it happens', async () => {
      const details = [detail('GetOrdersFunction.Arn'), detail('GetOrdersFunction.Arn')];
      expect(await lineOf(details)).toMatch(/Modify +TheRule .*, only if GetOrdersFunction\.Arn changes$/);
    });

    it('the line of a change names each attribute that it depends on', async () => {
      expect(await lineOf([detail('A.Arn'), detail('B.Id')])).toMatch(/, only if A\.Arn or B\.Id changes$/);
    });

    it.each([
      ['changes in any case', [detail('A.Arn'), detail()]],
      ['is not explained by CloudFormation', []],
      ['depends on nothing that is named', [{ Evaluation: 'Dynamic', ChangeSource: 'ResourceAttribute' }]],
    ] as const)('the line of a change has no dependency for a resource that %s', async (_, details) => {
      expect(await lineOf([...details])).not.toContain('only if');
    });
  });

  it('an update has not ended while the status is still that of the last one', async () => {
    cloudFormationGoes(updated);
    aws
      .on(DescribeStackEventsCommand)
      .resolvesOnce({ StackEvents: [] })
      .resolvesOnce({ StackEvents: [] })
      .resolves({ StackEvents: [ended('UPDATE_COMPLETE')] });
    await run();
    expect(aws.commandCalls(DescribeStackEventsCommand)).toHaveLength(3);
  });

  it('an update that was rolled back names the resource that failed first, its reason, and what to do', async () => {
    const failed = (LogicalResourceId: string, ResourceStatusReason: string) =>
      anEvent({
        ResourceStatus: 'UPDATE_FAILED',
        LogicalResourceId,
        ResourceType: 'T',
        ResourceStatusReason,
      });
    cloudFormationGoes({
      before: aStack(),
      after: aStack({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' }),
      events: [
        ended('UPDATE_ROLLBACK_COMPLETE'),
        failed('OrdersQueue', 'Resource update cancelled'),
        failed('ProcessOrdersFunction', 'decreases UnreservedConcurrentExecution below its minimum'),
      ],
    });
    const failure = await run().catch((error: unknown) => String(error));
    expect(failure).toContain('UPDATE_ROLLBACK_COMPLETE');
    expect(failure).toContain('ProcessOrdersFunction (T): decreases');
    expect(failure).toContain('ReserveConcurrency=false');
    expect(failure).not.toContain('cancelled');
  });

  it('an update that the role of the bootstrap may not make recommends the bootstrap, and not a wider role', async () => {
    cloudFormationGoes({
      before: aStack(),
      after: aStack({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' }),
      events: [
        ended('UPDATE_ROLLBACK_COMPLETE'),
        anEvent({
          ResourceStatus: 'CREATE_FAILED',
          LogicalResourceId: 'GetOrdersRole',
          ResourceStatusReason:
            'User: arn:aws:sts::123456789012:assumed-role/OrderReplicationBootstrap-dev-CloudFormation/AWSCloudFormation is not authorized to perform: iam:CreateRole on resource: x (HandlerErrorCode: AccessDenied)',
        }),
      ],
    });
    const failure = await run().catch((error: unknown) => String(error));
    expect(failure).toContain(
      'npx order-replication bootstrap. Then deploy with --parameter PermissionsBoundaryArn=',
    );
    expect(failure).not.toContain('lacks the permission');
  });

  it.each([
    [
      'a package that a role may not read',
      'Your access has been denied by S3, please make sure your request credentials have permission to GetObject for packages/v-1/a.zip. S3 Error Code: AccessDenied.',
      'or the role cannot read it',
    ],
    [
      'a role of the service in another region',
      'OrderReplication-dev-GetOrders already exists',
      'IAM names have no region',
    ],
  ])('a failure because of %s comes with advice', async (_, ResourceStatusReason, advice) => {
    cloudFormationGoes({
      before: aStack(),
      after: aStack({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' }),
      events: [
        ended('UPDATE_ROLLBACK_COMPLETE'),
        anEvent({ ResourceStatus: 'CREATE_FAILED', LogicalResourceId: 'X', ResourceStatusReason }),
      ],
    });
    await expect(run()).rejects.toThrow(advice);
  });

  it('an update that CloudFormation cannot make is reported with all its findings', async () => {
    cloudFormationGoes(updated);
    aws
      .on(DescribeChangeSetCommand)
      .resolves({ Status: 'FAILED', StatusReason: 'Validation failed with 1 error(s).' });
    aws.on(DescribeEventsCommand).resolves({
      OperationEvents: [{ LogicalResourceId: 'OrdersTable', ValidationStatusReason: 'wrong key' }],
    });
    const failure = await run().catch((error: unknown) => String(error));
    expect(failure).toContain('Validation failed');
    expect(failure).toContain('OrdersTable: wrong key');
  });

  it.each([
    ['UPDATE_IN_PROGRESS', 'is being changed'],
    [
      'UPDATE_ROLLBACK_FAILED',
      'continue the rollback in the CloudFormation console, or delete the stack, which keeps its tables: npx order-replication destroy',
    ],
    [
      'DELETE_FAILED',
      'First delete the stack, which keeps its tables: npx order-replication destroy --stack-name OrderReplication-dev',
    ],
  ] as const)('an update is refused in %s', async (StackStatus, sentence) => {
    cloudFormationGoes({ before: aStack({ StackStatus }) });
    await expect(run()).rejects.toThrow(sentence);
    expect(bucket.puts).toBe(0);
  });

  it('an update of a stack of the original sample is refused', async () => {
    cloudFormationGoes({ before: aStack({ Parameters: [{ ParameterKey: 'BigCommerceToken' }] }) });
    await expect(run()).rejects.toThrow('cannot be updated in place');
  });
});

describe('the reserved concurrency', () => {
  const name = 'ReserveConcurrency';
  const asked = () => lambda.commandCalls(GetAccountSettingsCommand).length;
  const chosen = () => changeSetInput().Parameters?.find(({ ParameterKey }) => ParameterKey === name);
  const withValue = (ParameterValue: string) => {
    const Parameters = [...(aStack().Parameters ?? []), { ParameterKey: name, ParameterValue }];
    cloudFormationGoes({
      before: aStack({ Parameters }),
      after: aStack(),
      events: [ended('UPDATE_COMPLETE')],
    });
  };
  const reported = () => printed.filter((line) => /concurrent executions|ReserveConcurrency/.test(line));

  it.each([
    ['10, as new accounts have it', { all: 10, unreserved: 10 }],
    ['50, as new accounts had it', { all: 50, unreserved: 50 }],
    ['100, all of which stay unreserved', { all: 100, unreserved: 100 }],
    ['1,000, of which others have reserved 898', { all: 1_000, unreserved: 102 }],
  ])(
    'reserved concurrency is not requested if the limit is %s, and the summary has the reason',
    async (_, limits) => {
      cloudFormationGoes();
      accountHas(limits);
      const lines: string[] = [];
      await run({ summarize: (line) => lines.push(line) });
      expect(chosen()).toEqual({ ParameterKey: name, ParameterValue: 'false' });
      expect(lines.join('\n')).toContain(
        `deploying with ReserveConcurrency=false. Lambda keeps 100 concurrent executions of an account unreserved, and this account has ${limits.unreserved} unreserved of ${limits.all}`,
      );
    },
  );

  it('reserved concurrency is left to the template if exactly 3 can be reserved', async () => {
    cloudFormationGoes();
    accountHas({ all: 1_000, unreserved: 103 });
    await run();
    expect(chosen()).toBeUndefined();
    expect(reported()).toEqual([]);
  });

  it('the executions that the stack itself has reserved count as free for it', async () => {
    withValue('true');
    accountHas({ all: 103, unreserved: 100 });
    await run();
    expect(chosen()).toEqual({ ParameterKey: name, UsePreviousValue: true });
    expect(reported()).toEqual([]);
  });

  it('reserved concurrency is kept if Lambda has reserved it with less than 100 unreserved', async () => {
    withValue('true');
    accountHas({ all: 1_000, unreserved: 50 });
    await run();
    expect(chosen()).toEqual({ ParameterKey: name, UsePreviousValue: true });
    expect(reported()).toEqual([]);
  });

  it('reserved concurrency is dropped if the account has none reserved and its limit is too small', async () => {
    withValue('true');
    accountHas({ all: 50, unreserved: 50 });
    await run();
    expect(chosen()).toEqual({ ParameterKey: name, ParameterValue: 'false' });
  });

  it('reserved concurrency is reported at each deploy until the account allows it, and then reserved', async () => {
    withValue('false');
    accountHas({ all: 10, unreserved: 10 });
    await run();
    expect(chosen()).toEqual({ ParameterKey: name, ParameterValue: 'false' });
    expect(reported()).toEqual([expect.stringContaining('deploying with ReserveConcurrency=false')]);

    printed = [];
    aws.reset();
    withValue('false');
    accountHas({ all: 1_000, unreserved: 1_000 });
    await run();
    expect(chosen()).toEqual({ ParameterKey: name, ParameterValue: 'true' });
    expect(reported()).toEqual([expect.stringContaining('deploying with ReserveConcurrency=true')]);
  });

  it.each([
    ['true', 10],
    ['false', 1_000],
  ])(
    'reserved concurrency is the value that the caller gives (%s), without a call to AWS',
    async (ParameterValue, all) => {
      cloudFormationGoes();
      accountHas({ all, unreserved: all });
      await run({ parameters: { ...complete, [name]: ParameterValue } });
      expect(chosen()).toEqual({ ParameterKey: name, ParameterValue });
      expect([asked(), reported()]).toEqual([0, []]);
    },
  );

  it.each([
    ['a refusal', { name: 'AccessDeniedException' }, 'npx order-replication bootstrap'],
    ['a fault', { name: 'ServiceException' }, 'No.'],
  ])('reserved concurrency stays unchanged after %s, which is reported', async (_, error, sentence) => {
    lambda.on(GetAccountSettingsCommand).rejects(Object.assign(new Error('No.'), error));
    cloudFormationGoes();
    await run();
    expect(chosen()).toBeUndefined();
    expect(reported().join()).toContain('was not checked');
    expect(reported().join()).toContain(sentence);
    expect(reported().join()).toContain('--parameter ReserveConcurrency=false');
  });

  it('reserved concurrency stays unchanged if the answer has no limit', async () => {
    lambda.on(GetAccountSettingsCommand).resolves({});
    withValue('false');
    await run();
    expect(chosen()).toEqual({ ParameterKey: name, UsePreviousValue: true });
    expect(reported().join()).toContain(
      'was not checked. Lambda named no limit. ReserveConcurrency stays false.',
    );
  });
});

describe('what AWS refuses', () => {
  it.each([
    ['CredentialsProviderError', 'Could not load credentials', 'Sign in'],
    ['ExpiredToken', 'x', 'expired'],
    ['Error', 'Region is missing', '--region'],
  ])('the AWS error %s is explained', async (name, message, sentence) => {
    aws.on(DescribeStacksCommand).rejects(Object.assign(new Error(message), { name }));
    await expect(run()).rejects.toThrow(sentence);
  });
});

it('a deploy builds its packages after all checks have passed, and none for an unknown parameter', async () => {
  cloudFormationGoes();
  const prepare = jest.fn(() => Promise.resolve());
  const parameters = { ...complete, PolingInterval: '30' };
  await expect(run({ parameters, prepare })).rejects.toThrow(
    'PolingInterval is not a parameter of the template.',
  );
  expect(prepare).not.toHaveBeenCalled();
  await run({ prepare });
  expect(prepare).toHaveBeenCalledTimes(1);
});

describe('the command line', () => {
  const names = [...Object.keys(complete), 'BigCommerceClientSecret', 'PollingInterval', 'AllowedStatusIds'];
  const read = async (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    deployRequest(
      await parseOptions(deployOptions, ['--stage', 'dev', '--bucket', 'packages', ...args], environment),
      [...names, 'StageName', 'LambdaDeploymentPackagesBucketName', 'LambdaDeploymentPackagesPrefix'],
      environment,
    );

  it('deploy reads parameters from the environment, and an option overrides them', async () => {
    const environment = {
      BIGCOMMERCE_TOKEN: 'from-env',
      BIGCOMMERCE_CLIENT_ID: 'env',
      POLLING_INTERVAL: '15',
    };
    expect(await read(['--client-id', 'option', '--email', 'a@b'], environment)).toMatchObject({
      stage: 'dev',
      bucket: 'packages',
      stackName: undefined,
      parameters: {
        BigCommerceToken: 'from-env',
        BigCommerceClientId: 'option',
        ExceptionsEmailAddress: 'a@b',
        PollingInterval: '15',
      },
    });
    const option = ['--parameter', 'PollingInterval=30'];
    expect((await read(option, environment)).parameters).toMatchObject({ PollingInterval: '30' });
  });

  it("deploy reads CloudFormation's role from the environment, and an option overrides it; an empty one is none", async () => {
    const environment = { AWS_CLOUDFORMATION_ROLE_ARN: 'from-env' };
    expect((await read([], environment)).roleArn).toBe('from-env');
    expect((await read(['--role-arn', roleArn], environment)).roleArn).toBe(roleArn);
    expect((await read([], { AWS_CLOUDFORMATION_ROLE_ARN: '' })).roleArn).toBeUndefined();
  });

  it('deploy ignores an empty variable, and an option can make a value empty', async () => {
    const environment = { ALLOWED_STATUS_IDS: '', BIGCOMMERCE_CLIENT_SECRET: 'from-env' };
    expect((await read(['--parameter', 'BigCommerceClientSecret='], environment)).parameters).toEqual({
      BigCommerceClientSecret: '',
    });
    expect((await read(['--client-secret', ''], environment)).parameters).toEqual({
      BigCommerceClientSecret: '',
    });
  });

  it('deploy reads the stage, the place of the packages and a pause from no variable', async () => {
    const environment = { STAGE_NAME: 'prod', LAMBDA_DEPLOYMENT_PACKAGES_PREFIX: 'other/', PAUSED: 'false' };
    expect((await read([], environment)).parameters).toEqual({});
  });

  it('deploy polls and sends no test alert, unless the options request otherwise', async () => {
    expect((await read([], {})).afterwards).toEqual({ poll: true, testAlert: false });
    const changed = await read(['--no-poll', '--test-alert'], {});
    expect(changed.afterwards).toEqual({ poll: false, testAlert: true });
  });

  it('deploy keeps commas, quotes and equals signs in values', async () => {
    const value = `1,"2"='3'=4 $HOME`;
    const { parameters, tags } = await read(['--parameter', `A=${value}`, '--tag', 'k=v=w'], {
      ALLOWED_STATUS_IDS: value,
    });
    expect([parameters, tags]).toEqual([{ A: value, AllowedStatusIds: value }, { k: 'v=w' }]);
  });

  it('deploy names the option and the variable of a wrong value', async () => {
    const { label } = await read([]);
    expect(['BigCommerceToken', 'PollingInterval'].map((name) => label?.(name))).toEqual([
      'BigCommerceToken (--token or $BIGCOMMERCE_TOKEN)',
      'PollingInterval (--parameter PollingInterval=… or $POLLING_INTERVAL)',
    ]);
  });

  it('deploy names an unknown option, with a similar one', async () => {
    await expect(read(['--stge=dev'])).rejects.toThrow(/unknown option '--stge'\n\(Did you mean --stage\?\)/);
    await expect(read(['--parameter', 'A'])).rejects.toThrow('Name=Value');
    await expect(read(['extra'])).rejects.toThrow("unexpected argument 'extra'");
  });

  it('the environment is not read when code calls the deploy', async () => {
    cloudFormationGoes();
    jest.replaceProperty(process, 'env', { ...process.env, POLLING_INTERVAL: '15' });
    await run();
    expect(changeSetInput().Parameters?.map(({ ParameterKey }) => ParameterKey)).not.toContain(
      'PollingInterval',
    );
  });
});

describe('with the delivery', () => {
  const deliveryName = 'OrderReplication-dev-Delivery';
  const deliveryId = `arn:aws:cloudformation:eu-west-1:123456789012:stack/${deliveryName}/1`;
  const credentials = '{"user":"erp","key":"t0psecretKey"}';
  const both: Readonly<Record<string, string>> = {
    ...complete,
    ErpAdapter: 'tryton',
    ErpUrl: 'https://erp.example.com',
    ErpCredentials: credentials,
  };
  const aDelivery = (overrides: Partial<Stack> = {}): Stack => ({
    StackName: deliveryName,
    StackId: deliveryId,
    CreationTime: new Date(0),
    StackStatus: 'UPDATE_COMPLETE',
    Parameters: Object.entries({
      ErpAdapter: 'tryton',
      ErpUrl: 'https://erp.example.com',
      ErpCredentials: '****',
      LambdaDeploymentPackagesPrefix: 'v-0/',
    }).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    ...overrides,
  });

  /** Both stacks; `deliveryEnds` as this, and exists before if `existing` is given. */
  function bothGo(
    deliveryEnds: NonNullable<Stack['StackStatus']> = 'CREATE_COMPLETE',
    existing?: Stack,
    failed: readonly StackEvent[] = [],
  ) {
    cloudFormationGoes();
    const described = aws.on(DescribeStacksCommand, { StackName: deliveryName });
    if (existing === undefined) described.rejects(missing());
    else described.resolves({ Stacks: [existing] });
    aws
      .on(DescribeStacksCommand, { StackName: deliveryId })
      .resolves({ Stacks: [aDelivery({ StackStatus: deliveryEnds })] });
    aws
      .on(CreateChangeSetCommand, { StackName: deliveryName })
      .resolves({ Id: 'second', StackId: deliveryId });
    const end = anEvent({
      PhysicalResourceId: deliveryId,
      ResourceStatus: deliveryEnds as 'CREATE_COMPLETE',
    });
    aws
      .on(DescribeStackEventsCommand, { StackName: deliveryId })
      .resolvesOnce({ StackEvents: [] })
      .resolves({ StackEvents: [end, ...failed] });
  }
  const changeSets = () => aws.commandCalls(CreateChangeSetCommand).map(({ args }) => args[0].input);
  const parametersOfLast = () =>
    Object.fromEntries(
      (changeSetInput().Parameters ?? []).map(({ ParameterKey = '', ParameterValue }) => [
        ParameterKey,
        ParameterValue,
      ]),
    );
  const failureOf = (options: Partial<DeployOptions>) =>
    run(options).then(
      () => '',
      (error: unknown) => String(error),
    );

  it('a deploy with the delivery changes its stack after that of the replication, each from its own version', async () => {
    bothGo();
    const boundary = 'arn:aws:iam::123456789012:policy/Boundary';
    const result = await run({
      with: ['delivery'],
      parameters: { ...both, PermissionsBoundaryArn: boundary },
      roleArn,
    });
    expect(changeSets().map(({ StackName }) => StackName)).toEqual(['OrderReplication-dev', deliveryName]);
    expect(changeSets().map(({ RoleARN }) => RoleARN)).toEqual([roleArn, roleArn]);
    const { prefix } = result.added.delivery!;
    expect(prefix).not.toBe(result.prefix);
    expect(parametersOfLast()).toEqual({
      ReplicationStackName: 'OrderReplication-dev',
      LambdaDeploymentPackagesBucketName: 'packages',
      LambdaDeploymentPackagesPrefix: prefix,
      PermissionsBoundaryArn: boundary,
      ErpAdapter: 'tryton',
      ErpUrl: 'https://erp.example.com',
      ErpCredentials: credentials,
    });
    expect(changeSets()[0]!.Parameters?.map(({ ParameterKey }) => ParameterKey)).not.toContain('ErpUrl');
    expect([...bucket.objects.keys()]).toContain(`/packages/${prefix}deliver-orders.zip`);
  });

  it('a deploy with the delivery writes the names of its tables out by the name of the replication', async () => {
    bothGo();
    await run({ with: ['delivery'], parameters: both });
    const { body } = bucket.objects.get(new URL(changeSetInput().TemplateURL ?? '').pathname)!;
    const { Resources } = JSON.parse(body) as { Resources: Record<string, { Properties: object }> };
    expect(Resources['DeliveriesTable']!.Properties).toMatchObject({
      TableName: 'OrderReplication-dev-Deliveries',
    });
  });

  it('a deploy with the delivery reports the problems of both templates before it changes anything', async () => {
    aws.on(DescribeStacksCommand).rejects(missing());
    const parameters = {
      ...complete,
      PollingInterval: '7',
      ErpUrl: 'http://erp.example.com',
      DeliveryMode: 'live',
    };
    const failure = await failureOf({ with: ['delivery'], parameters });
    for (const problem of [
      'PollingInterval must be',
      'ErpAdapter is missing',
      'ErpUrl must be an https://',
      'ErpCredentials is missing',
      'live needs DeliverOrdersCreatedFrom',
    ]) {
      expect(failure).toContain(problem);
    }
    expect([bucket.puts, changeSets().length]).toEqual([0, 0]);
  });

  it('a deploy without the delivery refuses its parameters, and says which option is missing', async () => {
    aws.on(DescribeStacksCommand).rejects(missing());
    expect(await failureOf({ parameters: both })).toContain(
      'ErpUrl is a parameter of the delivery stack. Add --with delivery.',
    );
  });

  it('a delivery that fails leaves the replication deployed, and its credentials unprinted', async () => {
    const reason = `no right with ${credentials}`;
    bothGo('ROLLBACK_COMPLETE', undefined, [
      anEvent({
        ResourceStatus: 'CREATE_FAILED',
        LogicalResourceId: 'DeliverOrdersFunction',
        ResourceStatusReason: reason,
      }),
    ]);
    const failure = await failureOf({ with: ['delivery'], parameters: both });
    expect(failure).toContain(`${deliveryName} was not deployed (ROLLBACK_COMPLETE).`);
    expect(failure).toContain('no right with ****');
    expect(failure).toContain('OrderReplication-dev is deployed, and stays so.');
    expect(failure + printed.join('\n')).not.toContain('t0psecretKey');
  });

  it('a later deploy with the delivery keeps its parameters', async () => {
    bothGo('UPDATE_COMPLETE', aDelivery());
    await run({ with: ['delivery'] });
    expect(changeSetInput()).toMatchObject({ StackName: deliveryName, ChangeSetType: 'UPDATE' });
    expect(changeSetInput().Parameters).toContainEqual({
      ParameterKey: 'ErpCredentials',
      UsePreviousValue: true,
    });
  });

  it('a deploy without the delivery leaves its stack unchanged, and reports that its packages are of another version', async () => {
    bothGo('UPDATE_COMPLETE', aDelivery());
    await run();
    expect(changeSets().map(({ StackName }) => StackName)).toEqual(['OrderReplication-dev']);
    expect(printed.join('\n')).toContain(
      `Note: ${deliveryName} is unchanged, and its packages are of another version than this checkout. To update it: npx order-replication deploy --stack-name OrderReplication-dev --with delivery`,
    );
  });

  it('a deploy without the delivery says nothing of a stack of the same version', async () => {
    bothGo();
    const { added } = await run({ with: ['delivery'], parameters: both });
    const current = {
      ParameterKey: 'LambdaDeploymentPackagesPrefix',
      ParameterValue: added.delivery!.prefix,
    };
    aws.reset();
    bothGo('UPDATE_COMPLETE', aDelivery({ Parameters: [current] }));
    printed = [];
    await run();
    expect(printed.join('\n')).not.toContain(deliveryName);
  });

  it('a deploy that may not look for a delivery succeeds, and says so', async () => {
    cloudFormationGoes();
    aws
      .on(DescribeStacksCommand, { StackName: deliveryName })
      .rejects(Object.assign(new Error('not authorized to perform'), { name: 'AccessDenied' }));
    await run();
    expect(printed.join('\n')).toContain(`whether ${deliveryName} exists was not checked`);
    expect(printed.join('\n')).toContain('npx order-replication bootstrap');
  });

  it('the options and variables of a deploy with the delivery set its parameters too', async () => {
    const names = [...Object.keys(both), 'DeliveryMode', 'ReplicationStackName', 'Paused'];
    const variables = {
      ERP_ADAPTER: 'odoo',
      ERP_CREDENTIALS: credentials,
      DELIVERY_MODE: 'live',
      PAUSED: 'true',
    };
    const args = [
      '--stage',
      'dev',
      '--with',
      'delivery',
      '--with',
      'delivery',
      '--parameter',
      'ErpUrl=https://x',
    ];
    const options = await parseOptions(deployOptions, args, variables);
    const request = deployRequest(options, names, { ...variables, REPLICATION_STACK_NAME: 'other' });
    expect(request.with).toEqual(['delivery']);
    expect(request.parameters).toEqual({
      ErpAdapter: 'odoo',
      ErpCredentials: credentials,
      DeliveryMode: 'live',
      ErpUrl: 'https://x',
    });
  });
});
