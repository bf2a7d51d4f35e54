// The customer of an order in the ERP: known, found or created, by the rule of an order, since ten orders of one new customer
// come at once. Its row has its own lease and its own intent.
import type { ErpCustomer } from '../shared/delivery/erp-order';
import type { SalesOrder } from '../shared/delivery/sales-order';
import { ErpError } from '../shared/runtime/errors';
import { iso } from '../shared/runtime/time';
import type { CustomerRow } from '../shared/tables/delivery-keys';
import type { Ended, State, StoreSide } from './attempt';
import { ended } from './attempt';
import { tooLate } from './find';
import { endOfFailure, heldBy } from './outcome';
import { intentMs, LEAVES_WITHIN_MS } from './settings';
import type { FlowDeps } from './settings';

export type Buyer =
  | { readonly kind: 'customer'; readonly customer: ErpCustomer; readonly how: 'known' | 'found' | 'created' }
  | { readonly kind: 'next'; readonly state: State };

/** While another worker creates the customer. */
const TAKEN_WAIT_MS = 5_000;

/** The customer's id in the ERP, or the end of the attempt. */
export async function customerOf(document: SalesOrder, { row }: StoreSide, deps: FlowDeps): Promise<Buyer> {
  const { party } = document;
  const { keys } = deps.adapters;
  const { worker, now, leaseUntil } = deps.invocation;
  const known = await keys.customer(party.key);
  if (known?.id !== undefined) return customer(known.id, party, 'known');
  const taken = await keys.takeCustomer(party.key, worker, leaseUntil, now());
  if (taken === undefined) {
    return next(ended(row, { kind: 'postponed', dueAt: now() + TAKEN_WAIT_MS, why: 'customer-taken' }));
  }
  if (taken.id !== undefined) {
    await keys.changeCustomer(party.key, worker, { released: true });
    return customer(taken.id, party, 'known');
  }
  try {
    return await findOrCreate(document, taken, row, deps);
  } catch (error) {
    // An intent stays: only the lease ends.
    await keys.changeCustomer(party.key, worker, { released: true });
    throw error;
  }
}

async function findOrCreate(
  document: SalesOrder,
  taken: CustomerRow,
  row: StoreSide['row'],
  deps: FlowDeps,
): Promise<Buyer> {
  const { party } = document;
  const { keys, erp } = deps.adapters;
  const { worker, now, leaseUntil } = deps.invocation;
  const askedAt = now();
  const found = await erp.findCustomers(party);
  const [first, second] = found;
  if (first !== undefined && second === undefined) return remember(first, 'found', party, row, deps);
  const release = async (state: Ended): Promise<Buyer> => {
    await keys.changeCustomer(party.key, worker, { released: true });
    return next(state);
  };
  if (second !== undefined) {
    return release(ended(row, heldBy('several-customers', found.map(({ id }) => id).join(', '))));
  }
  const until = taken.until === undefined ? 0 : Date.parse(taken.until);
  if (until >= askedAt && erp.facts.customerKey !== 'refuses') {
    return release(ended(row, { kind: 'postponed', dueAt: until, why: 'customer-unsettled' }));
  }
  const at = now();
  if (leaseUntil - at < 2 * deps.policy.requestTimeoutMs) return release(tooLate(row, at));
  const isIntended = await keys.changeCustomer(party.key, worker, { until: iso(at + intentMs(deps)) });
  if (!isIntended) {
    return next(ended(row, { kind: 'postponed', dueAt: at + TAKEN_WAIT_MS, why: 'customer-taken' }));
  }
  return create(document, at, { row, wasOpen: until >= askedAt }, deps);
}

interface Before {
  readonly row: StoreSide['row'];
  /** An earlier create may still be under way, so that a refusal of this one settles nothing. */
  readonly wasOpen: boolean;
}

async function create(
  document: SalesOrder,
  at: number,
  { row, wasOpen }: Before,
  deps: FlowDeps,
): Promise<Buyer> {
  const { party, billing, shipping } = document;
  const { keys, erp } = deps.adapters;
  const { worker } = deps.invocation;
  const addresses = [billing].concat(shipping.map(({ address }) => address));
  try {
    const made = await erp.createCustomer(party, addresses, at + LEAVES_WITHIN_MS);
    return await remember(made, 'created', party, row, deps);
  } catch (error) {
    const isRefused = error instanceof ErpError && error.provesRefusal;
    if (isRefused && error.failure === 'duplicate') {
      const [made, other] = await erp.findCustomers(party);
      if (made !== undefined && other === undefined) return remember(made, 'found', party, row, deps);
    }
    if (isRefused && !wasOpen) await keys.changeCustomer(party.key, worker, { settled: true });
    await keys.changeCustomer(party.key, worker, { released: true });
    return next(ended(row, await endOfFailure(row, error, deps, isRefused ? 0 : at + intentMs(deps))));
  }
}

async function remember(
  found: ErpCustomer,
  how: 'found' | 'created',
  party: SalesOrder['party'],
  row: StoreSide['row'],
  deps: FlowDeps,
): Promise<Buyer> {
  const { keys } = deps.adapters;
  const { worker, now } = deps.invocation;
  if (await keys.changeCustomer(party.key, worker, { id: found.id }))
    return { kind: 'customer', customer: found, how };
  // The lease is lost: another worker may have found or created another one.
  return next(ended(row, { kind: 'postponed', dueAt: now() + TAKEN_WAIT_MS, why: 'customer-taken' }));
}

const customer = (id: string, { key }: SalesOrder['party'], how: 'known'): Buyer => ({
  kind: 'customer',
  customer: { id, key },
  how,
});

const next = (state: Ended): Buyer => ({ kind: 'next', state });
