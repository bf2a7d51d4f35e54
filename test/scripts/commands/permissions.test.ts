// The table of commands and their permissions in docs/operations/permissions.md against test/support/command-permissions.ts,
// which test/e2e/command-permissions compares with the calls that the commands make.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { commands as tree } from '../../../scripts/cli';
import { commandPermissions, deliveryCommandPermissions } from '../../support/command-permissions';

const read = (name: string) => readFileSync(join(__dirname, '../../..', name), 'utf8');
const section = read('docs/operations/permissions.md');

/** What each command needs, in the page's words. */
const needs = new Map(
  section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => {
      const [, commands = '', words = ''] = line.split('|');
      return [...commands.matchAll(/`([a-z -]+)`/g)].map(([, name]) => [name!, words] as const);
    }),
);

it('the page of permissions names every command that goes to AWS', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Record<string, string> };
  // These ask nothing of AWS, or are for developers of the project.
  const others = ['start', 'test', 'build', 'renew', 'survive', 'mutants', 'simulator', 'bench', 'lint'];
  const known = new Set([
    ...Object.keys(scripts),
    ...tree.map(({ name }) => (name === 'orders' ? 'orders erase' : name)),
  ]);
  const commands = [...known].filter((name) => ![...others, 'format', 'check', 'upload'].includes(name));
  expect([...needs.keys()].sort()).toEqual(commands.sort());
});

const permissions = { ...commandPermissions, ...deliveryCommandPermissions };
const names = Object.keys(permissions) as readonly (keyof typeof permissions)[];

it.each(names)('the page of permissions says what the command %s needs, no less and no more', (name) => {
  const words = needs.get(name)!;
  const said = [...words.matchAll(/`(?:[a-z]+:)?([A-Z][A-Za-z]+)`/g)].map(([, action]) => action!);
  const indexes = ['ByOutcome', 'ByState'];
  const actions = permissions[name].map((one) => one.split(/[ :]/)[1]!);
  expect(new Set(said.filter((one) => !indexes.includes(one)))).toEqual(new Set(actions));
});

/** How the page names the resources. */
const words: Readonly<Record<string, string>> = {
  'table/<stack>-Orders': 'Orders table',
  'table/<stack>-Ledger': 'Ledger table',
  'table/<stack>-Jobs': 'Jobs table',
  'table/<stack>-Jobs/index/ByOutcome': 'index `ByOutcome`',
  'table/<stack>-OrderParts': 'OrderParts table',
  'table/<stack>-Webhooks': 'Webhooks table',
  'table/<stack>-Ledger/index/ByState': 'index `ByState`',
  'table/<stack>-Deliveries': 'Deliveries table',
  'table/<stack>-Deliveries/index/ByState': 'index `ByState`',
  '<stack>-Orders': 'Orders queue',
  '<stack>-Deliveries': 'Deliveries queue',
  '<stack>-Orders-DeadLetterQueue': 'dead letter queue',
};

it.each(['dead-letters', 'backfill', 'orders erase', 'deliveries', 'erp'] as const)(
  'the page of permissions says on which resources, for the command %s',
  (name) => {
    const resources = permissions[name].map((one) => one.split(' ')[1]!);
    for (const resource of resources.filter((one) => one in words)) {
      expect(needs.get(name)).toContain(words[resource]);
    }
  },
);
