// The plan of a deploy: its stacks, their parameters, and all problems, before anything is changed.
import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';

import { CommandError } from '../../terminal/command-error';
import { parameterProblems } from '../../stack/parameters';
import type { Values } from '../../stack/parameters';
import { ruleProblems } from '../../stack/rules';
import { nameOfStack } from '../../stack/service-stacks';
import type { AddedKind, StackKind } from '../../stack/service-stacks';
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
  /** The stacks to deploy in addition to the replication; none if omitted. */
  readonly with?: readonly AddedKind[] | undefined;
  /** By the templates' names. On an update, one that is not given keeps its value. */
  readonly parameters?: Values | undefined;
  /** The options that name the service in a recommended command; the stack's name if omitted. */
  readonly service?: string | undefined;
  /** The name of a parameter in messages; its own name if omitted. */
  readonly label?: ((name: string) => string) | undefined;
}

export interface Plan {
  readonly kind: StackKind;
  readonly template: Template;
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

export interface Plans {
  readonly replication: Plan;
  /** The stacks that are deployed after it, in this order. */
  readonly added: readonly Plan[];
}

type Templates = Readonly<Record<StackKind, Template>>;

/** Reads the stacks and checks the request against the templates. Throws CommandError with all problems. */
export async function planDeploy(
  cloudFormation: CloudFormationClient,
  templates: Templates,
  request: DeployRequest,
): Promise<Plans> {
  const stackName = request.stackName ?? `OrderReplication-${request.stage}`;
  const nameProblem = stackNameProblem(stackName);
  const read = async (kind: StackKind) =>
    nameProblem === undefined ? describeStack(cloudFormation, nameOfStack(kind, stackName)) : undefined;
  const replication = planReplication(stackName, await read('replication'), templates, request);
  const added: Plan[] = [];
  for (const kind of request.with ?? []) {
    added.push(planAdded(kind, replication, await read(kind), templates, request));
  }
  const plans = [replication, ...added];
  const problems = new Set([
    ...(nameProblem === undefined ? [] : [nameProblem]),
    ...stageProblem(replication.existing, request.stage),
    ...Object.keys(request.parameters ?? {}).flatMap((name) => nameProblems(name, plans, templates)),
    ...plans.flatMap((plan) => problemsOf(plan, request)),
  ]);
  if (problems.size === 0) return { replication, added };
  const refusal =
    request.stackName === undefined && request.stage === '' ? 'Nothing can' : `${stackName} cannot`;
  throw new CommandError([`${refusal} be deployed:`, ...problems].join('\n  '));
}

function planReplication(
  stackName: string,
  found: Stack | undefined,
  { replication: template }: Templates,
  request: DeployRequest,
): Plan {
  const state = stateOf(found, request.service);
  const bucket = request.bucket || (parametersOf(state.existing)['LambdaDeploymentPackagesBucketName'] ?? '');
  const given = {
    ...valuesFor(template, request.parameters),
    StageName: request.stage,
    ...ofBucket(bucket),
  };
  return { kind: 'replication', template, stackName, bucket, ...state, given };
}

/** The names that a new added stack takes from the replication, unless they are given. */
const INHERITED = ['PermissionsBoundaryArn', 'CreateSavedQueries'];

function planAdded(
  kind: AddedKind,
  replication: Plan,
  found: Stack | undefined,
  templates: Templates,
  request: DeployRequest,
): Plan {
  const template = templates[kind];
  const service = request.service ?? `--stack-name ${replication.stackName}`;
  const state = stateOf(found, `${service} --only ${kind}`);
  const inherited = { ...parametersOf(replication.existing), ...replication.given };
  const given = {
    ...Object.fromEntries(
      Object.entries(inherited).filter(
        ([name]) => INHERITED.includes(name) && !state.previous.includes(name),
      ),
    ),
    ...valuesFor(template, request.parameters),
    ReplicationStackName: replication.stackName,
    ...ofBucket(replication.bucket),
  };
  const stackName = nameOfStack(kind, replication.stackName);
  return { kind, template, stackName, bucket: replication.bucket, ...state, given };
}

/** Throws CommandError if the stack can be neither updated nor replaced. */
function stateOf(
  found: Stack | undefined,
  service: string | undefined,
): Pick<Plan, 'leftover' | 'existing' | 'previous'> {
  const leftover = found !== undefined && isLeftover(found) ? found : undefined;
  const existing = leftover === undefined ? found : undefined;
  if (leftover !== undefined) requireDisposable(leftover);
  if (existing !== undefined) requireUpdatable(existing, service);
  const previous = (existing?.Parameters ?? []).flatMap(({ ParameterKey }) => ParameterKey ?? []);
  return { leftover, existing, previous };
}

/** The given values that are parameters of the template: a value goes to each stack that has its parameter. */
const valuesFor = ({ Parameters }: Template, given: Values = {}): Values =>
  Object.fromEntries(Object.entries(given).filter(([name]) => name in Parameters));

const ofBucket = (bucket: string): Values =>
  bucket === '' ? {} : { LambdaDeploymentPackagesBucketName: bucket };

/** Problems with the name of a given parameter; it may belong to a stack that is not deployed. */
function nameProblems(name: string, plans: readonly Plan[], templates: Templates): readonly string[] {
  if (/^(StageName|LambdaDeploymentPackages(BucketName|Prefix))$/.test(name))
    return [`${name} is set by the deploy. Use --stage and --bucket.`];
  if (name === 'ReplicationStackName') return [`${name} is set by the deploy. Use --stage or --stack-name.`];
  if (plans.some(({ template }) => name in template.Parameters)) return [];
  const owner = Object.entries(templates).find(([, { Parameters }]) => name in Parameters);
  return [
    owner === undefined
      ? `${name} is not a parameter of the template.`
      : `${name} is a parameter of the ${owner[0]} stack. Add --with ${owner[0]}.`,
  ];
}

function problemsOf(
  { template, given, previous, existing }: Plan,
  { label }: DeployRequest,
): readonly string[] {
  const { Parameters, Rules = {} } = template;
  return [
    ...parameterProblems(Parameters, given, previous, label),
    ...ruleProblems(Rules, Parameters, { ...parametersOf(existing), ...given }),
  ];
}

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
