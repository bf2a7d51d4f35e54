// The pages that people read: their links lead somewhere, their sums are right, and warnings come before commands.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { root } from '../../scripts/terminal/root';
import { readTemplates } from '../../scripts/stack/service-stacks';
import { readTemplate } from '../../scripts/stack/template';
import { pages, textOf } from '../support/pages';

/** As GitHub makes them: docs.github.com/get-started/writing-on-github, "Section links". */
const anchorsIn = (text: string) =>
  [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

it.each(pages)('%s has no link that leads nowhere within this project', (page) => {
  const links = [...textOf(page).matchAll(/\]\(((?!https?:)[^)\s]+)\)/g)].map(([, link]) => link!);
  expect(links.length).toBeGreaterThan(0);
  const broken = links.filter((link) => {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : join(dirname(page), file);
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsIn(textOf(target)).includes(anchor);
  });
  expect(broken).toEqual([]);
});

it('the deploy page warns of emails, of the first poll and of other apps before the first command that deploys', () => {
  const page = textOf('docs/deploy.md');
  const begin = page.indexOf('## Before the first deploy');
  const warnings = page.slice(begin, page.indexOf('npx order-replication deploy --stage', begin));
  expect(begin).toBeGreaterThan(0);
  expect(begin).toBeLessThan(page.indexOf('npx order-replication bootstrap'));
  for (const text of ['Order notifications', 'first poll advances all orders that wait', 'Other apps']) {
    expect(warnings).toContain(text);
  }
  expect(warnings).toContain('Run the first week with `AdvanceOrders=false`');
});

it('the README warns of emails and of the first poll before its first command that deploys', () => {
  const readme = textOf('README.md');
  const warnings = readme.slice(0, readme.indexOf('npx order-replication deploy --stage'));
  for (const text of [
    'may email the shopper',
    'the first poll advances all orders that wait',
    'other apps',
  ]) {
    expect(warnings).toContain(text);
  }
  expect(warnings).toContain('run the first week with `AdvanceOrders=false`');
});

it('the deploy page rolls back by an npm script, since npx would ask a registry in a checkout without the program', () => {
  const [, section = ''] = textOf('docs/deploy.md').split('## Roll back');
  const [, commands = ''] = section.split('```');
  expect(commands).toContain('npm run deploy -- --stage');
  expect(commands).not.toContain('npx');
});

it('the README has at most 200 lines', () => {
  expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(201);
});

/** Of both templates. */
async function allResources() {
  const { replication, delivery } = await readTemplates();
  return { ...replication.Resources, ...delivery.Resources };
}

