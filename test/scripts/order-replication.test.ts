// The program as a process: its exit codes, what goes to which stream, and that it keeps the user's folder.
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { root } from '../../scripts/terminal/root';
import { listen } from '../../simulator/listen';

jest.setTimeout(60_000);

const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };

function run(...args: readonly string[]) {
  const program = join(root, 'scripts', 'order-replication.mjs');
  // In another folder, as a user may be.
  const options = { cwd: tmpdir(), env, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], options);
  return { status, stdout, stderr };
}

it('the program prints help to stdout and exits with code 0', () => {
  const { status, stdout, stderr } = run('--help');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: order-replication .*\n[^]*^ {2}pause \[options\] +\S/m);
});

it('the program ends without a stack trace when no one reads its output', async () => {
  const program = join(root, 'scripts', 'order-replication.mjs');
  const child = spawn(process.execPath, [program, 'deliveries', '--help'], { env });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += String(text)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect([code, stderr]).toEqual([141, '']);
});

it('the program exits with code 2 at wrong usage, with a suggestion and nothing on stdout', () => {
  expect(run('puase')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining("error: unknown command 'puase'\n(Did you mean pause?)") as unknown,
  });
});

it('the program exits with code 1 at a failure, and notes an old version of Node once, on one line', async () => {
  const { port, stop } = await listen(createServer());
  await stop();
  const { status, stdout, stderr } = run('pause', '--aws-port', String(port));
  expect([status, stdout]).toEqual([1, '']);
  const lines = stderr.trimEnd().split('\n');
  expect(lines.at(-1)).toContain(`No service answers at http://127.0.0.1:${port}`);
  const isOld = Number(process.versions.node.split('.')[0]) < 22;
  expect(lines.slice(0, -1)).toEqual(
    isOld ? [expect.stringMatching(/^Note: The AWS SDK .* will require node >=22\. /)] : [],
  );
});
