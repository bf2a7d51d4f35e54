// What the flows of the worker are given: adapters, policy and the invocation.
import type { LoadedMapping } from '../shared/delivery/mapping';
import type { Alerts } from '../shared/aws/alerts';
import type { Erp } from '../shared/erp/erp';
import type { Deliveries } from '../shared/tables/deliveries';
import type { DeliveryKeys } from '../shared/tables/delivery-keys';
import type { OrdersTable } from '../shared/tables/orders';
import type { Log } from '../shared/runtime/log';
import type { Admission } from './admission';

export interface FlowDeps {
  readonly adapters: {
    readonly deliveries: Pick<Deliveries, 'find' | 'takeLease' | 'changeLeased'>;
    readonly keys: Pick<
      DeliveryKeys,
      | 'takeSlot'
      | 'releaseSlot'
      | 'circuit'
      | 'openCircuit'
      | 'probe'
      | 'closeCircuit'
      | 'customer'
      | 'takeCustomer'
      | 'changeCustomer'
      | 'forgetCustomer'
    >;
    readonly orders: Pick<OrdersTable, 'find'>;
    readonly erp: Erp;
    readonly alerts: Pick<Alerts, 'sendHourly'>;
    readonly log: Log;
  };
  readonly policy: {
    readonly mapping: LoadedMapping;
    /** `off` delivers nothing; `shadow` writes nothing to the ERP. */
    readonly mode: 'off' | 'shadow' | 'live';
    /** Epoch milliseconds; orders made earlier are not created in the ERP. */
    readonly createdFrom: number | undefined;
    readonly concurrency: number;
    readonly requestTimeoutMs: number;
    /** The operator's settle time in milliseconds; undefined for the adapter's. */
    readonly settleMs: number | undefined;
  };
  readonly invocation: {
    readonly worker: string;
    readonly now: () => number;
    readonly random: () => number;
    /** Shared by all orders of the invocation. */
    readonly admission: Admission;
    /** No order begins later; epoch milliseconds. */
    readonly beginBefore: number;
    /** No request of this invocation is under way any more; epoch milliseconds. */
    readonly leaseUntil: number;
  };
}

/** Containers' clocks differ by at most this much, either way. */
const CLOCK_MS = 5_000;

/** A request leaves at most this long after its intent was written. */
export const LEAVES_WITHIN_MS = 2_000;

/** How long the ERP may be working on a request, and hiding its effect, after the intent was written; milliseconds. */
export function intentMs({ adapters, policy }: FlowDeps): number {
  const { settleMs, findLagMs } = adapters.erp.facts;
  const settle = policy.settleMs ?? settleMs;
  return LEAVES_WITHIN_MS + policy.requestTimeoutMs + settle + findLagMs + CLOCK_MS;
}
