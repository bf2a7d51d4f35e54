// The events of the store: tests assert on them and webhooks announce them. Each status change counts as a mail to
// the customer, because no request can read the real store's setting for it.
import type { Clock } from './clock';

/** The cause of an event: a call of the API, or the merchant (a test, an admin page). */
export type Actor = 'api' | 'merchant';

/** One event. `paid` and `unpaid` are the changes that submit or void tax documents. */
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
  /** For a change of status: the status before and after. */
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

/** Creates an empty record. */
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
