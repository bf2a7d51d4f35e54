// Deploys the service to AWS: checks the parameters, uploads packages and template, and executes one change set. All
// problems are reported before anything is changed, and the events of CloudFormation are printed as they happen.
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
import type { FollowDeps } from '../../stack/stack-events';
import { outputsOf, parametersOf } from '../../stack/stack-state';
import { clearAway, waitForQueueNames } from '../../stack/stack-deletion';
import { readTemplate, withTableNames } from '../../stack/template';
import type { Template } from '../../stack/template';
import { putIfChanged, s3Client, upload } from '../../packages/upload';
import type { Print } from '../../terminal/command';

export interface DeployOptions extends DeployRequest {
  readonly tags?: Values | undefined;
  /** The role of CloudFormation; if omitted, the stack's current one, else the caller's permissions. */
  readonly roleArn?: string | undefined;
  /** The folder of the built packages; build/ if omitted. */
  readonly outDir?: string | undefined;
  /** Builds the packages, after all checks have passed; omitted if they are built already. */
  readonly prepare?: (() => Promise<void>) | undefined;
  readonly print?: Print | undefined;
  /** Waits that many milliseconds, by the real clock if omitted. */
  readonly sleep?: FollowDeps['sleep'] | undefined;
  /** Gets the lines for the summary: account, changes and result. They are printed as well. */
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
  /** False if there was nothing to change. */
  readonly changed: boolean;
  /** The folder of this version in the bucket. */
  readonly prefix: string;
  readonly outputs: Values;
  readonly parameters: Values;
}

/** Deploys the built packages. Throws CommandError for a problem that the user can fix. */
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

/** The plan with the value of ReserveConcurrency that the account allows. */
async function withReservation(plan: Plan, lambda: LambdaClient, summarize: Print): Promise<Plan> {
  const { parameters, note } = await chooseReservation(plan, lambda);
  if (note !== undefined) summarize(note);
  return { ...plan, given: { ...plan.given, ...parameters } };
}

async function clearLeftover(
  { leftover }: Plan,
  account: string,
  follow: FollowDeps,
  roleArn: string | undefined,
): Promise<void> {
  if (leftover === undefined) return;
  await clearAway(follow, leftover, roleArn);
  // The emulator has no such rule.
  if (account !== EMULATOR_ACCOUNT) await waitForQueueNames(leftover, follow);
}

type SummarizedFollowDeps = FollowDeps & Required<Pick<FollowDeps, 'summarize'>>;

async function carryOut(
  plan: Plan,
  template: Template,
  { outDir, tags, roleArn }: DeployOptions,
  follow: SummarizedFollowDeps,
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
    stackName,
    stackId,
    changed,
    prefix,
    outputs: outputsOf(stack),
    parameters: parametersOf(stack),
  };
}

const unsignedWarning =
  'Note: BigCommerceClientSecret is empty. Signatures of webhooks cannot be verified: only webhooks with the secret header are accepted.';

/** Masks the values of NoEcho parameters in everything that is printed or thrown. */
function hiding(template: Template, parameters: Values): (text: string) => string {
  const secrets = Object.entries(parameters)
    .filter(([name, value]) => template.Parameters[name]?.NoEcho === true && value !== '')
    .map(([, value]) => value);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '****'), text);
}
