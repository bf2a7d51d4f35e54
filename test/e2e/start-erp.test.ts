// `npm start -- --erp tryton` as a user runs it: every order into a real ERP, compared with what the ERP then shows.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../../scripts/terminal/root';
import { until } from '../support/until';
import { freePorts, isUp, nothingIsLeft, run, startCommand, stopAll } from './start-command';

jest.setTimeout(240_000);

afterEach(stopAll);

const withErp = [...startCommand, '--erp', 'tryton'] as const;

it('npm start with an ERP ends with one confirmed sale for each paid order, and exits with code 0', async () => {
  const ports = await freePorts();
  const { code, printed } = run([...withErp, '--once', ...ports.options]);
  expect({ code: await code, printed: printed() }).toMatchObject({ code: 0 });
  expect(printed()).toMatch(
    /Tryton has 7 confirmed sales, one for each of 7 paid orders, with the same totals\./,
  );
  expect(printed()).toMatch(/Stored and not delivered: \d+ \(payment-open\)\./);
  expect(printed()).toContain('sales order: not delivered: The order is not paid.');
  await nothingIsLeft(ports);
});

it('npm start with an ERP keeps its sales with --keep, and a killed run leaves nothing running', async () => {
  const ports = await freePorts();
  const kept = join(root, '.local', 'state', `${ports.aws}-${ports.store}`);
  try {
    const first = run([...withErp, '--keep', ...ports.options]);
    await isUp(first);
    first.child.kill('SIGTERM');
    await first.code;
    await nothingIsLeft(ports);
    expect(existsSync(join(kept, 'tryton', 'erp.sqlite'))).toBe(true);

    const second = run([...withErp, '--keep', ...ports.options]);
    await until(() => /\(placed just now[^\n]*sales order: 8$/m.test(second.printed()), 120_000);
    second.child.kill('SIGKILL');
    await second.code;
    await nothingIsLeft(ports);
  } finally {
    rmSync(kept, { recursive: true, force: true });
  }
});
