// Decides when a container may send its next call: after the previous call of its lane, not during a requested pause, and
// within its share of the quota.
import { allowance, updateQuota } from './quota';
import type { KnownQuota, Quota } from './quota';

/** A call in flight is recent for this long. An older one may hang, and must not delay the others. */
const RECENT_MS = 1_000;

export interface TurnsOptions {
  readonly quotaReservePercent: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** The permission to send one call. Its taker must end it. */
export interface Turn {
  /** `answer` is absent if none came; its `quota` is undefined if the answer showed none. */
  end(answer?: { readonly quota: Quota | undefined }): void;
}

/** Times are epoch milliseconds. */
export interface Turns {
  /** Waits until a call may be sent; undefined if that is not before the deadline. */
  take(deadline: number): Promise<Turn | undefined>;
  /** Delays all calls for this long. */
  pause(ms: number): void;
}

/** Creates the turns that all calls of a container take. */
export function createTurns(options: TurnsOptions): Turns {
  const calls = new CallsInFlight(options);
  const { now, sleep } = options;
  return {
    async take(deadline) {
      for (;;) {
        if (now() >= deadline) return undefined;
        const wait = calls.nextWait();
        if (wait === undefined) return calls.begin();
        if (!wait.isForOwnCalls && wait.until >= deadline) return undefined;
        const slept = sleep(Math.min(wait.until, deadline) - now());
        await (wait.isForOwnCalls ? Promise.race([slept, calls.someCallEnds()]) : slept);
      }
    },
    pause: (ms) => calls.pause(ms),
  };
}

interface Wait {
  readonly until: number;
  /** Whether the wait also ends when one of our own calls does. */
  readonly isForOwnCalls: boolean;
}

/** The calls that a container has in flight, and the quota that their answers showed. */
class CallsInFlight {
  private known: KnownQuota = 'unknown';
  private pausedUntil = -Infinity;
  private readonly calls = new Set<{ readonly since: number }>();
  private waiting: (() => void)[] = [];

  constructor(private readonly options: TurnsOptions) {}

  /** How long the next call must wait; undefined if it may be sent now. */
  nextWait(): Wait | undefined {
    const { known, pausedUntil, calls } = this;
    const now = this.options.now();
    if (pausedUntil > now) return { until: pausedUntil, isForOwnCalls: false };
    const allowed = allowance(known, this.options.quotaReservePercent, now);
    if (allowed.calls === 0 && typeof known === 'object') {
      return { until: known.resetsAt, isForOwnCalls: false };
    }
    const recent = [...calls].filter(({ since }) => now - since < RECENT_MS);
    if (calls.size < allowed.calls && recent.length < allowed.recent) return undefined;
    const oldest = Math.min(now, ...recent.map(({ since }) => since));
    return { until: oldest + RECENT_MS, isForOwnCalls: true };
  }

  begin(): Turn {
    const call = { since: this.options.now() };
    this.calls.add(call);
    return {
      end: (answer) => {
        this.calls.delete(call);
        if (answer) this.known = updateQuota(this.known, answer.quota);
        this.wakeWaiting();
      },
    };
  }

  someCallEnds(): Promise<void> {
    return new Promise((resolve) => void this.waiting.push(resolve));
  }

  pause(ms: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.options.now() + ms);
  }

  private wakeWaiting(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const wake of waiting) wake();
  }
}

/** Runs the tasks of one lane one after the other, and the lanes in parallel. */
export function createLanes() {
  const ends = new Map<string, Promise<unknown>>();
  return function inLane<T>(lane: string, task: () => Promise<T>): Promise<T> {
    const turn = (ends.get(lane) ?? Promise.resolve()).then(task);
    ends.set(
      lane,
      turn.catch(() => undefined),
    );
    return turn;
  };
}