it('the runbook has an entry for each alarm of the templates', async () => {
  const Resources = await allResources();
  const alarms = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
  const headings = [...textOf('docs/operations/alarms.md').matchAll(/^## (\w+Alarm)$/gm)].map(([, id]) => id);
  expect(headings.sort()).toEqual(alarms.map(([id]) => id).sort());
});

it('the entry of an alarm begins with the command that its email names', async () => {
  const Resources = await allResources();
  const page = textOf('docs/operations/alarms.md');
  const named = Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
    const isAlarm = Type === 'AWS::CloudWatch::Alarm';
    const command = /npx order-replication ([a-z -]+) --stack-name/.exec(JSON.stringify(Properties))?.[1];
    return isAlarm && command !== undefined ? [{ id, command }] : [];
  });
  const first = named.map(({ id }) => {
    const entry = page.split(`\n## ${id}\n`)[1]?.split('\n## ')[0] ?? '';
    return { id, command: /```sh\nnpx order-replication ([a-z -]+) --stage/.exec(entry)?.[1] };
  });
  expect(named.length).toBeGreaterThan(5);
  expect(first).toEqual(named);
});

it('the parameter that decides about it warns people at the AWS console', () => {
  const template = readFileSync(join(root, 'cloudformation/stack.json'), 'utf8');
  const { Parameters } = JSON.parse(template) as { Parameters: Record<string, { Description: string }> };
  expect(Parameters['AdvanceOrders']?.Description).toContain('a change of status may email the shopper');
});

describe('docs/operations/cost.md', () => {
  /** The numbers of each row of the first table, by its name. */
  const rows = new Map(
    textOf('docs/operations/cost.md')
      .split('## ')[0]!
      .split('\n')
      .flatMap((line) => {
        const [name = '', ...cells] = line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.replaceAll('*', '').trim());
        const numbers = cells.map(Number);
        return numbers.length === 3 && numbers.every(Number.isFinite) ? [[name, numbers] as const] : [];
      }),
  );
  const names = [...rows.keys()];
  const sum = (some: readonly string[]) =>
    [0, 1, 2].map((column) => some.reduce((all, name) => all + rows.get(name)![column]!, 0).toFixed(2));

  it('adds up', () => {
    const varies = names.indexOf('varies with the orders');
    const all = names.indexOf('all');
    expect([varies, all]).toEqual([7, 13]);
    expect(sum(names.slice(0, varies))).toEqual(sum(['varies with the orders']));
    expect(sum(names.slice(varies, all))).toEqual(sum(['all']));
  });

  it('counts the alarms, dashboards, keys and secrets of the template', async () => {
    const { Resources } = await readTemplate();
    const count = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type).length;
    const alarms = count('AWS::CloudWatch::Alarm');
    expect(rows.get(`${alarms} alarms`)).toEqual(Array(3).fill(alarms / 10));
    expect(rows.get('dashboard')?.[0]).toBe(3 * count('AWS::CloudWatch::Dashboard'));
    expect(rows.get('KMS key')?.[0]).toBe(count('AWS::KMS::Key'));
    const [, metrics] = /up to (\d+) metrics/.exec(textOf('docs/operations/cost.md'))!;
    expect(rows.get(`${metrics!} metrics from log lines, at most`)?.[0]).toBeCloseTo(0.3 * Number(metrics));
    const secrets = count('AWS::SecretsManager::Secret');
    expect(rows.get(`${secrets} secrets`)?.[0]).toBeCloseTo(0.4 * secrets);
  });

  it('counts what the template of the delivery adds, and adds it up', async () => {
    const section = textOf('docs/operations/cost.md')
      .split('## With the delivery into an ERP')[1]!
      .split('## ')[0]!;
    const prices = new Map(
      [...section.matchAll(/^\| ([^|]+?) +\| +\**([\d.]+)\** \|$/gm)].map(([, name = '', price]) => [
        name.replaceAll('*', ''),
        Number(price),
      ]),
    );
    const { Resources } = (await readTemplates()).delivery;
    const count = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type).length;
    const alarms = count('AWS::CloudWatch::Alarm');
    const secrets = count('AWS::SecretsManager::Secret');
    const [, metrics] = /(\d+) metrics/.exec(section)!;
    const shown = readFileSync(join(root, 'cloudformation/delivery-dashboard.json'), 'utf8');
    const own = new Set(
      [...shown.matchAll(/"\$\{ReplicationStackName\}",\s*"(\w+)"/g)].map(([, name]) => name),
    );
    expect(Number(metrics)).toBe(own.size);
    expect(prices.get(`${alarms} alarms`)).toBeCloseTo(alarms / 10);
    expect(prices.get('dashboard')).toBe(3 * count('AWS::CloudWatch::Dashboard'));
    expect(prices.get(`${own.size} metrics from log lines`)).toBeCloseTo(0.3 * own.size);
    expect(prices.get(`${secrets} secret`)).toBeCloseTo(0.4 * secrets);
    const all = [...prices].filter(([name]) => name !== 'fixed part of the delivery');
    expect(prices.get('fixed part of the delivery')).toBeCloseTo(
      all.reduce((sum, [, price]) => sum + price, 0),
    );
  });

  it('prices requests as it counts them', () => {
    const counts = textOf('docs/operations/cost.md').split('## What is counted per order')[1]!;
    const units = (kind: string) =>
      new RegExp(`DynamoDB ${kind} units +\\| +(\\d+) +\\| +(\\d+) +\\| +(\\d+)`)
        .exec(counts)!
        .slice(1)
        .map(Number);
    const [write, read] = [units('write'), units('read')].map(
      ([made = 0, edit = 0, audit = 0]) => made + 2 * edit + audit,
    );
    const perMillion = 0.625 * write! + 0.125 * read!;
    expect(rows.get('DynamoDB requests')?.[2]).toBeCloseTo(perMillion / 10, 1);
  });

  it('has a source for each price, or says that it is unchecked', () => {
    const prices = textOf('docs/operations/cost.md')
      .split('## Prices')[1]!
      .split('\n')
      .filter((line) => line.includes('$'));
    expect(prices.length).toBeGreaterThan(9);
    for (const line of prices) expect(line).toMatch(/\| *(unchecked|copy at|copies at|aws\.amazon\.com)/);
  });
});
