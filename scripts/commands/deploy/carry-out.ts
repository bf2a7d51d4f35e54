// Carries out the plan of one stack: uploads its version, and executes one change set.
import type { S3Client } from '@aws-sdk/client-s3';

import { sha256 } from '../../packages/build';
import { putIfChanged, upload } from '../../packages/upload';
import { stackParameters } from '../../stack/parameters';
import type { Values } from '../../stack/parameters';
import { withTableNames } from '../../stack/service-stacks';
import { changeStack } from '../../stack/stack-change';
import type { FollowDeps } from '../../stack/stack-events';
import { outputsOf, parametersOf } from '../../stack/stack-state';
import type { Plan } from './plan';

export interface VersionOptions {
  readonly tags?: Values | undefined;
  /** The role of CloudFormation; if omitted, the stack's current one, else the caller's permissions. */
  readonly roleArn?: string | undefined;
  /** The folder of the built packages; build/ if omitted. */
  readonly outDir?: string | undefined;
}

export interface DeployedStack {
  readonly stackName: string;
  readonly stackId: string;
  /** False if there was nothing to change. */
  readonly changed: boolean;
  /** The folder of this version in the bucket. */
  readonly prefix: string;
  readonly outputs: Values;
  readonly parameters: Values;
}

/** Deploys one stack. Throws CommandError with the first failures. */
export async function carryOut(
  plan: Plan,
  replicationStackName: string,
  { outDir, tags, roleArn }: VersionOptions,
  follow: FollowDeps,
  s3: S3Client,
): Promise<DeployedStack> {
  const { kind, template, stackName, bucket, existing, previous } = plan;
  const { print } = follow;

  const { prefix } = await upload({ bucket, kind, s3, print, ...(outDir !== undefined && { outDir }) });
  const body = Buffer.from(withTableNames(kind, template, replicationStackName));
  const key = `${prefix}${stackName}.json`;
  const given = { ...plan.given, LambdaDeploymentPackagesPrefix: prefix };
  const { stackId, stack, changed } = await changeStack(follow, {
    stackName,
    existing,
    TemplateURL: await putIfChanged(s3, { bucket, key, body, hash: sha256(body) }, print),
    Parameters: stackParameters(Object.keys(template.Parameters), given, previous),
    RoleARN: roleArn,
    ...(tags !== undefined && { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
  });
  return {
    stackName,
    stackId,
    changed,
    prefix,
    outputs: outputsOf(stack),
    parameters: parametersOf(stack),
  };
}
