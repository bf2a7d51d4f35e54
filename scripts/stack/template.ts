// The templates in cloudformation/ as the commands here need them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { root } from '../terminal/root';
import type { Declarations, Values } from './parameters';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Parameters: Declarations;
  readonly Resources: Readonly<Record<string, Resource>>;
}

export const templateFile = join(root, 'cloudformation', 'stack.json');
export const bootstrapTemplateFile = join(root, 'cloudformation', 'bootstrap.json');

export const readTemplate = async (file = templateFile) =>
  JSON.parse(await readFile(file, 'utf8')) as Template;

/** The template with its tables' names written out for one stack. */
export const withTableNames = (template: Template, stackName: string): string =>
  withNames(template, { 'AWS::StackName': stackName });

/** What outlives its stack by its deletion policy, and how it is named. */
const lasting: Values = { 'AWS::DynamoDB::Table': 'TableName', 'AWS::S3::Bucket': 'BucketName' };

/**
 * The template with the names of its tables and buckets written out: `known` says what stands for each variable.
 * CloudFormation adopts what exists only under a name that it need not compute:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
 * That what was adopted stays when the same deploy fails and is rolled back is inferred, and was not tried on AWS.
 */
export function withNames(template: Template, known: Values): string {
  const named = Object.entries(template.Resources).map(([id, resource]) => {
    const property = lasting[resource.Type] ?? '';
    const name = resource.Properties?.[property];
    if (!isSub(name)) return [id, resource];
    const written = name['Fn::Sub'].replaceAll(
      /\$\{([\w:]+)\}/g,
      (all, variable: string) => known[variable] ?? all,
    );
    return [id, { ...resource, Properties: { ...resource.Properties, [property]: written } }];
  });
  return JSON.stringify(
    { ...template, Resources: Object.fromEntries(named) as Template['Resources'] },
    null,
    2,
  );
}

const isSub = (value: unknown): value is { readonly 'Fn::Sub': string } =>
  typeof value === 'object' && value !== null && 'Fn::Sub' in value && typeof value['Fn::Sub'] === 'string';
