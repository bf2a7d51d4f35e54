// The state of one store: everything that the API reads and changes, as data.
import type { Clock } from '../clock';
import type { Credentials } from '../credentials';
import type { Events } from '../events';
import type { Orders } from '../orders/orders';
import type { RequestLog } from '../request-log';
import type { Switches } from '../switches';
import type { Deliveries } from '../webhooks/deliveries';
import type { Hooks } from '../webhooks/hooks';
import type { Faults } from './faults';
import type { Quota, QuotaLimit } from './quota';

/** The settings that may change while the store runs. */
export interface Settings {
  latencyMs: number;
  quota: QuotaLimit;
  scopes: readonly string[];
  /** Where the store listens, such as `http://127.0.0.1:8080`; empty without a socket. */
  origin: string;
}

/** The state of a store. */
export interface StoreState {
  readonly seed: number;
  readonly credentials: Credentials;
  readonly settings: Settings;
  readonly switches: Switches;
  readonly clock: Clock;
  readonly orders: Orders;
  readonly events: Events;
  readonly log: RequestLog;
  readonly quota: Quota;
  readonly faults: Faults;
  readonly hooks: Hooks;
  readonly deliveries: Deliveries;
}
