// Which bootstrap stacks there are and what they are to become, with every objection, before anything is touched.
import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';

import { CommandError } from '../../terminal/command-error';
import { parameterProblems } from '../../stack/parameters';
import type { Values } from '../../stack/parameters';
import { describeStack, parametersOf, isLeftover, requireAtRest } from '../../stack/stack-state';
import type { Template } from '../../stack/template';

export interface BootstrapRequest {
  readonly stages: readonly string[];
  /** At GitHub. Left out, each stage keeps the one that it has; empty is none. */
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
  /** Names of the parameters whose values the stack has. */
  readonly previous: readonly string[];
  /** What GitHubRepository will be. */
  readonly repository: string;
}

/** Looks at the stack of each stage. Throws CommandError with all there is to object. */
export async function planBootstrap(
  cloudFormation: CloudFormationClient,
  template: Template,
  { stages, repository }: BootstrapRequest,
): Promise<readonly BootstrapPlan[]> {
  const problems = stages.flatMap((stage) =>
    parameterProblems(template.Parameters, givenFor(stage, repository), [], label),
  );
  if (problems.length > 0) {
    throw new CommandError(['This cannot be prepared:', ...new Set(problems)].join('\n  '));
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
    ...{ stage, stackName, leftover, existing },
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
