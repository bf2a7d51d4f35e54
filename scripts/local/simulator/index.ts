// The BigCommerce store simulator: a store in a box that answers over loopback HTTP, or without any socket.
import { serve } from './server';
import { createStore, type Store, type StoreOptions } from './store';

export { createStore };
export type { Store };
export type { Answer, BrokenAnswer, ErrorForm } from './answers';
export type { SetTimer } from './clock';
export type { OneWebhook, WebhookAnswer } from './deliver-webhook';
export type { Attempt, Delivery } from './courier';
export type { DeliveryHabits } from './deliveries';
export type { StoreEvent } from './events';
export type { Damage } from './damage';
export type { Fault, FaultedCall } from './faults';
export type { Hook } from './hooks';
export type { NewLine, OrderLine } from './line-shapes';
export type { KeptOrder, NewOrder } from './order-defaults';
export type { Coupon, Fee, Order } from './order-shapes';
export type { LogEntry, RequestLog } from './request-log';
export type { StoreRequest } from './routing';
export type { SendWebhook, WebhookRequest } from './send-webhook';
export type { Credentials, Settings, StoreOptions } from './store';
export type { RateLimitHeaders, Switches } from './switches';
export { signWebhook } from './sign-webhook';
export { fillStore, tellingOrders, type TellingOrder } from './telling-orders';

/** What a simulator can be told: all that a store can, and its port. */
export interface SimulatorOptions extends StoreOptions {
  /** On 127.0.0.1; 0, the default, takes any free one. */
  readonly port?: number;
}

/** A store that listens. */
export interface Simulator extends Store {
  /** Without a slash at the end; `/stores/{hash}/v2/…` follows. */
  readonly url: string;
  /** Closes the socket and every connection, and calls off what waits. */
  stop(): Promise<void>;
}

/** Starts a store on this machine; fails if the port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const store = createStore(options);
  const server = await serve(store, options.port ?? 0);
  store.settings.origin = server.url;
  return {
    ...store,
    url: server.url,
    stop: async () => {
      store.close();
      await server.stop();
    },
  };
}
