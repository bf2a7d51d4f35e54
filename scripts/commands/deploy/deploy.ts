// Deploys the service to AWS: checks the parameters, uploads packages and templates, and executes one change set for each
// stack. All problems are reported before anything is changed, and the events of CloudFormation are printed as they happen.
import { setTimeout as realSleep } from 'node:timers/promises';

import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';

import { explained } from '../../service/aws-errors';
import { placeOf, EMULATOR_ACCOUNT } from '../../service/clients';
import { CommandError } from '../../terminal/command-error';
import { reportOlder } from './older-stacks';
import { isUnsigned, planDeploy } from './plan';
import type { Plan, Plans, DeployRequest } from './plan';
import type { Values } from '../../stack/parameters';
import { chooseReservation } from './reserved-concurrency';
import { carryOut } from './carry-out';
import type { DeployedStack, VersionOptions } from './carry-out';
import { readTemplates } from '../../stack/service-stacks';
import type { AddedKind } from '../../stack/service-stacks';
import type { FollowDeps } from '../../stack/stack-events';
import { clearAway, waitForQueueNames } from '../../stack/stack-deletion';
import type { Template } from '../../stack/template';
import { s3Client } from '../../packages/upload';
import type { Print } from '../../terminal/command';

export interface DeployOptions extends DeployRequest, VersionOptions {
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

export interface DeployResult extends DeployedStack {
  /** The stacks that were deployed in addition, by their kinds. */
  readonly added: Readonly<Partial<Record<AddedKind, DeployedStack>>>;
}

/** Deploys the built packages. Throws CommandError for a problem that the user can fix. */
export async function deploy(options: DeployOptions, clients: DeployClients = {}): Promise<DeployResult> {
  const templates = await readTemplates();
  const hide = hiding(Object.values(templates), options.parameters ?? {});
  const print = (line: string) => (options.print ?? console.log)(hide(line));
  const summarize = (line: string) => {
    print(line);
    options.summarize?.(hide(line));
  };
  const { cloudFormation = new CloudFormationClient(), s3 = s3Client(), sts = new STSClient() } = clients;
  try {
    const planned = await planDeploy(cloudFormation, templates, options);
    const { account, region } = await placeOf({ sts, cloudFormation });
    const names = [planned.replication, ...planned.added].map(({ stackName }) => stackName).join(' and ');
    summarize(`Deploying ${names} to account ${account}, ${region}`);
    if (isUnsigned(planned.replication)) summarize(unsignedWarning);
    const plans = await withReservation(planned, clients.lambda ?? new LambdaClient(), summarize);
    await options.prepare?.();
    const follow = { cloudFormation, print, sleep: options.sleep ?? realSleep, summarize };
    for (const plan of [plans.replication, ...plans.added]) {
      await clearLeftover(plan, account, follow, options.roleArn);
    }
    const result = await deployAll(plans, options, follow, s3);
    await reportOlder(plans, options, follow);
    return result;
  } catch (error) {
    const shown = explained(error);
    throw shown instanceof CommandError ? new CommandError(hide(shown.message), { cause: error }) : shown;
  }
}

/** The plans with the value of ReserveConcurrency that the account allows. */
async function withReservation(
  { replication, added }: Plans,
  lambda: LambdaClient,
  summarize: Print,
): Promise<Plans> {
  const { parameters, note } = await chooseReservation(replication, lambda);
  if (note !== undefined) summarize(note);
  return { replication: { ...replication, given: { ...replication.given, ...parameters } }, added };
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

/** The replication first: the other stacks read its exports. A stack that fails is rolled back alone. */
async function deployAll(
  { replication, added }: Plans,
  options: VersionOptions,
  follow: SummarizedFollowDeps,
  s3: S3Client,
): Promise<DeployResult> {
  const deployed = await carryOut(replication, replication.stackName, options, follow, s3);
  const roleArn = options.roleArn ?? replication.existing?.RoleARN;
  const others: [string, DeployedStack][] = [];
  for (const plan of added) {
    const role = plan.existing?.RoleARN === undefined ? roleArn : options.roleArn;
    try {
      const stack = await carryOut(plan, replication.stackName, { ...options, roleArn: role }, follow, s3);
      others.push([plan.kind, stack]);
    } catch (error) {
      throw withDone(error, [deployed, ...others.map(([, stack]) => stack)]);
    }
  }
  return { ...deployed, added: Object.fromEntries(others) };
}

/** The failure of a stack, with the stacks that are deployed nevertheless. */
function withDone(error: unknown, deployed: readonly DeployedStack[]): unknown {
  const shown = explained(error);
  if (!(shown instanceof CommandError)) return shown;
  const done = deployed.map(({ stackName }) => `${stackName} is deployed, and stays so.`).join(' ');
  return new CommandError(`${shown.message}\n${done}`, { cause: error });
}

const unsignedWarning =
  'Note: BigCommerceClientSecret is empty. Signatures of webhooks cannot be verified: only webhooks with the secret header are accepted.';

/** Masks the values of NoEcho parameters in everything that is printed or thrown. */
function hiding(templates: readonly Template[], parameters: Values): (text: string) => string {
  const isSecret = (name: string) => templates.some(({ Parameters }) => Parameters[name]?.NoEcho === true);
  const secrets = Object.entries(parameters)
    .filter(([name, value]) => isSecret(name) && value !== '')
    .map(([, value]) => value);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '****'), text);
}
