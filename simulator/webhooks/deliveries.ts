// Sends the store's events to registered hooks: at least once, in no promised order, and with the delays and
// duplicates that a test configures.
import { announcementsOf } from './announcements';
import type { Announcement, DeliveryException } from './announcements';
import type { BlockedDomain } from './blocklist';
import { Deliverer } from './deliver';
import type { DelivererContext, Delivery, OngoingDelivery } from './deliver';
import type { Events } from '../events';
import type { KeptHook } from './hooks';
import type { Orders } from '../orders/orders';
import { randomFrom, uuid } from '../random';
import { webhookBody } from './bodies';

/** How deliveries deviate from prompt and single; live. */
export interface DeliveryHabits {
  /** The share of events that arrive twice, from 0 to 1. */
  duplicates?: number;
  /** The delay of every event. */
  lateMs?: number;
  /** The largest random delay added to `lateMs`: events overtake each other. */
  shuffleMs?: number;
  /** How long a new hook gets no events; up to one minute in the real store. */
  newHookDelayMs?: number;
}

/** The deliveries of one store. */
export interface Deliveries {
  readonly habits: DeliveryHabits;
  all(): readonly Delivery[];
  blocked(): BlockedDomain[];
  /** Waits until no attempt is running; attempts that are due later do not count. */
  idle(): Promise<void>;
}

/** The parts of a store that its deliveries use. */
interface DeliveriesContext extends DelivererContext {
  readonly seed: number;
  readonly events: Events;
  readonly orders: Orders;
}

/** Delivers the store's events from now on. */
export function createDeliveries(context: DeliveriesContext, initialHabits: DeliveryHabits = {}): Deliveries {
  const { clock, events, hooks } = context;
  const habits = { ...initialHabits };
  const deliveries: OngoingDelivery[] = [];
  const random = randomFrom(context.seed, 'deliveries');

  const announce = (kept: KeptHook, announcement: Announcement): void => {
    const delivery = newDelivery(context, kept, announcement, `msg_${uuid(random)}`);
    const copies = random() < (habits.duplicates ?? 0) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const ongoing: OngoingDelivery = { ...delivery, attempts: [], state: 'waiting' };
      deliveries.push(ongoing);
      deliverer.deliver(ongoing, (habits.lateMs ?? 0) + random() * (habits.shuffleMs ?? 0));
    }
  };
  const announceException = (exception: DeliveryException | undefined): void => {
    if (!exception) return;
    for (const kept of hooks.listening(exception.scope)) {
      if (kept.hook.destination !== exception.destination) announce(kept, exception);
    }
  };
  const deliverer = new Deliverer(context, announceException);
  const isNew = ({ hook }: KeptHook): boolean =>
    clock.now() - hook.created_at * 1000 < (habits.newHookDelayMs ?? 0);

  events.listen((event) => {
    for (const announcement of announcementsOf(event, context)) {
      for (const kept of hooks.listening(announcement.scope)) if (!isNew(kept)) announce(kept, announcement);
    }
  });
  return {
    habits,
    all: () => deliveries,
    blocked: () => deliverer.blocked(),
    idle: () => deliverer.idle(),
  };
}

function newDelivery(
  { clock, credentials, switches }: DeliveriesContext,
  { hook }: KeptHook,
  { scope, data }: Announcement,
  id: string,
): Omit<Delivery, 'attempts' | 'state'> {
  const envelope = {
    storeHash: credentials.storeHash,
    scope,
    data,
    createdAtSeconds: Math.floor(clock.now() / 1000),
  };
  const body = webhookBody(envelope, switches.webhookEscaping);
  return { id, hookId: hook.id, scope, destination: hook.destination, body };
}
