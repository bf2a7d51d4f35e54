// node tools/run.mjs generate-template: writes into cloudformation/stack.json the parts that follow from others, so that they are also in
// a file that is uploaded by hand: the logical id of the API's deployment, and the dashboard's body.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sha256 } from '../scripts/packages/build';
import { defineCommand } from '../scripts/terminal/command';
import { root } from '../scripts/terminal/root';
import { templateFile } from '../scripts/stack/template';
import type { Resource, Template } from '../scripts/stack/template';

export const dashboardFile = join(root, 'cloudformation', 'dashboard.json');

/** The template's text with both parts up to date; the same text if they are already. */
export function renewed(text: string, dashboard: string): string {
  const { Resources } = JSON.parse(text) as Template;
  const [oldId] = theOnly(Resources, 'AWS::ApiGateway::Deployment');
  const [, { Properties }] = theOnly(Resources, 'AWS::CloudWatch::Dashboard');
  const { 'Fn::Sub': oldBody } = Properties?.['DashboardBody'] as { readonly 'Fn::Sub': string };
  const newBody = JSON.stringify(JSON.parse(dashboard));
  return text
    .replaceAll(JSON.stringify(oldId), JSON.stringify(deploymentId(Resources)))
    .replace(JSON.stringify(oldBody), () => JSON.stringify(newBody));
}

/** A different id for each content of the API: only a new deployment applies a change to the stage. */
function deploymentId(resources: Template['Resources']): string {
  const api = Object.entries(resources)
    .filter(([, { Type }]) => /^AWS::ApiGateway::(?!Deployment$|Stage$)/.test(Type))
    .map(([id, { Properties }]) => [id, Properties]);
  return `WebhooksApiDeployment${sha256(JSON.stringify(api)).slice(0, 8)}`;
}

function theOnly(resources: Template['Resources'], type: string): readonly [string, Resource] {
  const [found, ...others] = Object.entries(resources).filter(([, { Type }]) => Type === type);
  if (found === undefined || others.length > 0) throw new Error(`The template must have one ${type}.`);
  return found;
}

export const command = defineCommand({
  name: 'generate-template',
  summary: 'Write into cloudformation/stack.json what follows from its other parts',
  options: {},
  examples: [],
  run: async () => {
    const text = await readFile(templateFile, 'utf8');
    const now = renewed(text, await readFile(dashboardFile, 'utf8'));
    const isChanged = now !== text;
    if (isChanged) await writeFile(templateFile, now);
    const state = isChanged ? 'was updated' : 'is up to date';
    return { data: { isChanged }, lines: [`cloudformation/stack.json ${state}.`] };
  },
});
