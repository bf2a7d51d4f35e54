// The mutants of test/mutants are those of the code as it is: each still finds its place, exactly once, and the tests that
// must notice it are where the run looks for them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patternsWithoutTests } from './groups';
import { MUTANTS } from './mutants';

const root = join(__dirname, '../..');

it.each(MUTANTS.map((mutant) => [mutant.rule, mutant] as const))('%s', (_, { file, from, to }) => {
  const source = readFileSync(join(root, file), 'utf8');
  expect(source.split(from)).toHaveLength(2);
  expect(to).not.toBe(from);
});

it('each pattern for the tests that must notice a broken rule matches a test file', () => {
  expect(patternsWithoutTests(root)).toEqual([]);
});
