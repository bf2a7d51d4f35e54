// The problems of data from outside, for a message: each wrong field, and never a value.
import * as v from 'valibot';

/** The fields that a schema refused, each with what was expected: `found: expected number; counted: missing`. */
export function problemsIn(issues: readonly v.BaseIssue<unknown>[]): string {
  return issues.map(problemOf).join('; ');
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  const field = v.getDotPath(issue);
  const problem =
    issue.received === 'undefined' ? 'missing' : `expected ${issue.expected ?? 'another value'}`;
  return field === null ? problem : `${field}: ${problem}`;
}
