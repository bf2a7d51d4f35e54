// What has happened in the store, for tests to assert on and for webhooks to announce. A status change counts as
// a mail to the customer: which statuses send one is a setting of the real store that no request can see.
import type { Clock } from './clock';

/** Who did it: a call of the API, or the merchant (a test, the admin page). */
export type Actor = 'api' | 'merchant';

/** One thing that happened. `paid` and `unpaid` are the flips that submit or void tax documents. */
export interface StoreEvent {
  readonly kind:
    | 'created'
    | 'updated'
    | 'statusUpdated'
    | 'archived'
    | 'removed'
    | 'cartConverted'
    | 'mail'
    | 'paid'
    | 'unpaid';
  readonly orderId: number;
  readonly by: Actor;
  /** For a change of status: the one before and the one after. */
  readonly from?: number;
  readonly to?: number;
  /** Milliseconds, by the store's clock. */
  readonly at: number;
}

/** The record of events. */
export interface Events {
  all(): readonly StoreEvent[];
  of(kind: StoreEvent['kind'], orderId?: number): StoreEvent[];
  clear(): void;
  emit(event: Omit<StoreEvent, 'at'>): void;
  listen(listener: (event: StoreEvent) => void): void;
}

/** An empty record. */
export function createEvents(clock: Clock): Events {
  let events: StoreEvent[] = [];
  const listeners: ((event: StoreEvent) => void)[] = [];
  return {
    all: () => events,
    of: (kind, orderId) =>
      events.filter((event) => event.kind === kind && (orderId === undefined || event.orderId === orderId)),
    clear: () => {
      events = [];
    },
    emit: (event) => {
      const stamped = { ...event, at: clock.now() };
      events.push(stamped);
      for (const listener of listeners) listener(stamped);
    },
    listen: (listener) => void listeners.push(listener),
  };
}
