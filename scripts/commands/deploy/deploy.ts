// Brings the service to AWS: checks the parameters, uploads packages and template, and makes one change set
// of it. Everything wrong is said before anything is touched; what CloudFormation does is shown as it happens.
import { setTimeout as realSleep } from 'node:timers/promises';

import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';

import { explained } from '../../service/aws-errors';
import { sha256 } from '../../packages/build';
import { placeOf, EMULATOR_ACCOUNT } from '../../service/clients';
import { CommandError } from '../../terminal/command-error';
import { isUnsigned, planDeploy } from './plan';
import type { Plan, DeployRequest } from './plan';
import { stackParameters } from '../../stack/parameters';
import type { Values } from '../../stack/parameters';
import { chooseReservation } from './reserved-concurrency';
import { changeStack } from '../../stack/stack-change';
import type { Follow } from '../../stack/stack-events';
import { outputsOf, parametersOf } from '../../stack/stack-state';
import { clearAway, waitForQueueNames } from '../../stack/stack-deletion';
import { readTemplate, withTableNames } from '../../stack/template';
import type { Template } from '../../stack/template';
import { putIfChanged, s3Client, upload } from '../../packages/upload';
import type { Print } from '../../terminal/command';

export interface DeployOptions extends DeployRequest {
  readonly tags?: Values | undefined;
  /** The role that CloudFormation works with: the stack's former one, or the caller's permissions, if left out. */
  readonly roleArn?: string | undefined;
  /** Where the build left the packages: build/ if left out. */
  readonly outDir?: string | undefined;
  /** Makes the packages, once nothing speaks against the deploy; they are there already if it is not given. */
  readonly prepare?: (() => Promise<void>) | undefined;
  readonly print?: Print | undefined;
  /** Waits that many milliseconds; the real clock if left out. */
  readonly sleep?: Follow['sleep'] | undefined;
  /** Hears what counts in the end: where to, which changes, how it ended. All of it is printed as well. */
  readonly summarize?: Print | undefined;
}

export interface DeployClients {
  readonly cloudFormation?: CloudFormationClient;
  readonly lambda?: LambdaClient;
  readonly s3?: S3Client;
  readonly sts?: STSClient;
}

export interface DeployResult {
  readonly stackName: string;
  readonly stackId: string;
  /** False: there was nothing to do. */
  readonly changed: boolean;
  /** The folder of this version in the bucket. */
  readonly prefix: string;
  readonly outputs: Values;
  readonly parameters: Values;
}

/** Deploys what the build made. Throws CommandError, in plain words, for all that the caller can put right. */
export async function deploy(options: DeployOptions, clients: DeployClients = {}): Promise<DeployResult> {
  const template = await readTemplate();
  const hide = hiding(template, options.parameters ?? {});
  const print = (line: string) => (options.print ?? console.log)(hide(line));
  const summarize = (line: string) => {
    print(line);
    options.summarize?.(hide(line));
  };
  const { cloudFormation = new CloudFormationClient(), s3 = s3Client(), sts = new STSClient() } = clients;
  try {
    const planned = await planDeploy(cloudFormation, template, options);
    const { account, region } = await placeOf({ sts, cloudFormation });
    summarize(`Deploying ${planned.stackName} to account ${account}, ${region}`);
    if (isUnsigned(planned)) summarize(unsignedWarning);
    const plan = await withReservation(planned, clients.lambda ?? new LambdaClient(), summarize);
    await options.prepare?.();
    const follow = { cloudFormation, print, sleep: options.sleep ?? realSleep, summarize };
    await clearLeftover(plan, account, follow, options.roleArn);
    return await carryOut(plan, template, options, follow, s3);
  } catch (error) {
    const shown = explained(error);
    throw shown instanceof CommandError ? new CommandError(hide(shown.message), { cause: error }) : shown;
  }
}

/** The plan with what this account allows for ReserveConcurrency. */
async function withReservation(plan: Plan, lambda: LambdaClient, summarize: Print): Promise<Plan> {
  const { parameters, note } = await chooseReservation(plan, lambda);
  if (note !== undefined) summarize(note);
  return { ...plan, given: { ...plan.given, ...parameters } };
}

async function clearLeftover(
  { leftover }: Plan,
  account: string,
  follow: Follow,
  roleArn: string | undefined,
): Promise<void> {
  if (leftover === undefined) return;
  await clearAway(follow, leftover, roleArn);
  // A stand-in has no such rule.
  if (account !== EMULATOR_ACCOUNT) await waitForQueueNames(leftover, follow);
}

type SummarizedFollow = Follow & Required<Pick<Follow, 'summarize'>>;

async function carryOut(
  plan: Plan,
  template: Template,
  { outDir, tags, roleArn }: DeployOptions,
  follow: SummarizedFollow,
  s3: S3Client,
): Promise<DeployResult> {
  const { stackName, bucket, existing, previous } = plan;
  const { print } = follow;

  const { prefix } = await upload({ bucket, s3, print, ...(outDir !== undefined && { outDir }) });
  const body = Buffer.from(withTableNames(template, stackName));
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
    ...{ stackName, stackId, changed, prefix },
    ...{ outputs: outputsOf(stack), parameters: parametersOf(stack) },
  };
}

const unsignedWarning =
  'Note: BigCommerceClientSecret is empty. Signatures of webhooks cannot be verified, so that only webhooks with the secret header get in.';

/** Blots out the values that the template calls NoEcho, in whatever is printed or thrown. */
function hiding(template: Template, parameters: Values): (text: string) => string {
  const secrets = Object.entries(parameters)
    .filter(([name, value]) => template.Parameters[name]?.NoEcho === true && value !== '')
    .map(([, value]) => value);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '****'), text);
}
