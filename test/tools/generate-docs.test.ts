// The generated pages of docs/ are those that the templates, the commands and the schema of now give.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import schema from '../../erp/mapping.schema.json';
import { commands } from '../../scripts/cli';
import { root } from '../../scripts/terminal/root';
import { readTemplates } from '../../scripts/stack/service-stacks';
import { readTemplate } from '../../scripts/stack/template';
import { configurationPage } from '../../tools/configuration-page';
import { generatedPages } from '../../tools/generate-docs';
import { mappingPage } from '../../tools/mapping-page';

it.each(['docs/cli.md', 'docs/configuration.md', 'docs/erp/mapping.md'])(
  '%s is what generate-docs writes now',
  async (page) => {
    const pages = await generatedPages();
    expect(readFileSync(join(root, page), 'utf8')).toBe(pages[page]);
  },
);

it('the page of commands has a section for each command of the program', async () => {
  const { 'docs/cli.md': page } = await generatedPages();
  const names = commands.flatMap((one) =>
    'commands' in one ? one.commands.map(({ name }) => `### ${one.name} ${name}`) : [`## ${one.name}`],
  );
  const headings = page?.split('\n').filter((line) => line.startsWith('##'));
  expect(headings).toEqual(expect.arrayContaining(names));
});

it.each(['replication', 'delivery'] as const)(
  'the page of parameters has a row for each parameter of the template of the %s',
  async (kind) => {
    const { 'docs/configuration.md': page } = await generatedPages();
    const { Parameters } = (await readTemplates())[kind];
    for (const name of Object.keys(Parameters)) expect(page).toContain(`| \`${name}\``);
  },
);

it('a parameter that is in no group of its template is refused by name', async () => {
  const template = await readTemplate();
  const more = { ...template, Parameters: { ...template.Parameters, Forgotten: { Type: 'String' } } };
  expect(() => configurationPage(more, template, template)).toThrow(
    'In no parameter group of the template: Forgotten.',
  );
});

it('the page of the mapping has each entry of the schema with its example', async () => {
  const { 'docs/erp/mapping.md': page = '' } = await generatedPages();
  for (const [name, { description }] of Object.entries(schema.properties)) {
    expect(page).toContain(`### ${name}\n`);
    expect(page).toContain(description);
  }
  for (const name of Object.keys(schema.properties.customer.properties))
    expect(page).toContain(`| \`${name}\``);
  expect(page).toContain('"channels": [\n    { "channelId": 1, "use": { "shop": "store-simulator" } }');
});

it('an entry of the mapping without a description or an example is refused by name', () => {
  const forgotten = { properties: { forgotten: { type: 'string' } } };
  expect(() => mappingPage(forgotten, '{}')).toThrow(
    'The schema has no description or no examples of forgotten.',
  );
});
