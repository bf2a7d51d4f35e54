// Tells registered hooks what happens in the store: at least once, in no promised order, and as untidily as a
// test wants it.
import { announcementsOf } from './announcements';
import type { Exception } from './announcements';
import type { BlockedDomain } from './blocklist';
import { createCourier } from './deliver';
import type { CourierWorld, Delivery, OnItsWay } from './deliver';
import type { Events } from '../events';
import type { KeptHook } from './hooks';
import type { Orders } from '../orders/orders';
import { randomFrom, uuid } from '../random';
import { webhookBody } from './bodies';

/** How untidy deliveries are; all of it is live. */
export interface DeliveryHabits {
  /** The share of events that arrive twice, 0 to 1. */
  duplicates?: number;
  /** Every event is this late. */
  lateMs?: number;
  /** Every event is late by up to so much more, by chance: they overtake each other. */
  shuffleMs?: number;
  /** A new hook hears nothing for this long; up to a minute in the real store. */
  newHookDelayMs?: number;
}

/** The deliveries of one store. */
export interface Deliveries {
  readonly habits: DeliveryHabits;
  all(): readonly Delivery[];
  blocked(): BlockedDomain[];
  /** Waits until no attempt is under way; what waits for its time does not count. */
  idle(): Promise<void>;
}

/** What deliveries need of their store. */
export interface DeliveriesWorld extends CourierWorld {
  readonly seed: number;
  readonly events: Events;
  readonly orders: Orders;
}

/** Listens to the store's events from now on. */
export function createDeliveries(world: DeliveriesWorld, wanted: DeliveryHabits = {}): Deliveries {
  const { clock, events, hooks, switches, credentials } = world;
  const habits = { ...wanted };
  const deliveries: OnItsWay[] = [];
  const random = randomFrom(world.seed, 'deliveries');

  const announce = (kept: KeptHook, scope: string, data: unknown): void => {
    const createdAtSeconds = Math.floor(clock.now() / 1000);
    const { storeHash } = credentials;
    const body = webhookBody({ storeHash, scope, data, createdAtSeconds }, switches.webhookEscaping);
    const { id: hookId, destination } = kept.hook;
    const id = `msg_${uuid(random)}`;
    const copies = random() < (habits.duplicates ?? 0) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const delivery: OnItsWay = { id, hookId, scope, destination, body, attempts: [], state: 'waiting' };
      deliveries.push(delivery);
      courier.carry(delivery, (habits.lateMs ?? 0) + random() * (habits.shuffleMs ?? 0));
    }
  };
  const tell = (exception: Exception | undefined): void => {
    if (!exception) return;
    const elsewhere = ({ hook }: KeptHook): boolean => hook.destination !== exception.destination;
    for (const kept of hooks.listening(exception.scope).filter(elsewhere)) {
      announce(kept, exception.scope, exception.data);
    }
  };
  const courier = createCourier(world, tell);
  const isNew = ({ hook }: KeptHook): boolean =>
    clock.now() - hook.created_at * 1000 < (habits.newHookDelayMs ?? 0);

  events.listen((event) => {
    for (const { scope, data } of announcementsOf(event, world)) {
      for (const kept of hooks.listening(scope)) if (!isNew(kept)) announce(kept, scope, data);
    }
  });
  return { habits, all: () => deliveries, blocked: () => courier.blocked(), idle: () => courier.idle() };
}
