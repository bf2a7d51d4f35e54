// The store without a socket: its state, and one function that answers requests. Tests on virtual time use it
// directly; the server puts HTTP in front of it.
import { handle } from './api/dispatch';
import { createFaults } from './api/faults';
import { createQuota } from './api/quota';
import type { QuotaLimit } from './api/quota';
import type { Answer, BrokenAnswer } from './api/response';
import { routes } from './api/routes';
import type { StoreRequest } from './api/routing';
import type { Settings, StoreState } from './api/state';
import { createClock } from './clock';
import type { SetTimer } from './clock';
import { completeCredentials } from './credentials';
import type { Credentials } from './credentials';
import { createEvents } from './events';
import { createOrders } from './orders/orders';
import { createRequestLog } from './request-log';
import { defaultSwitches } from './switches';
import type { Switches } from './switches';
import { deliverWebhook } from './webhooks/deliver-one';
import type { OneWebhook, WebhookAnswer } from './webhooks/deliver-one';
import { createDeliveries } from './webhooks/deliveries';
import type { DeliveryHabits } from './webhooks/deliveries';
import { Hooks } from './webhooks/hooks';
import { sendOverLoopback } from './webhooks/send';
import type { SendWebhook } from './webhooks/send';

/** The options of a store; each has a default. */
export interface StoreOptions extends Partial<Credentials> {
  /** The same seed gives the same orders and the same faults. */
  readonly seed?: number;
  /** The store's clock, in milliseconds since 1970. */
  readonly now?: () => number;
  readonly setTimer?: SetTimer;
  /** The duration of every call. */
  readonly latencyMs?: number;
  readonly quota?: QuotaLimit;
  /** The OAuth scopes of the account. */
  readonly scopes?: readonly string[];
  readonly switches?: Partial<Switches>;
  /** Sends webhooks; by default over loopback HTTP. */
  readonly send?: SendWebhook;
  readonly deliveries?: DeliveryHabits;
}

/** A simulated store. */
export interface Store extends StoreState {
  handle(request: StoreRequest): Promise<Answer | BrokenAnswer>;
  deliverWebhook(webhook: OneWebhook): Promise<WebhookAnswer>;
  /** Cancels everything that waits: late responses, deliveries, retries. */
  close(): void;
}

/** Creates an empty store. */
export function createStore(options: StoreOptions = {}): Store {
  const { seed = 1, send = sendOverLoopback } = options;
  const clock = createClock(options.now, options.setTimer);
  const credentials = completeCredentials(options);
  const settings = settingsFrom(options);
  const switches = { ...defaultSwitches(), ...options.switches };
  const events = createEvents(clock);
  const orders = createOrders({
    seed,
    switches,
    clock,
    events,
    storeHash: () => credentials.storeHash,
    origin: () => settings.origin,
  });
  const hooks = new Hooks({ credentials, switches, clock });
  const state: StoreState = {
    seed,
    credentials,
    settings,
    switches,
    clock,
    orders,
    events,
    hooks,
    log: createRequestLog(),
    quota: createQuota(clock, () => settings.quota),
    faults: createFaults(seed),
    deliveries: createDeliveries(
      { seed, credentials, switches, clock, events, orders, hooks, send },
      options.deliveries,
    ),
  };
  return {
    ...state,
    handle: (request) => handle(state, routes, request),
    deliverWebhook: (webhook) => deliverWebhook(state, send, webhook),
    close: () => clock.stop(),
  };
}

function settingsFrom(options: StoreOptions): Settings {
  const {
    latencyMs = 0,
    quota = { requests: 1_000_000, windowMs: 30_000 },
    scopes = ['store_v2_orders', 'store_v2_information_read_only'],
  } = options;
  return { latencyMs, quota: { ...quota }, scopes, origin: '' };
}
