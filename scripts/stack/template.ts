// The templates in cloudformation/ as the commands need them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { root } from '../terminal/root';
import type { Declarations, Values } from './parameters';
import type { Rules } from './rules';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Parameters: Declarations;
  readonly Rules?: Rules;
  readonly Resources: Readonly<Record<string, Resource>>;
}

export const templateFile = join(root, 'cloudformation', 'stack.json');
export const bootstrapTemplateFile = join(root, 'cloudformation', 'bootstrap.json');

/** Reads a template of this project, that of the service if no file is named. */
export const readTemplate = async (file = templateFile) =>
  JSON.parse(await readFile(file, 'utf8')) as Template;

/** The types whose deletion policy keeps them when their stack is deleted, each with the property that names it. */
const retained: Values = { 'AWS::DynamoDB::Table': 'TableName', 'AWS::S3::Bucket': 'BucketName' };

/**
 * The template with the names of its tables and buckets written out; `known` has the value of each variable.
 * CloudFormation imports an existing resource only if its name is a literal:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
 * Not tried on AWS: that an imported resource stays when the same deploy fails and is rolled back.
 */
export function withNames(template: Template, known: Values): string {
  const named = Object.entries(template.Resources).map(([id, resource]) => {
    const property = retained[resource.Type] ?? '';
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
