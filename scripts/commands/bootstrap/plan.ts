// The plan of a bootstrap: the existing stacks, the changes, and all problems, before anything is changed.
import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';

import { CommandError } from '../../terminal/command-error';
import { parameterProblems } from '../../stack/parameters';
import type { Values } from '../../stack/parameters';
import { describeStack, parametersOf, isLeftover, requireAtRest } from '../../stack/stack-state';
import type { Template } from '../../stack/template';

export interface BootstrapRequest {
  readonly stages: readonly string[];
  /** The repository on GitHub. Undefined keeps that of each stage; empty trusts none. */
  readonly repository?: string | undefined;
}

export interface BootstrapPlan {
  readonly stage: string;
  readonly stackName: string;
  /** The stack that an earlier first create left when it failed. */
  readonly leftover: Stack | undefined;
  /** The stack to update; undefined if a new one must be created. */
  readonly existing: Stack | undefined;
  readonly given: Values;
  /** Names of the parameters that the stack already has values for. */
  readonly previous: readonly string[];
  /** The value of GitHubRepository after the bootstrap. */
  readonly repository: string;
}

/** Reads the stack of each stage. Throws CommandError with all problems. */
export async function planBootstrap(
  cloudFormation: CloudFormationClient,
  template: Template,
  { stages, repository }: BootstrapRequest,
): Promise<readonly BootstrapPlan[]> {
  const problems = stages.flatMap((stage) =>
    parameterProblems(template.Parameters, givenFor(stage, repository), [], label),
  );
  if (problems.length > 0) {
    throw new CommandError(['The account cannot be prepared:', ...new Set(problems)].join('\n  '));
  }
  const plans: BootstrapPlan[] = [];
  for (const stage of stages) plans.push(await planStage(cloudFormation, stage, repository));
  return plans;
}

async function planStage(
  cloudFormation: CloudFormationClient,
  stage: string,
  repository: string | undefined,
): Promise<BootstrapPlan> {
  const stackName = `OrderReplicationBootstrap-${stage}`;
  const found = await describeStack(cloudFormation, stackName);
  const leftover = found !== undefined && isLeftover(found) ? found : undefined;
  const existing = leftover === undefined ? found : undefined;
  if (existing !== undefined)
    requireAtRest(existing, 'delete it there, which keeps its bucket, and run this command again');
  return {
    stage,
    stackName,
    leftover,
    existing,
    given: givenFor(stage, repository),
    previous: (existing?.Parameters ?? []).flatMap(({ ParameterKey }) => ParameterKey ?? []),
    repository: repository ?? parametersOf(existing)['GitHubRepository'] ?? '',
  };
}

const givenFor = (stage: string, repository: string | undefined): Values => ({
  StageName: stage,
  ...(repository !== undefined && { GitHubRepository: repository }),
});

const label = (name: string) => ({ StageName: '--stage', GitHubRepository: '--repository' })[name] ?? name;
