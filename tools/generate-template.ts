// node tools/run.mjs generate-template: writes into the templates the parts that follow from others, so that they are also in
// a file that is uploaded by hand: the logical id of the API's deployment, and the dashboards' bodies.
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { sha256 } from '../scripts/packages/build';
import { defineCommand } from '../scripts/terminal/command';
import { root } from '../scripts/terminal/root';
import { templateFiles } from '../scripts/stack/service-stacks';
import type { StackKind } from '../scripts/stack/service-stacks';
import type { Resource, Template } from '../scripts/stack/template';

export const dashboardFiles: Readonly<Record<StackKind, string>> = {
  replication: join(root, 'cloudformation', 'dashboard.json'),
  delivery: join(root, 'cloudformation', 'delivery-dashboard.json'),
};

/** The text of a template with all these parts up to date; the same text if they are already. */
export function renewed(text: string, dashboard: string): string {
  const { Resources } = JSON.parse(text) as Template;
  const [, { Properties }] = theOnly(Resources, 'AWS::CloudWatch::Dashboard');
  const { 'Fn::Sub': oldBody } = Properties?.['DashboardBody'] as { readonly 'Fn::Sub': string };
  const newBody = JSON.stringify(JSON.parse(dashboard));
  return withDeployment(text, Resources).replace(JSON.stringify(oldBody), () => JSON.stringify(newBody));
}

/** The text with the API's deployment under its current id, if the template has an API. */
function withDeployment(text: string, resources: Template['Resources']): string {
  if (!Object.values(resources).some(({ Type }) => Type === 'AWS::ApiGateway::RestApi')) return text;
  const [oldId] = theOnly(resources, 'AWS::ApiGateway::Deployment');
  return text.replaceAll(JSON.stringify(oldId), JSON.stringify(deploymentId(resources)));
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

/** Whether the file of the template was changed. */
async function renew(file: string, dashboardFile: string): Promise<boolean> {
  const text = await readFile(file, 'utf8');
  const now = renewed(text, await readFile(dashboardFile, 'utf8'));
  if (now !== text) await writeFile(file, now);
  return now !== text;
}

export const command = defineCommand({
  name: 'generate-template',
  summary: 'Write into the templates what follows from other parts of them',
  options: {},
  examples: [],
  run: async () => {
    const lines: string[] = [];
    for (const kind of ['replication', 'delivery'] as const) {
      const isChanged = await renew(templateFiles[kind], dashboardFiles[kind]);
      lines.push(`${relative(root, templateFiles[kind])} ${isChanged ? 'was updated' : 'is up to date'}.`);
    }
    return { data: { lines }, lines };
  },
});
