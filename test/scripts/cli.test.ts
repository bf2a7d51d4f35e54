// The tree of commands: what help and the reference page are made of, and that its own examples are valid command lines.
import { allCommands as all, runIdle as run } from '../support/idle-program';

/** The words of a command line, of which one in quotes may have spaces. */
const wordsOf = (line: string) =>
  (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^"(.*)"$/, '$1'));

it.each(all.map(({ path, command }) => [path, command] as const))(
  '%s has examples, each of which is one of its valid command lines',
  async (path, { examples }) => {
    expect(examples).not.toEqual([]);
    for (const example of examples) {
      expect(`${example} `.startsWith(`${path} `)).toBe(true);
      expect({ example, ...(await run(wordsOf(example))) }).toMatchObject({ code: 0, noted: '' });
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
