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

it('shows what was summed up, under how it ended', async () => {
  const result = await withJobSummary((summarize) => {
    summarize('  Modify  ProcessOrdersFunction');
    return Promise.resolve({ changed: true });
  }, file());
  expect(result).toEqual({ changed: true });
  expect(summary()).toBe('## Deployed\n\n<pre>\n  Modify  ProcessOrdersFunction\n</pre>\n');
});

it('says that there was nothing to change', async () => {
  await withJobSummary(() => Promise.resolve({ changed: false }), file());
  expect(summary()).toContain('## Nothing to change');
});

it('says why it failed, after the completed steps, and passes the failure on', async () => {
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

it('shows nothing of an unexpected error: it may contain anything', async () => {
  const deploying = () => Promise.reject(new Error('token abc'));
  await expect(withJobSummary(deploying, file())).rejects.toThrow('token abc');
  expect(summary()).toContain('The log of this step has the details');
  expect(summary()).not.toContain('abc');
});

it('adds to what an earlier step wrote, and writes nothing elsewhere than in Actions', async () => {
  const deploying = () => Promise.resolve({ changed: false });
  await withJobSummary(deploying, file());
  await withJobSummary(deploying, file());
  expect(summary().match(/## /g)).toHaveLength(2);
  expect(await withJobSummary(deploying, '')).toEqual({ changed: false });
});
