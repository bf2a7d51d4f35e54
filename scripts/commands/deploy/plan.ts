// What a deploy would do to which stack, with every objection to it, before anything is touched.
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
  /** Of the packages; empty for that of the stack. */
  readonly bucket: string;
  /** OrderReplication-<stage> if left out. */
  readonly stackName?: string | undefined;
  /** By the template's names. On an update, one that is not given keeps its value. */
  readonly parameters?: Values | undefined;
  /** The options that name the service in a recommended command: the stack's name if not given. */
  readonly service?: string | undefined;
  /** How a parameter is called in a message: its own name if not given. */
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
  /** Names of the parameters whose values the stack has. */
  readonly previous: readonly string[];
}

/** Looks at the stack and holds the request against the template. Throws CommandError with all there is to object. */
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
  throw new CommandError([`${refusal} be deployed like this:`, ...problems].join('\n  '));
}

const ownParameters = (stage: string, bucket: string): Values => ({
  StageName: stage,
  ...(bucket !== '' && { LambdaDeploymentPackagesBucketName: bucket }),
});

const reservedProblem = (name: string): string[] =>
  /^(StageName|LambdaDeploymentPackages(BucketName|Prefix))$/.test(name)
    ? [`${name} is set by the deploy itself: use --stage and --bucket.`]
    : [];

/** Another stage would be another address of the webhook, and the one that is registered would lead nowhere. */
function stageProblem(existing: Stack | undefined, stage: string): string[] {
  const { StageName = stage } = parametersOf(existing);
  return StageName === stage ? [] : [`It is a stack of the stage ${StageName}: give --stage ${StageName}.`];
}

// Function names are the stack's and up to 21 letters more, and have room for 64.
const stackNameProblem = (name: string) =>
  /^[A-Za-z][A-Za-z0-9-]{0,42}$/.test(name)
    ? undefined
    : 'The stack name must be letters, digits and hyphens, a letter first, 43 at the most.';

/** Whether webhook signatures are known to stay unverified: no client secret is given and none was before. */
export function isUnsigned({ given, previous }: Plan): boolean {
  const name = 'BigCommerceClientSecret';
  return given[name] === undefined ? !previous.includes(name) : given[name] === '';
}
