// The zips as Lambda gets them: alone, in an empty folder, in a bare Node.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import type { AxiosRequestConfig, AxiosStatic } from 'axios';
import { unzipSync } from 'fflate';

import { build, bundleEntry, packageNames } from '../../../scripts/packages/build';
import type { Package } from '../../../scripts/packages/build';
import { packagesOf } from '../../../scripts/packages/package-names';
import { mappingFile, readMapping } from '../../../scripts/packages/mapping-file';
import type { LoadedMapping } from '../../../lambda/shared/delivery/mapping';
import { builtPackages } from '../../support/built-packages';
import { listen } from '../../../simulator/listen';
import type { Listening } from '../../../simulator/listen';

const folder = (name: string) => mkdtemp(join(tmpdir(), `${name}-`));
const zipLimit = 300_000;

describe('the packages', () => {
  let outDir: string;
  let packages: readonly Package[];

  beforeAll(async () => {
    outDir = await folder('packages');
    packages = await build({ outDir });
  }, 30_000);
  afterAll(() => rm(outDir, { recursive: true }));

  it('a build makes one package for each Lambda folder', () => {
    expect(packages.map(({ name }) => name)).toEqual(packageNames);
    expect(packages.map(({ file }) => file)).toEqual(packageNames.map((name) => join(outDir, `${name}.zip`)));
  });

  it.each(packageNames)(
    'the package %s loads in a bare Node, without packages or environment',
    async (name) => {
      const empty = await folder(name);
      const files = unzipSync(readFileSync(join(outDir, `${name}.zip`)));
      expect(Object.keys(files)).toEqual(['index.js']);
      await writeFile(join(empty, 'index.js'), files['index.js']!);
      const script = `const { handler } = require('./index');
      const fetchStarted = process.moduleLoadList.some((name) => name.includes('undici'));
      console.log(handler.constructor.name, fetchStarted ? 'and started fetch' : '');`;
      const options = { cwd: empty, env: {}, encoding: 'utf8' } as const;
      const { stdout, status } = spawnSync(process.execPath, ['-e', script], options);
      await rm(empty, { recursive: true });
      // Node's fetch costs 20 ms of a cold start, and a mention of one of its globals starts it.
      expect({ stdout: stdout.trim(), status }).toEqual({ stdout: 'AsyncFunction', status: 0 });
    },
  );

  it.each(packageNames)('the package %s stays small', (name) => {
    const { zipBytes, file } = packages.find((one) => one.name === name)!;
    expect(zipBytes).toBeLessThanOrEqual(zipLimit);
    expect(readFileSync(file)).toHaveLength(zipBytes);
  });

  it('a build from another folder and in another time zone makes packages with the same bytes', async () => {
    const again = await folder('again');
    const script = `require(${JSON.stringify(join(__dirname, '../../../scripts/packages/build.ts'))}).build({ outDir: ${JSON.stringify(again)} })`;
    const loader = pathToFileURL(require.resolve('tsx')).href;
    const { stderr, status } = spawnSync(process.execPath, ['--import', loader, '-e', script], {
      cwd: tmpdir(),
      env: { ...process.env, TZ: 'Pacific/Auckland' },
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    for (const name of packageNames) {
      const [first, second] = [outDir, again].map((place) => readFileSync(join(place, `${name}.zip`)));
      expect(first!.equals(second!)).toBe(true);
    }
    await rm(again, { recursive: true });
  });

  it.each(packageNames)('the package %s contains nothing of the machine that built it', (name) => {
    const code = Buffer.from(unzipSync(readFileSync(join(outDir, `${name}.zip`)))['index.js']!).toString();
    expect(code).not.toContain(join(__dirname, '../../..'));
  });

  it.each(packageNames)('the package %s contains neither redirects, proxies, forms nor fetch', (name) => {
    const code = Buffer.from(unzipSync(readFileSync(join(outDir, `${name}.zip`)))['index.js']!).toString();
    for (const left of [
      '/follow-redirects/',
      '/form-data/',
      '/mime-db/',
      '/https-proxy-agent/',
      'axios.cjs',
    ]) {
      expect(code).not.toContain(left);
    }
  });

  it('the packages of the replication have a client of BigCommerce, except the webhook; the others have none', () => {
    const carrying = packageNames.filter((name) =>
      Buffer.from(unzipSync(readFileSync(join(outDir, `${name}.zip`)))['index.js']!).includes('X-Auth-Token'),
    );
    expect(carrying).toEqual(packagesOf.replication.filter((name) => name !== 'new-orders-webhook'));
  });

  it('a build without a function names every missing file', async () => {
    const lambdaDir = await folder('lambda');
    await mkdir(join(lambdaDir, 'get-new-orders'));
    await writeFile(join(lambdaDir, 'get-new-orders', 'index.ts'), 'export const handler = async () => {};');
    await expect(build({ lambdaDir, outDir: lambdaDir })).rejects.toThrow(
      /Missing: .*new-orders-webhook[\\/]index\.ts.*process-new-orders[\\/]index\.ts/s,
    );
    await rm(lambdaDir, { recursive: true });
  });
});

describe('the mapping in a package', () => {
  let place: string;
  beforeAll(async () => {
    place = await folder('mapping');
  });
  afterAll(() => rm(place, { recursive: true }));

  const code = 'export const found = { mapping: BUILT_IN_MAPPING, digest: BUILT_IN_MAPPING_DIGEST };';

  async function load(name: string, mapping: LoadedMapping): Promise<unknown> {
    const entry = join(place, 'entry.ts');
    await writeFile(entry, code);
    await writeFile(join(place, name), await bundleEntry(entry, mapping));
    return (createRequire(__filename)(join(place, name)) as { found: unknown }).found;
  }

  it('a package contains the mapping that it is built with, and its digest', async () => {
    const one = await readMapping();
    const other = {
      mapping: { ...one.mapping, erp: { company: '"Ünal & Søn" `${1}` \u2028</script>' } },
      digest: 'x',
    };
    expect(await load('one.cjs', one)).toEqual(one);
    expect(await load('other.cjs', other)).toEqual(other);
  });

  it('another mapping changes the packages of the delivery, and no other', async () => {
    const mapping = join(place, 'other.json');
    const example = JSON.parse(readFileSync(mappingFile, 'utf8')) as object;
    await writeFile(mapping, JSON.stringify({ ...example, reference: { prefix: 'OTHER-' } }));
    const [usual, other] = await Promise.all([builtPackages(), builtPackages(mapping)]);
    const changed = packageNames.filter(
      (name) => !readFileSync(join(usual, `${name}.zip`)).equals(readFileSync(join(other, `${name}.zip`))),
    );
    expect(changed).toEqual(packagesOf.delivery);
    const { digest } = await readMapping(mapping);
    expect(codeIn(join(other, 'queue-deliveries.zip'))).toContain(digest);
    expect(codeIn(join(other, 'deliver-orders.zip'))).toContain('"OTHER-"');
  });

  const codeIn = (zip: string) => Buffer.from(unzipSync(readFileSync(zip))['index.js']!).toString();

  it('a build with mistakes in its mapping names them all and makes nothing', async () => {
    const mapping = join(place, 'broken.json');
    const outDir = join(place, 'out');
    const { version, ...others } = JSON.parse(readFileSync(mappingFile, 'utf8')) as Record<string, unknown>;
    await writeFile(mapping, JSON.stringify({ ...others, tax: { owner: 'store' }, note: true }));
    await expect(build({ outDir, mapping })).rejects.toThrow(
      /broken\.json cannot be used:\n {2}version is missing.*tax\.tolerance is missing.*tax\.roundingItem is missing.*note is unknown/s,
    );
    expect(existsSync(outDir)).toBe(false);
  });
});

describe('the trimmed axios', () => {
  let axios: AxiosStatic;
  let place: string;
  let server: Listening;
  let answer: RequestListener;

  beforeAll(async () => {
    place = await folder('axios');
    const entry = join(place, 'entry.ts');
    const source = JSON.stringify(join(__dirname, '../../../node_modules/axios/index.js'));
    await writeFile(entry, `export { default as axios } from ${source};`);
    await writeFile(join(place, 'bundle.cjs'), await bundleEntry(entry));
    ({ axios } = createRequire(__filename)(join(place, 'bundle.cjs')) as { axios: AxiosStatic });
    server = await listen(createServer((request, response) => answer(request, response)));
  });
  afterAll(async () => {
    await server.stop();
    await rm(place, { recursive: true });
  });

  // As the BigCommerce adapter sends its requests.
  const settings: AxiosRequestConfig = {
    proxy: false,
    maxRedirects: 0,
    responseType: 'text',
    timeout: 5_000,
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
  };
  const request = (more: AxiosRequestConfig = {}) =>
    axios.request<string>({ url: server.url, ...settings, ...more });

  it('the trimmed axios sends method, headers and body, and returns status, headers and text', async () => {
    let seen = {};
    answer = (incoming, response) => {
      incoming.setEncoding('utf8').on('data', (body: string) => {
        seen = { method: incoming.method, path: incoming.url, token: incoming.headers['x-auth-token'], body };
      });
      incoming.on('end', () => response.writeHead(422, { 'x-answer': 'yes' }).end('[{"status": 422}]'));
    };
    const sent = { method: 'PUT', url: `${server.url}/orders/1?a=b`, headers: { 'X-Auth-Token': 't' } };
    const { status, headers, data } = await request({ ...sent, data: { status_id: 9 } });
    expect(seen).toEqual({ method: 'PUT', path: '/orders/1?a=b', token: 't', body: '{"status_id":9}' });
    expect([status, headers['x-answer'], data]).toEqual([422, 'yes', '[{"status": 422}]']);
  });

  it('the trimmed axios unpacks a compressed answer', async () => {
    const text = JSON.stringify(Array.from({ length: 1000 }, (_, id) => ({ id, name: 'Größe' })));
    answer = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text));
    expect((await request()).data).toBe(text);
  });

  it('the trimmed axios accepts an empty answer', async () => {
    answer = (_, response) => response.writeHead(204).end();
    expect(await request()).toMatchObject({ status: 204, data: '' });
  });

  it('the trimmed axios keeps its connection if the agent does', async () => {
    const ports = new Set<number | undefined>();
    answer = (incoming, response) => {
      ports.add(incoming.socket.remotePort);
      response.end('ok');
    };
    const httpAgent = new Agent({ keepAlive: true });
    for (let times = 0; times < 3; times++) await request({ httpAgent });
    httpAgent.destroy();
    expect(ports.size).toBe(1);
  });

  it('the trimmed axios fails after its timeout', async () => {
    answer = () => undefined;
    await expect(request({ timeout: 50 })).rejects.toMatchObject({ code: 'ECONNABORTED' });
  });

  it('the trimmed axios fails at an answer that never ends', async () => {
    answer = (_, response) => response.writeHead(200).write('[');
    await expect(request({ timeout: 50 })).rejects.toMatchObject({ code: 'ECONNABORTED' });
  });

  it('the trimmed axios stops at the signal to abort', async () => {
    const controller = new AbortController();
    answer = () => controller.abort();
    await expect(request({ signal: controller.signal })).rejects.toMatchObject({ code: 'ERR_CANCELED' });
  });

  it('the trimmed axios reports a broken connection', async () => {
    answer = (incoming) => incoming.socket.destroy();
    await expect(request()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('the trimmed axios follows no redirect', async () => {
    let requests = 0;
    answer = (_, response) => {
      requests += 1;
      response.writeHead(302, { location: `${server.url}/elsewhere` }).end();
    };
    expect((await request()).status).toBe(302);
    expect(requests).toBe(1);
  });

  it('the trimmed axios ignores a proxy that the environment names', async () => {
    answer = (_, response) => response.end('direct');
    process.env['http_proxy'] = 'http://127.0.0.1:1';
    const { data } = await request().finally(() => delete process.env['http_proxy']);
    expect(data).toBe('direct');
  });
});
