// Time that passes only when a test says so, and then all at once.
import { type SetTimer } from '../../scripts/local/simulator/index';

interface Timer {
  at: number;
  run: () => void;
}

/** Clock and timers for a store, and `advance` to let time pass. */
export interface VirtualTime {
  now: () => number;
  setTimer: SetTimer;
  advance(ms: number): Promise<void>;
  /** Ends when so much time has passed. */
  sleep(ms: number): Promise<void>;
  waiting(): number;
}

/** Virtual time that begins in January 2026 unless said otherwise. */
export function virtualTime(startMs = Date.UTC(2026, 0, 6, 10, 15)): VirtualTime {
  let now = startMs;
  const timers = new Set<Timer>();
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const setTimer: SetTimer = (run, delayMs) => {
    const timer = { at: now + delayMs, run };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  return {
    now: () => now,
    waiting: () => timers.size,
    setTimer,
    sleep: (ms) => new Promise((resolve) => void setTimer(resolve, ms)),
    advance: async (ms) => {
      const target = now + ms;
      await settle();
      for (let next = earliest(timers); next && next.at <= target; next = earliest(timers)) {
        timers.delete(next);
        now = Math.max(now, next.at);
        next.run();
        await settle();
      }
      now = target;
    },
  };
}

function earliest(timers: ReadonlySet<Timer>): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) if (!first || timer.at < first.at) first = timer;
  return first;
}
