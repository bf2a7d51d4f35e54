// When a container's next call may be sent: not while the store asked for a pause, and within the share of its quota.
import { callsAtOnce, learn } from './quota';
import type { KnownQuota, Quota } from './quota';

export interface TurnsOptions {
  readonly quotaReservePercent: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Times are epoch milliseconds. */
export interface Turns {
  /** Waits until a call may be sent; false when that would be at the deadline or later. Each turn taken is ended. */
  take(deadline: number): Promise<boolean>;
  /** Ends a turn. `quota` is what the answer told of it, undefined if nothing; absent if there was no answer. */
  end(answer?: { readonly quota: Quota | undefined }): void;
  /** Lets no call go for so long. */
  pause(ms: number): void;
}

export function createTurns({ quotaReservePercent, now, sleep }: TurnsOptions): Turns {
  let known: KnownQuota = 'unknown';
  let underWay = 0;
  let pausedUntil = -Infinity;
  let waiting: (() => void)[] = [];

  /** When to look again: a time, or as soon as a call of ours has ended. */
  function whyNot(): number | 'busy' | undefined {
    if (pausedUntil > now()) return pausedUntil;
    const calls = callsAtOnce(known, quotaReservePercent, now());
    if (underWay < calls) return undefined;
    return calls === 0 && typeof known === 'object' ? known.resetsAt : 'busy';
  }

  return {
    async take(deadline) {
      for (;;) {
        if (now() >= deadline) return false;
        const until = whyNot();
        if (until === undefined) break;
        if (until !== 'busy' && until >= deadline) return false;
        await (until === 'busy'
          ? new Promise<void>((resolve) => void waiting.push(resolve))
          : sleep(until - now()));
      }
      underWay += 1;
      return true;
    },

    end(answer) {
      underWay -= 1;
      if (answer) known = learn(known, answer.quota);
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },

    pause(ms) {
      pausedUntil = Math.max(pausedUntil, now() + ms);
    },
  };
}
