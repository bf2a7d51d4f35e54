import { readStartOptions } from '../../../scripts/local/arguments';

const store = { BIGCOMMERCE_STORE_HASH: 'abc', BIGCOMMERCE_CLIENT_ID: 'id', BIGCOMMERCE_TOKEN: 'token-1' };

it('takes fixed ports, the simulator and a poll a minute unless told otherwise', () => {
  expect(readStartOptions([], {})).toEqual({
    awsPort: 4566,
    storePort: 8080,
    pollEveryMs: 60_000,
    once: false,
    keep: false,
    fresh: false,
    realStore: undefined,
  });
});

it('never changes a real store unless told to', () => {
  expect(readStartOptions([], store).realStore).toMatchObject({ storeHash: 'abc', advance: false });
  expect(readStartOptions(['--advance'], store).realStore).toMatchObject({ advance: true });
});

it.each([
  [
    'a part of the credentials',
    [],
    { ...store, BIGCOMMERCE_TOKEN: '' },
    /BIGCOMMERCE_TOKEN not: set all three/,
  ],
  ['--advance for the simulator', ['--advance'], {}, /for a store of your own/],
  ['--keep with a real store', ['--keep'], store, /token to this disk/],
  ['a port that is none', ['--aws-port', '70000'], {}, /--aws-port takes a whole number from 1 to 65535/],
  ['no polling', ['--poll-every', '0'], {}, /--poll-every takes/],
  ['an option that is none', ['--onec'], {}, /There is no option --onec/],
  ['a stray word', ['once'], {}, /What is "once"\?/],
])('refuses %s in a sentence', (_, args: string[], environment: Record<string, string>, sentence) => {
  expect(() => readStartOptions(args, environment)).toThrow(sentence);
});

it('repeats no credential in what it refuses', () => {
  expect(() => readStartOptions([], { BIGCOMMERCE_TOKEN: 'token-1' })).toThrow(/^((?!token-1)[^])*$/);
});
