// Domains whose deliveries fail too often get no webhooks for 3 min. A block covers all destinations on its domain.
import type { Clock } from '../clock';

// [docs] a sliding window of 2 min, evaluated from 100 requests on; below 90 % success the block lasts 3 min.
const WINDOW_MS = 120_000;
const FEWEST_REQUESTS = 100;
const LEAST_SUCCESS = 0.9;
const BLOCK_MS = 180_000;

/** A blocked domain as `GET /v3/hooks/admin` shows it. */
export interface BlockedDomain {
  readonly destination: string;
  /** Seconds. */
  readonly time_left: number;
  readonly reasons: readonly {
    readonly failure_description: string;
    readonly count: number;
    readonly timestamp: number;
  }[];
}

/** The blocklist of one store. */
export interface Blocklist {
  /** Records the result of a delivery; returns true if it got its domain blocked. */
  record(domain: string, isDelivered: boolean): boolean;
  isBlocked(domain: string): boolean;
  blocked(): BlockedDomain[];
}

interface DomainRecord {
  recent: { at: number; isDelivered: boolean }[];
  failures: number;
  blockedAt: number;
}

/** Creates an empty blocklist. */
export function createBlocklist(clock: Clock): Blocklist {
  const domains = new Map<string, DomainRecord>();
  const isBlocked = (domain: string): boolean => {
    const entry = domains.get(domain);
    return entry !== undefined && clock.now() < blockedUntil(entry);
  };
  return {
    isBlocked,
    record: (domain, isDelivered) => {
      const now = clock.now();
      const entry = domains.get(domain) ?? { recent: [], failures: 0, blockedAt: Number.NEGATIVE_INFINITY };
      domains.set(domain, entry);
      entry.recent = [...entry.recent.filter(({ at }) => now - at < WINDOW_MS), { at: now, isDelivered }];
      const failures = entry.recent.filter((delivery) => !delivery.isDelivered).length;
      const success = 1 - failures / entry.recent.length;
      const isEvaluated = entry.recent.length >= FEWEST_REQUESTS && !isBlocked(domain);
      if (!isEvaluated || success >= LEAST_SUCCESS) return false;
      Object.assign(entry, { recent: [], failures, blockedAt: now });
      return true;
    },
    blocked: () =>
      [...domains]
        .filter(([domain]) => isBlocked(domain))
        .map(([domain, entry]) => blockedDomain(domain, entry, clock.now())),
  };
}

function blockedUntil(entry: DomainRecord): number {
  return entry.blockedAt + BLOCK_MS;
}

function blockedDomain(destination: string, entry: DomainRecord, now: number): BlockedDomain {
  return {
    destination,
    time_left: Math.ceil((blockedUntil(entry) - now) / 1000),
    reasons: [
      {
        failure_description: 'Deliveries failed.',
        count: entry.failures,
        timestamp: Math.floor(entry.blockedAt / 1000),
      },
    ],
  };
}
