// The mutants of test/mutants are those of the code as it is: each still finds its place, exactly once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MUTANTS } from './mutants';

it.each(MUTANTS.map((mutant) => [mutant.rule, mutant] as const))('%s', (_, { file, from, to }) => {
  const source = readFileSync(join(__dirname, '../..', file), 'utf8');
  expect(source.split(from)).toHaveLength(2);
  expect(to).not.toBe(from);
});
