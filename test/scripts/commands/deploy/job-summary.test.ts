import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CommandError } from '../../../../scripts/terminal/command-error';
import { withJobSummary } from '../../../../scripts/commands/deploy/job-summary';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'summary-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(folder, 'summary.md');
const summary = () => readFileSync(file(), 'utf8');

it('the job summary shows the summary of a deploy below its result', async () => {
  const result = await withJobSummary((summarize) => {
    summarize('  Modify  ProcessOrdersFunction');
    return Promise.resolve({ changed: true });
  }, file());
  expect(result).toEqual({ changed: true });
  expect(summary()).toBe('## Deployed\n\n<pre>\n  Modify  ProcessOrdersFunction\n</pre>\n');
});

it('the job summary reports that there was nothing to change', async () => {
  await withJobSummary(() => Promise.resolve({ changed: false }), file());
  expect(summary()).toContain('## Nothing to change');
});

it('the job summary has the reason of a failure after the steps before it, and the failure is thrown', async () => {
  const failure = new CommandError(
    'was not deployed (UPDATE_ROLLBACK_COMPLETE).\n  OrdersQueue: too <long> & wide',
  );
  const deploying = (summarize: (line: string) => void) => {
    summarize('  Modify  OrdersQueue');
    return Promise.reject(failure);
  };
  await expect(withJobSummary(deploying, file())).rejects.toBe(failure);
  expect(summary()).toBe(
    '## Not deployed\n\n<pre>\n  Modify  OrdersQueue\nwas not deployed (UPDATE_ROLLBACK_COMPLETE).\n' +
      '  OrdersQueue: too &lt;long> &amp; wide\n</pre>\n',
  );
});

it('the job summary contains nothing of an unexpected error, which may contain anything', async () => {
  const deploying = () => Promise.reject(new Error('token abc'));
  await expect(withJobSummary(deploying, file())).rejects.toThrow('token abc');
  expect(summary()).toContain('The log of this step has the details');
  expect(summary()).not.toContain('abc');
});

it('the job summary is appended to that of earlier steps, and is written only in GitHub Actions', async () => {
  const deploying = () => Promise.resolve({ changed: false });
  await withJobSummary(deploying, file());
  await withJobSummary(deploying, file());
  expect(summary().match(/## /g)).toHaveLength(2);
  expect(await withJobSummary(deploying, '')).toEqual({ changed: false });
});
