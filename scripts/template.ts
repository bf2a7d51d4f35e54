// cloudformation/stack.json as the commands here need it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { root } from './command';
import type { Declarations } from './parameters';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Parameters: Declarations;
  readonly Resources: Readonly<Record<string, Resource>>;
}

export const templateFile = join(root, 'cloudformation', 'stack.json');

export const readTemplate = async () => JSON.parse(await readFile(templateFile, 'utf8')) as Template;

/**
 * The template with its tables' names written out for one stack. CloudFormation adopts what exists only under a
 * name that it need not compute:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
 */
export function withTableNames(template: Template, stackName: string): string {
  const named = Object.entries(template.Resources).map(([id, resource]) => {
    const name = resource.Properties?.['TableName'];
    if (resource.Type !== 'AWS::DynamoDB::Table' || !isSub(name)) return [id, resource];
    const TableName = name['Fn::Sub'].replaceAll('${AWS::StackName}', stackName);
    return [id, { ...resource, Properties: { ...resource.Properties, TableName } }];
  });
  return JSON.stringify(
    { ...template, Resources: Object.fromEntries(named) as Template['Resources'] },
    null,
    2,
  );
}

const isSub = (value: unknown): value is { readonly 'Fn::Sub': string } =>
  typeof value === 'object' && value !== null && 'Fn::Sub' in value && typeof value['Fn::Sub'] === 'string';
