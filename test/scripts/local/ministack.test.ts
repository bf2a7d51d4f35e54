import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { startMiniStack } from '../../../scripts/local/ministack';
import { groupIsGone, until } from '../../support/until';
import { listen } from '../../../simulator/listen';

it('MiniStack starts, is empty after a reset, and leaves no process behind', async () => {
  const mini = await startMiniStack();
  await fetch(`${mini.endpoint}/some-bucket`, { method: 'PUT' });
  expect((await fetch(`${mini.endpoint}/some-bucket`)).status).toBe(200);
  await mini.reset();
  expect((await fetch(`${mini.endpoint}/some-bucket`)).status).toBe(404);
  await mini.stop();
  await until(() => groupIsGone(mini.pid));
});

it('a MiniStack that does not start is reported with the last lines of its log', async () => {
  const { port, stop } = await listen(createServer());
  await expect(startMiniStack({ port })).rejects.toThrow(/ended before it was ready.*\n.*already in use/);
  await stop();
});

it('MiniStack ends with the process that started it, even a killed one', async () => {
  const file = join(__dirname, '../../../scripts/local/ministack.ts');
  const code = `require(${JSON.stringify(file)}).startMiniStack().then((mini) => console.log(mini.pid))`;
  const parent = spawn(process.execPath, ['--import', 'tsx', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  expect(groupIsGone(Number(line))).toBe(false);
  parent.kill('SIGKILL');
  await until(() => groupIsGone(Number(line)));
});
