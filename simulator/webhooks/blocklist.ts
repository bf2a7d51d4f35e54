// Domains that fail too often get no webhooks for a while. Every destination on a domain shares its fate.
import type { Clock } from '../clock';

// [docs] a sliding window of two minutes, judged from 100 requests on; below 90 % success, three minutes off.
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
  /** Takes note of a delivery; true if it got its domain blocked. */
  record(domain: string, ok: boolean): boolean;
  isBlocked(domain: string): boolean;
  blocked(): BlockedDomain[];
}

interface Record {
  recent: { at: number; ok: boolean }[];
  failures: number;
  blockedAt: number;
}

/** An empty blocklist. */
export function createBlocklist(clock: Clock): Blocklist {
  const domains = new Map<string, Record>();
  const untilMs = (entry: Record): number => entry.blockedAt + BLOCK_MS;
  const isBlocked = (domain: string): boolean => {
    const entry = domains.get(domain);
    return entry !== undefined && clock.now() < untilMs(entry);
  };
  return {
    isBlocked,
    record: (domain, ok) => {
      const now = clock.now();
      const entry = domains.get(domain) ?? { recent: [], failures: 0, blockedAt: Number.NEGATIVE_INFINITY };
      domains.set(domain, entry);
      entry.recent = [...entry.recent.filter(({ at }) => now - at < WINDOW_MS), { at: now, ok }];
      const failures = entry.recent.filter((delivery) => !delivery.ok).length;
      const success = 1 - failures / entry.recent.length;
      const judged = entry.recent.length >= FEWEST_REQUESTS && !isBlocked(domain);
      if (!judged || success >= LEAST_SUCCESS) return false;
      Object.assign(entry, { recent: [], failures, blockedAt: now });
      return true;
    },
    blocked: () =>
      [...domains]
        .filter(([domain]) => isBlocked(domain))
        .map(([destination, entry]) => ({
          destination,
          time_left: Math.ceil((untilMs(entry) - clock.now()) / 1000),
          reasons: [
            {
              failure_description: 'Deliveries failed.',
              count: entry.failures,
              timestamp: Math.floor(entry.blockedAt / 1000),
            },
          ],
        })),
  };
}
