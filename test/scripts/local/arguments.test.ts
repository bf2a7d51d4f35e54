import { readStartOptions, startOptions } from '../../../scripts/local/arguments';
import { parseOptions } from '../../support/run-command';

const read = async (args: readonly string[], environment: Readonly<Record<string, string>>) =>
  readStartOptions(await parseOptions(startOptions, args), environment);

const store = { BIGCOMMERCE_STORE_HASH: 'abc', BIGCOMMERCE_CLIENT_ID: 'id', BIGCOMMERCE_TOKEN: 'token-1' };

it('without options start uses fixed ports, the simulator and one poll per minute', async () => {
  expect(await read([], {})).toEqual({
    awsPort: 4566,
    storePort: 8080,
    pollEveryMs: 60_000,
    erp: undefined,
    erpPort: 8090,
    once: false,
    keep: false,
    fresh: false,
    realStore: undefined,
  });
});

it('start changes a real store only with --advance', async () => {
  expect((await read([], store)).realStore).toMatchObject({ storeHash: 'abc', advance: false });
  expect((await read(['--advance'], store)).realStore).toMatchObject({ advance: true });
});

it.each([
  [
    'a part of the credentials',
    [],
    { ...store, BIGCOMMERCE_TOKEN: '' },
    /BIGCOMMERCE_TOKEN is not: set all three/,
  ],
  ['--advance for the simulator', ['--advance'], {}, /for your own store/],
  ['an ERP with a real store', ['--erp', 'tryton'], store, /products of the simulated store only/],
  ['an ERP that cannot run here', ['--erp', 'sap'], {}, /Allowed choices are tryton/],
  ['--keep with a real store', ['--keep'], store, /token to this disk/],
  [
    'a port that is none',
    ['--aws-port', '70000'],
    {},
    /'--aws-port <port>' .*It must be a whole number from 1 to 65535/,
  ],
  ['no polling', ['--poll-every', '0'], {}, /'--poll-every <seconds>' argument '0' is invalid/],
  ['an option that is none', ['--onec'], {}, /unknown option '--onec'\n\(Did you mean --once\?\)/],
  ['a stray word', ['once'], {}, /unexpected argument 'once'/],
])(
  'start refuses %s in a sentence',
  async (_, args: string[], environment: Record<string, string>, sentence) => {
    await expect(read(args, environment)).rejects.toThrow(sentence);
  },
);

it('a refused command line of start repeats no credential', async () => {
  await expect(read([], { BIGCOMMERCE_TOKEN: 'token-1' })).rejects.toThrow(/^((?!token-1)[^])*$/);
});
