// The BigCommerce store simulator: a store that answers over loopback HTTP, or without a socket.
import { serve } from './server';
import { createStore } from './create';
import type { Store, StoreOptions } from './create';

export { createStore };
export type { Store };
export type { Answer, BrokenAnswer, ErrorForm } from './api/response';
export type { SetTimer } from './clock';
export type { OneWebhook, WebhookAnswer } from './webhooks/deliver-one';
export type { Attempt, Delivery } from './webhooks/deliver';
export type { DeliveryHabits } from './webhooks/deliveries';
export type { StoreEvent } from './events';
export type { Damage } from './api/broken-responses';
export type { Fault, FaultedCall } from './api/faults';
export type { Hook } from './webhooks/hook-rules';
export type { NewLine, OrderLine } from './orders/line-shapes';
export type { KeptOrder, NewOrder } from './orders/order-defaults';
export type { Coupon, Fee, Order } from './orders/order-shapes';
export type { LogEntry, RequestLog } from './request-log';
export type { StoreRequest } from './api/routing';
export type { SendWebhook, WebhookRequest } from './webhooks/send';
export type { Credentials } from './credentials';
export type { Settings } from './api/state';
export type { StoreOptions } from './create';
export type { RateLimitHeaders, Switches } from './switches';
export { catalogue } from './orders/catalogue';
export type { CatalogueProduct } from './orders/catalogue';
export { signWebhook } from './webhooks/sign';
export { fillStore, addSampleOrders, type SampleOrder } from './orders/sample-orders';

/** The options of a simulator: those of a store, and its port. */
export interface SimulatorOptions extends StoreOptions {
  /** A port on 127.0.0.1; 0, the default, takes any free port. */
  readonly port?: number;
}

/** A store that listens. */
export interface Simulator extends Store {
  /** Without a trailing slash; `/stores/{hash}/v2/…` follows. */
  readonly url: string;
  /** Closes the socket and every connection, and cancels everything that waits. */
  stop(): Promise<void>;
}

/** Starts a store on this machine; rejects if the port is in use. */
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
