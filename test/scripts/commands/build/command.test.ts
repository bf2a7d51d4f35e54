// The mapping of the commands that build packages: build, upload and deploy.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';

import { build } from '../../../../scripts/commands/build/command';
import { deploy } from '../../../../scripts/commands/deploy/command';
import { upload } from '../../../../scripts/commands/upload/command';
import { runCommand } from '../../../support/run-command';

describe('--mapping', () => {
  let folder: string;
  let mapping: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mapping-'));
    mapping = join(folder, 'broken.json');
    writeFileSync(mapping, '{ "version": 2, "reference": { "prefix": "BC1" } }');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const refusal =
    /broken\.json cannot be used:\n {2}version must be 1\.\n {2}reference\.prefix must be .*\n {2}customer is missing/;

  it('build refuses a mapping with mistakes and names them all', async () => {
    await expect(runCommand(build, ['--mapping', mapping])).rejects.toThrow(refusal);
  });

  it('upload refuses a mapping with mistakes before it sends anything', async () => {
    const s3 = mockClient(S3Client);
    await expect(runCommand(upload, ['packages', '--mapping', mapping])).rejects.toThrow(refusal);
    expect(s3.calls()).toEqual([]);
  });

  it('deploy refuses a mapping with mistakes before it changes anything', async () => {
    const s3 = mockClient(S3Client);
    const cloudFormation = mockClient(CloudFormationClient);
    const missing = Object.assign(new Error('Stack with id x does not exist'), { name: 'ValidationError' });
    cloudFormation.on(DescribeStacksCommand).rejects(missing);
    mockClient(STSClient).on(GetCallerIdentityCommand).resolves({ Account: '123456789012' });
    mockClient(LambdaClient)
      .on(GetAccountSettingsCommand)
      .resolves({
        AccountLimit: { ConcurrentExecutions: 1_000, UnreservedConcurrentExecutions: 1_000 },
      });
    const account = ['--store-hash', 'abc123', '--client-id', 'client', '--token', 'token'];
    const place = ['--stage', 'dev', '--bucket', 'packages', '--region', 'eu-west-1'];
    const line = [...place, ...account, '--email', 'ops@example.com', '--mapping', mapping];
    await expect(runCommand(deploy, line)).rejects.toThrow(refusal);
    const sent = cloudFormation.calls().map(({ args: [command] }) => command.constructor.name);
    expect(new Set(sent)).toEqual(new Set(['DescribeStacksCommand']));
    expect(s3.calls()).toEqual([]);
  });
});
