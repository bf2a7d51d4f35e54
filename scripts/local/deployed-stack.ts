// Reads a deployed stack: its resources as the template has them, with the names and values they got.
import {
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';

import { isRow } from '../../lambda/shared/runtime/json';
import type { Resource } from '../stack/template';
import type { Clients } from '../service/clients';

export interface DeployedStack {
  readonly resources: readonly (Resource & { readonly logicalId: string; readonly physicalId: string })[];
  /** The value that a property has here: follows `Fn::If` and `Ref` to a parameter. */
  readonly value: (property: unknown) => unknown;
}

export async function readStack({ cloudFormation }: Clients, StackName: string): Promise<DeployedStack> {
  const [{ TemplateBody = '{}' }, { StackResources = [] }, { Stacks = [] }] = await Promise.all([
    cloudFormation.send(new GetTemplateCommand({ StackName })),
    cloudFormation.send(new DescribeStackResourcesCommand({ StackName })),
    cloudFormation.send(new DescribeStacksCommand({ StackName })),
  ]);
  const template = JSON.parse(TemplateBody) as Template;
  const physicalIds = new Map(StackResources.map((one) => [one.LogicalResourceId, one.PhysicalResourceId]));
  const parameters = new Map(
    (Stacks[0]?.Parameters ?? []).map((one) => [one.ParameterKey, one.ParameterValue]),
  );
  return {
    resources: Object.entries(template.Resources).flatMap(([logicalId, resource]) => {
      const physicalId = physicalIds.get(logicalId);
      return physicalId === undefined ? [] : [{ ...resource, logicalId, physicalId }];
    }),
    value: (property) => valueOf(property, template, parameters),
  };
}

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
}

type Parameters = ReadonlyMap<string | undefined, string | undefined>;

function valueOf(property: unknown, template: Template, parameters: Parameters): unknown {
  if (!isRow(property)) return property;
  if (typeof property['Ref'] === 'string') return parameters.get(property['Ref']);
  const choice = property['Fn::If'];
  if (!Array.isArray(choice)) return property;
  const [condition, whenTrue, whenFalse] = choice as unknown[];
  const chosen = holds(template.Conditions?.[String(condition)], template, parameters) ? whenTrue : whenFalse;
  return valueOf(chosen, template, parameters);
}

function holds(condition: unknown, template: Template, parameters: Parameters): boolean {
  const sides = isRow(condition) ? condition['Fn::Equals'] : undefined;
  if (!Array.isArray(sides))
    throw new Error(`Only Fn::Equals can be read here: ${JSON.stringify(condition)}.`);
  const [one, other] = sides.map((side) => String(valueOf(side, template, parameters)));
  return one === other;
}
