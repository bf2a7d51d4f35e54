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

export function createTurns({ quotaReservePercent, now, sleep }: TurnsOptions): Turns {
  let known: KnownQuota = 'unknown';
  let pausedUntil = -Infinity;
  const underWay = new Set<{ readonly since: number }>();
  let waiting: (() => void)[] = [];

  /** When to look again; of a wait for our own calls, also when one of them ends. Undefined: go. */
  function obstacle(): { readonly until: number; readonly isOurs: boolean } | undefined {
    if (pausedUntil > now()) return { until: pausedUntil, isOurs: false };
    const allowed = allowance(known, quotaReservePercent, now());
    if (allowed.calls === 0 && typeof known === 'object') return { until: known.resetsAt, isOurs: false };
    const recent = [...underWay].filter(({ since }) => now() - since < RECENT_MS);
    if (underWay.size < allowed.calls && recent.length < allowed.recent) return undefined;
    const oldest = Math.min(now(), ...recent.map(({ since }) => since));
    return { until: oldest + RECENT_MS, isOurs: true };
  }

  const someCallEnds = () => new Promise<void>((resolve) => void waiting.push(resolve));

  function begin(): Turn {
    const call = { since: now() };
    underWay.add(call);
    return {
      end(answer) {
        underWay.delete(call);
        if (answer) known = updateQuota(known, answer.quota);
        const woken = waiting;
        waiting = [];
        for (const wake of woken) wake();
      },
    };
  }

  return {
    async take(deadline) {
      for (;;) {
        if (now() >= deadline) return undefined;
        const waits = obstacle();
        if (waits === undefined) return begin();
        if (!waits.isOurs && waits.until >= deadline) return undefined;
        const wait = sleep(Math.min(waits.until, deadline) - now());
        await (waits.isOurs ? Promise.race([wait, someCallEnds()]) : wait);
      }
    },

    pause(ms) {
      pausedUntil = Math.max(pausedUntil, now() + ms);
    },
  };
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
