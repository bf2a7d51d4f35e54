// What is said of data from outside that no schema takes.
import * as v from 'valibot';

import { problemsIn } from '../../../scripts/service/problems';

const schema = v.object({ found: v.number(), counted: v.record(v.string(), v.number()) });

it.each([
  ['a text', 'a-secret', 'expected Object'],
  ['a row without a field', { found: 1 }, 'counted: missing'],
  ['a wrong field', { found: 'a-secret', counted: {} }, 'found: expected number'],
  [
    'several wrong fields',
    { found: null, counted: { 11: 'a-secret' } },
    'found: expected number; counted.11: expected number',
  ],
])(
  'of %s each wrong field is named with what was expected, and no value is repeated',
  (_, value, problems) => {
    const { issues = [] } = v.safeParse(schema, value);
    expect(problemsIn(issues)).toBe(problems);
  },
);
