// Brings each delivery to its destination. A failed delivery is attempted again for 48 hours, by BigCommerce's
// schedule; then the store gives it up and deactivates its hook.
import { createExceptions } from './announcements';
import type { DeliveryException } from './announcements';
import { createBlocklist } from './blocklist';
import type { BlockedDomain } from './blocklist';
import type { Clock } from '../clock';
import type { Hooks, KeptHook } from './hooks';
import type { SendWebhook } from './send';
import { signedHeaders } from './sign';
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
  /** `dropped`: its hook was inactive; `lost`: its domain was blocked, and the switch says lost. */
  readonly state: 'waiting' | 'delivered' | 'givenUp' | 'dropped' | 'lost';
}

/** One attempt and its result. */
export interface Attempt {
  readonly at: number;
  readonly status?: number;
  readonly error?: string;
}

type Mutable<Type> = { -readonly [Field in keyof Type]: Type[Field] };

/** A delivery while it is being attempted. */
export type OngoingDelivery = Mutable<Omit<Delivery, 'attempts'>> & { attempts: Attempt[] };

/** The parts of a store that its deliveries use. */
export interface DelivererContext {
  readonly credentials: Credentials;
  readonly switches: Switches;
  readonly clock: Clock;
  readonly hooks: Hooks;
  readonly send: SendWebhook;
}

// [docs] seconds between the attempts; 48 hours in all.
const RETRY_SECONDS = [60, 180, 300, 600, 900, 1800, 3600, 7200, 21_600, 50_400, 86_400] as const;

/** Attempts deliveries and passes each delivery exception to `announce`. */
export class Deliverer {
  private readonly blocklist;
  private readonly exceptions;
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly context: DelivererContext,
    private readonly announce: (exception: DeliveryException | undefined) => void,
  ) {
    this.blocklist = createBlocklist(context.clock);
    this.exceptions = createExceptions(context.clock);
  }

  /** Starts the first attempt of a delivery after a delay. */
  deliver(delivery: OngoingDelivery, delayMs: number): void {
    if (delayMs > 0) this.context.clock.later(() => this.start(delivery), delayMs);
    else this.start(delivery);
  }

  blocked(): BlockedDomain[] {
    return this.blocklist.blocked();
  }

  /** Waits until no attempt is running. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private start(delivery: OngoingDelivery): void {
    const attempt = this.attempt(delivery).finally(() => this.running.delete(attempt));
    this.running.add(attempt);
  }

  private async attempt(delivery: OngoingDelivery): Promise<void> {
    const kept = this.context.hooks.get(delivery.hookId);
    const domain = new URL(delivery.destination).host;
    if (!kept?.hook.is_active) delivery.state = 'dropped';
    else if (this.blocklist.isBlocked(domain)) this.holdBack(delivery);
    else await this.send(kept, domain, delivery);
  }

  private async send(kept: KeptHook, domain: string, delivery: OngoingDelivery): Promise<void> {
    const attempt = await sendOnce(this.context, kept, delivery);
    delivery.attempts.push(attempt);
    const { status = 0 } = attempt;
    const isDelivered = status >= 200 && status < 300;
    if (this.blocklist.record(domain, isDelivered)) this.announce(this.exceptions.blocked(delivery));
    if (isDelivered) delivery.state = 'delivered';
    else this.retry(delivery);
  }

  private holdBack(delivery: OngoingDelivery): void {
    const { clock, switches } = this.context;
    delivery.attempts.push({ at: clock.now(), error: 'The domain is blocked.' });
    if (switches.eventsDuringBlock === 'lost') delivery.state = 'lost';
    else this.retry(delivery);
  }

  private retry(delivery: OngoingDelivery): void {
    const { clock, hooks } = this.context;
    const seconds = RETRY_SECONDS[delivery.attempts.length - 1];
    if (seconds === undefined) {
      delivery.state = 'givenUp';
      hooks.deactivate(delivery.hookId, 'its deliveries failed for 48 hours');
      this.announce(this.exceptions.givenUp(delivery));
    } else {
      clock.later(() => this.start(delivery), seconds * 1000);
      this.announce(this.exceptions.willRetry(delivery));
    }
  }
}

async function sendOnce(
  context: DelivererContext,
  kept: KeptHook,
  delivery: OngoingDelivery,
): Promise<Attempt> {
  const { clock, credentials, switches, send } = context;
  const at = clock.now();
  const firstAt = delivery.attempts[0]?.at ?? at;
  const timestampSeconds = Math.floor((switches.restampRetries ? at : firstAt) / 1000);
  const secret = kept.version === 'v3' || switches.v2HooksSigned ? credentials.clientSecret : '';
  const headers = {
    'content-type': 'application/json',
    ...signedHeaders(secret, delivery.id, timestampSeconds, delivery.body),
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
