// Reads the command line and the environment of `npm start`: which ports, how long, and whose store.
import { defaultAwsPort } from '../service/local-endpoint';
import { readArguments, wholeNumber } from '../terminal/arguments';
import { CommandError } from '../terminal/command-error';
import type { StoreAccount } from './store-account';

export interface StartOptions {
  readonly awsPort: number;
  readonly storePort: number;
  readonly once: boolean;
  readonly keep: boolean;
  readonly fresh: boolean;
  readonly pollEveryMs: number;
  /** Undefined: the simulator. */
  readonly realStore: RealStore | undefined;
}

/** A live store, which the local run reads and, unless told to, never changes. */
export interface RealStore extends StoreAccount {
  readonly advance: boolean;
}

export const usage = `Usage: npm start -- [options]
Runs the whole service on this machine: MiniStack stands in for AWS, a simulator for the BigCommerce store.

  --once                 end when every order has arrived, with exit code 0, or 1 and what is missing
  --poll-every SECONDS   how often the store is polled (60)
  --aws-port PORT        where MiniStack listens (${defaultAwsPort})
  --store-port PORT      where the simulator listens (8080)
  --keep                 go on where the last run with --keep ended
  --fresh                forget what --keep kept
  --advance              with a store of your own: move the status of its orders on, too
  --help

A store of your own takes the simulator's place when BIGCOMMERCE_STORE_HASH, BIGCOMMERCE_CLIENT_ID and
BIGCOMMERCE_TOKEN are set (also BIGCOMMERCE_CLIENT_SECRET and BIGCOMMERCE_API_URL, if you like). Its orders are
only read and copied to this machine, unless --advance is given.`;

const options = {
  once: { type: 'boolean' },
  keep: { type: 'boolean' },
  fresh: { type: 'boolean' },
  advance: { type: 'boolean' },
  'poll-every': { type: 'string', default: '60' },
  'aws-port': { type: 'string', default: String(defaultAwsPort) },
  'store-port': { type: 'string', default: '8080' },
} as const;

/** Throws CommandError for what cannot be meant. */
export function readStartOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): StartOptions {
  const { values } = readArguments(options, usage, { args });
  const { once = false, keep = false, fresh = false, advance = false } = values;
  const realStore = readRealStore(environment, advance);
  if (advance && realStore === undefined) {
    throw new CommandError(
      '--advance is for a store of your own; the orders of the simulator move on anyway.',
    );
  }
  if (keep && realStore !== undefined) {
    throw new CommandError(
      "--keep would write your store's token to this disk: leave it out with a real store.",
    );
  }
  return {
    awsPort: wholeNumber('aws-port', values['aws-port'], 1, 65_535),
    storePort: wholeNumber('store-port', values['store-port'], 1, 65_535),
    pollEveryMs: wholeNumber('poll-every', values['poll-every'], 1, 86_400) * 1_000,
    ...{ once, keep, fresh, realStore },
  };
}

const needed = ['BIGCOMMERCE_STORE_HASH', 'BIGCOMMERCE_CLIENT_ID', 'BIGCOMMERCE_TOKEN'] as const;

function readRealStore(
  environment: Readonly<Record<string, string | undefined>>,
  advance: boolean,
): RealStore | undefined {
  const given = (name: string) => environment[name] ?? '';
  const missing = needed.filter((name) => given(name) === '');
  if (missing.length === needed.length) return undefined;
  if (missing.length > 0) {
    const set = needed.filter((name) => given(name) !== '').join(' and ');
    throw new CommandError(
      `${set} ${missing.length === 1 ? 'are' : 'is'} set and ${missing.join(' and ')} not: ` +
        'set all three for a store of your own, or none for the simulator.',
    );
  }
  return {
    storeHash: given('BIGCOMMERCE_STORE_HASH'),
    clientId: given('BIGCOMMERCE_CLIENT_ID'),
    accessToken: given('BIGCOMMERCE_TOKEN'),
    clientSecret: given('BIGCOMMERCE_CLIENT_SECRET'),
    apiUrl: given('BIGCOMMERCE_API_URL') || 'https://api.bigcommerce.com',
    advance,
  };
}
