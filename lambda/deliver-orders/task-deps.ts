// What the tasks of commands are given.
import type { Mapping } from '../shared/delivery/mapping';
import type { Erp } from '../shared/erp/erp';
import type { Admission } from './admission';
import type { FlowDeps } from './settings';

export interface TaskDeps {
  readonly adapters: {
    readonly deliveries: Pick<FlowDeps['adapters']['deliveries'], 'find'>;
    readonly orders: FlowDeps['adapters']['orders'];
    /** The adapter with another mapping than the worker's. */
    readonly erpWith: (mapping: Mapping) => Erp;
  };
  readonly policy: Pick<FlowDeps['policy'], 'mapping' | 'createdFrom'>;
  readonly invocation: {
    readonly now: () => number;
    /** No order begins later; epoch milliseconds. */
    readonly beginBefore: number;
    readonly admission: Pick<Admission, 'admit' | 'answered' | 'release'>;
  };
}
