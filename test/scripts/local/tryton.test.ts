// Tryton for local runs: a real one, on SQLite.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startAgainWhenKilled } from '../../../scripts/local/local-erp';
import { portIsFree } from '../../../scripts/local/ports';
import { startTryton } from '../../../scripts/local/tryton';
import type { Tryton } from '../../../scripts/local/tryton';
import { describeTryton } from '../../../scripts/local/tryton-description';
import { readMapping } from '../../../scripts/packages/mapping-file';
import { root } from '../../../scripts/terminal/root';
import { catalogue } from '../../../simulator/index';
import { listen } from '../../../simulator/listen';
import { until } from '../../support/until';

jest.setTimeout(180_000);

const started: Tryton[] = [];
const folder = mkdtempSync(join(tmpdir(), 'tryton-test-'));

afterAll(async () => {
  await Promise.all(started.map((tryton) => tryton.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function startOne(options: Parameters<typeof startTryton>[0] = {}): Promise<Tryton> {
  const tryton = await startTryton(options);
  started.push(tryton);
  return tryton;
}

async function rest(
  tryton: Tryton,
  path: string,
  { key = tryton.key, body }: { key?: string; body?: unknown } = {},
) {
  const answer = await fetch(`${tryton.url}/${tryton.database}/rest/model/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, rows: answer.ok ? (JSON.parse(text) as Record<string, unknown>[]) : text };
}

const valuesOf = async (tryton: Tryton, model: string, field: string) =>
  ((await rest(tryton, `${model}?f=${field}`)).rows as Record<string, unknown>[]).map((row) => row[field]);

it('two starts side by side give two ERPs, and an order of one is not in the other', async () => {
  const [one, other] = await Promise.all([startOne(), startOne()]);
  expect(one.url).not.toBe(other.url);
  const made = await rest(one, 'party.party', { body: { name: 'Only in one' } });
  expect(made.status).toBe(200);
  expect(await valuesOf(one, 'party.party', 'name')).toContain('Only in one');
  expect(await valuesOf(other, 'party.party', 'name')).not.toContain('Only in one');
  await Promise.all([one.stop(), other.stop()]);
  expect(existsSync(one.folder)).toBe(false);
  expect(await portIsFree(one.port)).toBe(true);
});

describe('a started Tryton', () => {
  let tryton: Tryton;
  beforeAll(async () => {
    tryton = await startOne();
  });

  it('has every product of the simulated store and every name of the mapping', async () => {
    const { mapping } = await readMapping();
    const { products, shops, paymentJournals } = describeTryton(mapping);
    const codes = await valuesOf(tryton, 'product.product', 'code');
    expect(codes).toEqual(expect.arrayContaining(products.map(({ code }) => code)));
    expect(codes).toEqual(expect.arrayContaining(catalogue.map(({ sku }) => sku)));
    expect(await valuesOf(tryton, 'web.shop', 'name')).toEqual(shops);
    const journals = await valuesOf(tryton, 'account.payment.journal', 'name');
    expect(new Set(journals)).toEqual(new Set(paymentJournals));
  });

  it('has all countries, and the currencies with their digits', async () => {
    expect(await valuesOf(tryton, 'country.country', 'code')).toHaveLength(249);
    const { rows } = await rest(tryton, 'currency.currency?f=code&f=digits');
    const digits = new Map((rows as { code: string; digits: number }[]).map((one) => [one.code, one.digits]));
    expect([digits.get('USD'), digits.get('JPY'), digits.get('KWD')]).toEqual([2, 0, 3]);
  });

  it('refuses another key, and a delivery user who changes rights or products', async () => {
    expect(await rest(tryton, 'web.shop', { key: 'wrong' })).toMatchObject({ status: 401 });
    const user = await rest(tryton, 'res.user', { body: { name: 'Another', login: 'another' } });
    expect(user.status).toBe(400);
    expect(user.rows).toContain('not allowed');
  });
});

it('a killed Tryton continues with the same orders at the same port', async () => {
  const kept = join(folder, 'kept');
  const before = await startOne({ folder: kept });
  await rest(before, 'party.party', { body: { name: 'Kept' } });
  before.kill();
  await until(() => portIsFree(before.port));
  const after = await startOne({ folder: kept, port: before.port });
  expect(after.key).toBe(before.key);
  expect(await valuesOf(after, 'party.party', 'name')).toContain('Kept');
  await after.stop();
  const fresh = await startOne({ folder: kept, fresh: true });
  expect(await valuesOf(fresh, 'party.party', 'name')).not.toContain('Kept');
  await fresh.stop();
});

it('a local run starts a killed Tryton again with the same orders, until it ends', async () => {
  const first = await startOne();
  await rest(first, 'party.party', { body: { name: 'Kept' } });
  const said: string[] = [];
  const screen = { say: (text: string) => void said.push(text) };
  const stop = startAgainWhenKilled(first, {}, screen, { addKill: () => undefined });
  first.kill();
  await until(() => said.some((line) => line.includes('up again')));
  expect(await valuesOf(first, 'party.party', 'name')).toContain('Kept');
  await stop();
  await first.stop();
  expect(said).toHaveLength(2);
  expect(await portIsFree(first.port)).toBe(true);
  expect(existsSync(first.folder)).toBe(false);
});

it('a start at a port in use fails, and says so', async () => {
  const { port, stop } = await listen(createServer());
  await expect(startTryton({ port })).rejects.toThrow(
    /Tryton ended before it was ready\.[^]*Port \d+ is in use/,
  );
  await stop();
});

it('a database that was made for other products is refused', async () => {
  const kept = join(folder, 'other');
  await (await startOne({ folder: kept })).stop();
  writeFileSync(join(kept, 'digest'), 'another');
  await expect(startTryton({ folder: kept })).rejects.toThrow(/was made for other products/);
});

it('Tryton ends with the process that started it, even if that is killed', async () => {
  const script = `
    const { startTryton } = require(${JSON.stringify(join(root, 'scripts/local/tryton.ts'))});
    startTryton({ folder: ${JSON.stringify(join(folder, 'child'))} }).then(({ port }) => console.log(port));`;
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], { cwd: root });
  const port = Number(
    await new Promise<string>((resolve) => child.stdout.once('data', (line) => resolve(String(line)))),
  );
  expect(await portIsFree(port)).toBe(false);
  child.kill('SIGKILL');
  await until(() => portIsFree(port));
});
