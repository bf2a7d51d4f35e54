// A real Tryton for the conformance kit.
import { createAdapter } from '../../lambda/shared/erp/adapters';
import { startTryton } from '../../scripts/local/tryton';
import type { ErpUnderTest } from '../erp/under-test';
import { aMapping } from './sales-order';
import { createUser } from './tryton-admin';
import { staffOf } from './tryton-staff';
import type { TrytonStaff } from './tryton-staff';

export type TrytonUnderTest = ErpUnderTest &
  Pick<TrytonStaff, 'enterCustomer' | 'clearWebShop' | 'deleteSale'> & {
    /** Returns the key of a new user of the groups. */
    readonly createUser: (groups: readonly string[]) => Promise<string>;
  };

/** Starts a Tryton with a database of its own, which `stop` deletes. */
export async function startTrytonUnderTest(): Promise<TrytonUnderTest> {
  const tryton = await startTryton();
  const mapping = aMapping({ items: { by: 'sku', rename: {}, else: 'hold' } });
  const connect = createAdapter('tryton');
  const staff = staffOf(tryton);
  const { enterCustomer, clearWebShop, deleteSale } = staff;
  return {
    mapping,
    url: tryton.url,
    staff,
    enterCustomer,
    clearWebShop,
    createUser: (groups) => createUser(tryton, groups),
    deleteSale,
    create: (overrides = {}) =>
      connect({
        url: tryton.url,
        requestTimeoutMs: 30_000,
        mapping,
        credentials: () => Promise.resolve(JSON.stringify({ key: tryton.key })),
        callsUntil: Date.now() + 3_600_000,
        now: Date.now,
        ...overrides,
      }),
    stop: () => tryton.stop(),
  };
}
