// Prepares an AWS account for deploys: for each stage a bucket for its packages, and the roles for GitHub Actions and
// CloudFormation. A second run changes only what differs.
import { setTimeout as sleep } from 'node:timers/promises';

import { explained } from '../../service/aws-errors';
import { planBootstrap } from './plan';
import type { BootstrapPlan, BootstrapRequest } from './plan';
import { chooseProvider } from './github-provider';
import type { Bootstrapped } from './report';
import { placeOf } from '../../service/clients';
import type { Clients } from '../../service/clients';
import { stackParameters } from '../../stack/parameters';
import { changeStack } from '../../stack/stack-change';
import type { FollowDeps } from '../../stack/stack-events';
import { outputsOf } from '../../stack/stack-state';
import { clearAway } from '../../stack/stack-deletion';
import { bootstrapTemplateFile, readTemplate, withNames } from '../../stack/template';
import type { Template } from '../../stack/template';
import type { Print } from '../../terminal/command';

export interface BootstrapJob extends BootstrapRequest {
  readonly print?: Print | undefined;
}

export type BootstrapClients = Pick<Clients, 'cloudFormation' | 'iam' | 'sts'>;

/** The values that all stages share. */
interface BootstrapSite {
  readonly follow: FollowDeps;
  readonly clients: BootstrapClients;
  readonly template: Template;
  readonly account: string;
  readonly region: string;
}

/** Prepares the stages, one after the other. Throws CommandError for a problem that the user can fix. */
export async function bootstrap(
  { print = console.log, ...request }: BootstrapJob,
  clients: BootstrapClients,
): Promise<readonly Bootstrapped[]> {
  const { cloudFormation } = clients;
  try {
    const template = await readTemplate(bootstrapTemplateFile);
    const plans = await planBootstrap(cloudFormation, template, request);
    const { account, region } = await placeOf(clients);
    print(`Preparing account ${account}, ${region}, for ${request.stages.join(', ')}`);
    const site = { follow: { cloudFormation, print, sleep }, clients, template, account, region };
    const done: Bootstrapped[] = [];
    // In turn: the first stage makes GitHub's identity provider, and the others must find it.
    for (const plan of plans) done.push(await prepare(plan, site));
    return done;
  } catch (error) {
    throw explained(error);
  }
}

async function prepare(plan: BootstrapPlan, site: BootstrapSite): Promise<Bootstrapped> {
  const { stage, stackName, repository, leftover, existing, previous } = plan;
  const { follow, clients, template, account, region } = site;
  if (leftover !== undefined) await clearAway(follow, leftover);
  const given = { ...plan.given, GitHubOidcProviderArn: await chooseProvider(clients.iam, plan) };
  const known = { StageName: stage, 'AWS::AccountId': account, 'AWS::Region': region };
  const { stack, changed } = await changeStack(follow, {
    stackName,
    existing,
    TemplateBody: withNames(template, known),
    Parameters: stackParameters(Object.keys(template.Parameters), given, previous),
  });
  return { stage, stackName, repository, changed, region, outputs: outputsOf(stack) };
}
