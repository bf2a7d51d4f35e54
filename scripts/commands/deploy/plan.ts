// The plan of a deploy: its stack, its parameters, and all problems, before anything is changed.
import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';

import { CommandError } from '../../terminal/command-error';
import { parameterProblems } from '../../stack/parameters';
import type { Values } from '../../stack/parameters';
import {
  describeStack,
  parametersOf,
  isLeftover,
  requireDisposable,
  requireUpdatable,
} from '../../stack/stack-state';
import type { Template } from '../../stack/template';

export interface DeployRequest {
  readonly stage: string;
  /** The bucket of the packages; empty for that of the stack. */
  readonly bucket: string;
  /** OrderReplication-<stage> if omitted. */
  readonly stackName?: string | undefined;
  /** By the template's names. On an update, one that is not given keeps its value. */
  readonly parameters?: Values | undefined;
  /** The options that name the service in a recommended command; the stack's name if omitted. */
  readonly service?: string | undefined;
  /** The name of a parameter in messages; its own name if omitted. */
  readonly label?: ((name: string) => string) | undefined;
}

export interface Plan {
  readonly stackName: string;
  readonly bucket: string;
  /** The stack that an earlier first create left when it failed. */
  readonly leftover: Stack | undefined;
  /** The stack to update; undefined if a new one must be created. */
  readonly existing: Stack | undefined;
  readonly given: Values;
  /** Names of the parameters that the stack already has values for. */
  readonly previous: readonly string[];
}

/** Reads the stack and checks the request against the template. Throws CommandError with all problems. */
export async function planDeploy(
  cloudFormation: CloudFormationClient,
  template: Template,
  request: DeployRequest,
): Promise<Plan> {
  const stackName = request.stackName ?? `OrderReplication-${request.stage}`;
  const nameProblem = stackNameProblem(stackName);
  const found = nameProblem === undefined ? await describeStack(cloudFormation, stackName) : undefined;
  const leftover = found !== undefined && isLeftover(found) ? found : undefined;
  const existing = leftover === undefined ? found : undefined;
  if (leftover !== undefined) requireDisposable(leftover);
  if (existing !== undefined) requireUpdatable(existing, request.service);

  const previous = (existing?.Parameters ?? []).flatMap(({ ParameterKey }) => ParameterKey ?? []);
  const bucket = request.bucket || (parametersOf(existing)['LambdaDeploymentPackagesBucketName'] ?? '');
  const given = { ...request.parameters, ...ownParameters(request.stage, bucket) };
  const problems = [
    ...(nameProblem === undefined ? [] : [nameProblem]),
    ...stageProblem(existing, request.stage),
    ...Object.keys(request.parameters ?? {}).flatMap(reservedProblem),
    ...parameterProblems(template.Parameters, given, previous, request.label),
  ];
  if (problems.length === 0) return { stackName, bucket, leftover, existing, given, previous };
  const refusal =
    request.stackName === undefined && request.stage === '' ? 'Nothing can' : `${stackName} cannot`;
  throw new CommandError([`${refusal} be deployed:`, ...problems].join('\n  '));
}

const ownParameters = (stage: string, bucket: string): Values => ({
  StageName: stage,
  ...(bucket !== '' && { LambdaDeploymentPackagesBucketName: bucket }),
});

const reservedProblem = (name: string): string[] =>
  /^(StageName|LambdaDeploymentPackages(BucketName|Prefix))$/.test(name)
    ? [`${name} is set by the deploy. Use --stage and --bucket.`]
    : [];

/** With another stage the webhook would get another address, and deliveries to the registered one would fail. */
function stageProblem(existing: Stack | undefined, stage: string): string[] {
  const { StageName = stage } = parametersOf(existing);
  return StageName === stage
    ? []
    : [`The stack belongs to the stage ${StageName}. Add --stage ${StageName}.`];
}

// A function's name is the stack's name and up to 21 characters more; Lambda allows 64.
const stackNameProblem = (name: string) =>
  /^[A-Za-z][A-Za-z0-9-]{0,42}$/.test(name)
    ? undefined
    : 'The stack name must consist of letters and digits and hyphens, begin with one of A to Z, and have at most 43 characters.';

/** Whether webhook signatures cannot be verified: no client secret is given, and the stack has none. */
export function isUnsigned({ given, previous }: Plan): boolean {
  const name = 'BigCommerceClientSecret';
  return given[name] === undefined ? !previous.includes(name) : given[name] === '';
}
