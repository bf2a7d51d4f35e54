// Reads a deployed stack: the resources of its template, with their physical names and values.
import {
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';

import * as v from 'valibot';
import { isRow } from '../../lambda/shared/runtime/json';
import type { Resource } from '../stack/template';
import type { Clients } from '../service/clients';

export interface DeployedStack {
  readonly resources: readonly (Resource & { readonly logicalId: string; readonly physicalId: string })[];
  /** The value of a property in this stack: resolves `Fn::If`, and `Ref` to a parameter. */
  readonly value: (property: unknown) => unknown;
}

/** Reads the stack from CloudFormation. */
export async function readStack({ cloudFormation }: Clients, StackName: string): Promise<DeployedStack> {
  const [{ TemplateBody = '{}' }, { StackResources = [] }, { Stacks = [] }] = await Promise.all([
    cloudFormation.send(new GetTemplateCommand({ StackName })),
    cloudFormation.send(new DescribeStackResourcesCommand({ StackName })),
    cloudFormation.send(new DescribeStacksCommand({ StackName })),
  ]);
  const template = v.parse(deployedTemplate, JSON.parse(TemplateBody));
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

const deployedTemplate = v.object({
  Resources: v.record(
    v.string(),
    v.object({ Type: v.string(), Properties: v.exactOptional(v.record(v.string(), v.unknown())) }),
  ),
  Conditions: v.exactOptional(v.record(v.string(), v.unknown())),
});

type DeployedTemplate = v.InferOutput<typeof deployedTemplate>;

type Parameters = ReadonlyMap<string | undefined, string | undefined>;

function valueOf(property: unknown, template: DeployedTemplate, parameters: Parameters): unknown {
  if (!isRow(property)) return property;
  if (typeof property['Ref'] === 'string') return parameters.get(property['Ref']);
  const choice = property['Fn::If'];
  if (!Array.isArray(choice)) return property;
  const [condition, whenTrue, whenFalse] = choice as unknown[];
  const chosen = isFulfilled(template.Conditions?.[String(condition)], template, parameters)
    ? whenTrue
    : whenFalse;
  return valueOf(chosen, template, parameters);
}

function isFulfilled(condition: unknown, template: DeployedTemplate, parameters: Parameters): boolean {
  const sides = isRow(condition) ? condition['Fn::Equals'] : undefined;
  if (!Array.isArray(sides))
    throw new Error(`Only Fn::Equals can be read here: ${JSON.stringify(condition)}.`);
  const [one, other] = sides.map((side) => String(valueOf(side, template, parameters)));
  return one === other;
}
