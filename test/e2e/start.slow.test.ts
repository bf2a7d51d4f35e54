// `npm start -- --keep`, which continues an earlier run. Slow, because it needs two runs.
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../../scripts/terminal/root';
import { freePorts, run, startCommand, stopAll } from './start-command';

jest.setTimeout(150_000);

afterEach(stopAll);

it('npm start with --keep continues where the last run ended', async () => {
  const ports = await freePorts();
  const first = run([...startCommand, '--once', '--keep', ...ports.options]);
  expect({ code: await first.code, printed: first.printed() }).toMatchObject({ code: 0 });
  const second = run([...startCommand, '--once', '--keep', ...ports.options]);
  expect({ code: await second.code, printed: second.printed() }).toMatchObject({ code: 0 });
  expect(second.printed()).toContain('with the 11 orders of the last run');
  expect(second.printed()).toMatch(/A poll found \d+ orders? and queued 0\./);
  rmSync(join(root, '.local', 'state', `${ports.aws}-${ports.store}`), { recursive: true });
});
