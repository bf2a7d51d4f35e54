// The options of start, and the store of the environment.
import { defaultAwsPort } from '../service/local-endpoint';
import { UsageError } from '../terminal/command-error';
import { choice, flag, wholeNumber, withDefault } from '../terminal/options';
import type { OptionsOf } from '../terminal/options';
import type { StoreAccount } from './store-account';

const PORTS = [1, 65_535] as const;

export const startOptions = {
  once: flag('end when every order has arrived, with exit code 0, or with 1 and the problems'),
  pollEvery: withDefault(wholeNumber('<seconds>', [1, 86_400], 'how often the store is polled'), 60),
  awsPort: withDefault(wholeNumber('<port>', PORTS, 'where MiniStack listens'), defaultAwsPort),
  storePort: withDefault(wholeNumber('<port>', PORTS, 'where the simulator listens'), 8080),
  erp: choice(
    '<name>',
    ['tryton'],
    'also deliver every order into an ERP, which is installed and started here',
  ),
  erpPort: withDefault(wholeNumber('<port>', PORTS, 'where the ERP listens'), 8090),
  keep: flag('keep the data for the next run with --keep, and continue from the last one'),
  fresh: flag('delete the data that --keep has kept'),
  advance: flag('with your own store: also change the status of its orders'),
} as const;

export type StartCommandOptions = OptionsOf<typeof startOptions>;

export interface StartOptions {
  readonly awsPort: number;
  readonly storePort: number;
  /** Undefined: no ERP. */
  readonly erp: 'tryton' | undefined;
  readonly erpPort: number;
  readonly once: boolean;
  readonly keep: boolean;
  readonly fresh: boolean;
  readonly pollEveryMs: number;
  /** Undefined: the simulator. */
  readonly realStore: RealStore | undefined;
}

/** A live store, which the local run reads, and changes only with --advance. */
export interface RealStore extends StoreAccount {
  readonly advance: boolean;
}

/** Throws UsageError for options that contradict each other or the environment. */
export function readStartOptions(
  { once, keep, fresh, advance, awsPort, storePort, erp, erpPort, pollEvery }: StartCommandOptions,
  environment: Readonly<Record<string, string | undefined>>,
): StartOptions {
  const realStore = readRealStore(environment, advance);
  if (advance && realStore === undefined) {
    throw new UsageError('--advance is only for your own store: orders of the simulator always advance');
  }
  if (keep && realStore !== undefined) {
    throw new UsageError(
      "--keep cannot be used with your own store: it would write the store's token to this disk",
    );
  }
  if (erp !== undefined && realStore !== undefined) {
    throw new UsageError(
      '--erp cannot be used with your own store: the local ERP has the products of the simulated store only',
    );
  }
  return { awsPort, storePort, erp, erpPort, pollEveryMs: pollEvery * 1_000, once, keep, fresh, realStore };
}

const required = ['BIGCOMMERCE_STORE_HASH', 'BIGCOMMERCE_CLIENT_ID', 'BIGCOMMERCE_TOKEN'] as const;

function readRealStore(
  environment: Readonly<Record<string, string | undefined>>,
  advance: boolean,
): RealStore | undefined {
  const given = (name: string) => environment[name] ?? '';
  const missing = required.filter((name) => given(name) === '');
  if (missing.length === required.length) return undefined;
  if (missing.length > 0) {
    const set = required.filter((name) => given(name) !== '').join(' and ');
    throw new UsageError(
      `${set} ${missing.length === 1 ? 'are' : 'is'} set, but ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not: ` +
        'set all three for your own store, or none for the simulator',
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
