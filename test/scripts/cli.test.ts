// The tree of commands: what help and the reference page are made of, and that its own examples are valid command lines.
import { commands } from '../../scripts/cli';
import type { Command } from '../../scripts/terminal/command';
import { createProgram, runProgram } from '../../scripts/terminal/program';

const all = commands.flatMap((one) =>
  'commands' in one
    ? one.commands.map((verb) => ({ path: `${one.name} ${verb.name}`, command: verb }))
    : [{ path: one.name, command: one }],
);

/** The same tree with commands that do nothing. */
const idle = (command: Command): Command => ({ ...command, run: () => Promise.resolve(undefined) });
const idleTree = commands.map((one) =>
  'commands' in one ? { ...one, commands: one.commands.map(idle) } : idle(one),
);

async function run(args: readonly string[]) {
  const printed: string[] = [];
  const noted: string[] = [];
  const io = {
    print: (line: string) => printed.push(line),
    note: (line: string) => noted.push(line),
    ask: () => Promise.reject(new Error('An idle command asks nothing.')),
  };
  const code = await runProgram(createProgram('order-replication', idleTree, io), args, io);
  return { code, printed: printed.join('\n'), noted: noted.join('\n') };
}

it.each(all.map(({ path, command }) => [path, command] as const))(
  '%s has examples, each of which is a valid command line of it',
  async (path, { examples }) => {
    expect(examples).not.toEqual([]);
    for (const example of examples) {
      expect(`${example} `.startsWith(`${path} `)).toBe(true);
      expect({ example, ...(await run(example.split(' '))) }).toMatchObject({ code: 0, noted: '' });
    }
  },
);

it.each(all.map(({ path }) => path))('%s has help with a line for each option', async (path) => {
  const { code, printed } = await run([...path.split(' '), '--help']);
  expect(code).toBe(0);
  expect(printed).toMatch(/^Usage: order-replication /);
  expect(printed).toContain('Examples:');
});

it('a summary is one line without a period, and no option lacks one', () => {
  for (const { path, command } of all) {
    expect([path, command.summary]).toEqual([path, expect.stringMatching(/^[A-Z].*[^.]$/)]);
    for (const [name, { summary }] of Object.entries(command.options)) {
      expect([path, name, summary]).toEqual([path, name, expect.stringMatching(/\S.*[^.]$/)]);
    }
  }
});

it('no two commands have the same name', () => {
  const paths = all.map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
});
