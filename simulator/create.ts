// The store without a socket: its state, and one function that answers requests. Tests on virtual time use it as
// it is; the server puts HTTP in front of it.
import { type Answer, type BrokenAnswer } from './api/response';
import { createClock, type Clock, type SetTimer } from './clock';
import { deliverWebhook, type OneWebhook, type WebhookAnswer } from './webhooks/deliver-one';
import { createDeliveries, type Deliveries, type DeliveryHabits } from './webhooks/deliveries';
import { createEvents, type Events } from './events';
import { createFaults, type Faults } from './api/faults';
import { handle } from './api/dispatch';
import { createHooks, type Hooks } from './webhooks/hooks';
import { createOrders, type Orders } from './orders/orders';
import { createQuota, type Quota, type QuotaLimit } from './api/quota';
import { createRequestLog, type RequestLog } from './request-log';
import { routes } from './api/routes';
import { type StoreRequest } from './api/routing';
import { sendOverLoopback, type SendWebhook } from './webhooks/send';
import { defaultSwitches, type Switches } from './switches';

/** What a client needs to be let in. Live: a test may rotate them. */
export interface Credentials {
  storeHash: string;
  clientId: string;
  accessToken: string;
  clientSecret: string;
}

/** What a store can be told; everything has a default. */
export interface StoreOptions extends Partial<Credentials> {
  /** Same seed, same orders, same faults. */
  readonly seed?: number;
  /** The store's clock, in milliseconds since 1970. */
  readonly now?: () => number;
  readonly setTimer?: SetTimer;
  /** How long every answer takes. */
  readonly latencyMs?: number;
  readonly quota?: QuotaLimit;
  /** The OAuth scopes of the account. */
  readonly scopes?: readonly string[];
  readonly switches?: Partial<Switches>;
  /** How webhooks go out; over loopback HTTP unless replaced. */
  readonly send?: SendWebhook;
  readonly deliveries?: DeliveryHabits;
}

/** What may be changed while the store runs. */
export interface Settings {
  latencyMs: number;
  quota: QuotaLimit;
  scopes: readonly string[];
  /** Where the store listens, such as `http://127.0.0.1:8080`; empty without a socket. */
  origin: string;
}

/** A store in a box. */
export interface Store {
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
  handle(request: StoreRequest): Promise<Answer | BrokenAnswer>;
  deliverWebhook(webhook: OneWebhook): Promise<WebhookAnswer>;
  /** Calls off everything that waits: late answers, deliveries, retries. */
  close(): void;
}

/** An empty store. */
export function createStore(options: StoreOptions = {}): Store {
  const { seed = 1, send = sendOverLoopback } = options;
  const clock = createClock(options.now, options.setTimer);
  const credentials = credentialsFrom(options);
  const settings = settingsFrom(options);
  const switches = { ...defaultSwitches(), ...options.switches };
  const events = createEvents(clock);
  const orders = createOrders({
    ...{ seed, switches, clock, events },
    storeHash: () => credentials.storeHash,
    origin: () => settings.origin,
  });
  const hooks = createHooks({ credentials, switches, clock });
  const store: Store = {
    ...{ seed, credentials, settings, switches, clock, orders, events, hooks },
    log: createRequestLog(),
    quota: createQuota(clock, () => settings.quota),
    faults: createFaults(seed),
    deliveries: createDeliveries(
      { seed, credentials, switches, clock, events, orders, hooks, send },
      options.deliveries,
    ),
    handle: (request) => handle(store, routes, request),
    deliverWebhook: (webhook) => deliverWebhook(store, send, webhook),
    close: () => clock.stop(),
  };
  return store;
}

function credentialsFrom(options: StoreOptions): Credentials {
  const {
    storeHash = 'abc123xyz',
    clientId = 'simclientid0000000000000000001',
    accessToken = 'sim-access-token-not-real-0001',
    clientSecret = 'sim-client-secret-not-real-0001',
  } = options;
  return { storeHash, clientId, accessToken, clientSecret };
}

function settingsFrom(options: StoreOptions): Settings {
  const {
    latencyMs = 0,
    quota = { requests: 1_000_000, windowMs: 30_000 },
    scopes = ['store_v2_orders', 'store_v2_information_read_only'],
  } = options;
  return { latencyMs, quota: { ...quota }, scopes, origin: '' };
}
