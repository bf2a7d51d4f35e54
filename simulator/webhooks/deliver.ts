// Brings one delivery to its destination, again and again for two days by BigCommerce's own schedule, and then
// gives its hook up. Time and transport are the store's.
import { exceptionsOf } from './announcements';
import type { Exception } from './announcements';
import { createBlocklist } from './blocklist';
import type { BlockedDomain } from './blocklist';
import type { Clock } from '../clock';
import { signedHeaders } from './deliver-one';
import type { Hooks, KeptHook } from './hooks';
import type { SendWebhook } from './send';
import type { Credentials } from '../credentials';
import type { Switches } from '../switches';

/** One event on its way to one hook. */
export interface Delivery {
  /** `webhook-id`: the same for every attempt and every duplicate. */
  readonly id: string;
  readonly hookId: number;
  readonly scope: string;
  readonly destination: string;
  readonly body: string;
  readonly attempts: readonly Attempt[];
  /** `dropped`: its hook was switched off; `lost`: its domain was blocked, and the switch says lost. */
  readonly state: 'waiting' | 'delivered' | 'givenUp' | 'dropped' | 'lost';
}

/** One attempt, with what came of it. */
export interface Attempt {
  readonly at: number;
  readonly status?: number;
  readonly error?: string;
}

type Mutable<Type> = { -readonly [Field in keyof Type]: Type[Field] };

/** A delivery as the courier marks it. */
export type OnItsWay = Mutable<Omit<Delivery, 'attempts'>> & { attempts: Attempt[] };

/** What the courier needs of its store. */
export interface CourierWorld {
  readonly credentials: Credentials;
  readonly switches: Switches;
  readonly clock: Clock;
  readonly hooks: Hooks;
  readonly send: SendWebhook;
}

/** Whoever carries deliveries. */
export interface Courier {
  carry(delivery: OnItsWay, delayMs: number): void;
  blocked(): BlockedDomain[];
  /** Waits until no attempt is under way. */
  idle(): Promise<void>;
}

// [docs] seconds between the attempts; 48 hours in all.
const RETRY_SECONDS = [60, 180, 300, 600, 900, 1800, 3600, 7200, 21_600, 50_400, 86_400] as const;

/** A courier who reports what goes wrong to `tell`. */
export function createCourier(
  world: CourierWorld,
  tell: (exception: Exception | undefined) => void,
): Courier {
  const { clock, hooks, switches } = world;
  const blocklist = createBlocklist(clock);
  const exceptions = exceptionsOf(world);
  const underWay = new Set<Promise<void>>();

  const start = (delivery: OnItsWay): void => {
    const running = attempt(delivery).finally(() => underWay.delete(running));
    underWay.add(running);
  };
  const attempt = async (delivery: OnItsWay): Promise<void> => {
    const kept = hooks.get(delivery.hookId);
    const domain = new URL(delivery.destination).host;
    if (!kept?.hook.is_active) delivery.state = 'dropped';
    else if (blocklist.isBlocked(domain)) holdBack(delivery);
    else await send(kept, domain, delivery);
  };
  const send = async (kept: KeptHook, domain: string, delivery: OnItsWay): Promise<void> => {
    const made = await sendOnce(world, kept, delivery);
    delivery.attempts.push(made);
    const ok = made.status !== undefined && made.status >= 200 && made.status < 300;
    if (blocklist.record(domain, ok)) tell(exceptions.blocked(delivery));
    if (ok) delivery.state = 'delivered';
    else retry(delivery);
  };
  const holdBack = (delivery: OnItsWay): void => {
    delivery.attempts.push({ at: clock.now(), error: 'The domain is blocked.' });
    if (switches.eventsDuringBlock === 'lost') delivery.state = 'lost';
    else retry(delivery);
  };
  const retry = (delivery: OnItsWay): void => {
    const seconds = RETRY_SECONDS[delivery.attempts.length - 1];
    if (seconds === undefined) {
      delivery.state = 'givenUp';
      hooks.deactivate(delivery.hookId, 'its deliveries failed for 48 hours');
      tell(exceptions.givenUp(delivery));
    } else {
      clock.later(() => start(delivery), seconds * 1000);
      tell(exceptions.willRetry(delivery));
    }
  };
  return {
    carry: (delivery, delayMs) => {
      if (delayMs > 0) clock.later(() => start(delivery), delayMs);
      else start(delivery);
    },
    blocked: () => blocklist.blocked(),
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

async function sendOnce(world: CourierWorld, kept: KeptHook, delivery: OnItsWay): Promise<Attempt> {
  const { clock, credentials, switches, send } = world;
  const at = clock.now();
  const first = delivery.attempts[0]?.at ?? at;
  const stamp = Math.floor((switches.restampRetries ? at : first) / 1000);
  const secret = kept.version === 'v3' || switches.v2HooksSigned ? credentials.clientSecret : '';
  const headers = {
    'content-type': 'application/json',
    ...signedHeaders(secret, delivery.id, stamp, delivery.body),
    ...kept.hook.headers,
  };
  try {
    const timeoutMs = switches.deliveryTimeoutMs;
    const { status } = await send({ url: delivery.destination, headers, body: delivery.body, timeoutMs });
    return { at, status };
  } catch (error) {
    return { at, error: error instanceof Error ? error.message : String(error) };
  }
}
