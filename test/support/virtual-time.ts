// Time that passes only when a test advances it.
import type { SetTimer } from '../../simulator/index';

interface Timer {
  readonly at: number;
  /** Of two timers for the same moment, the one that was set first runs first. */
  readonly nth: number;
  readonly run: () => void;
}

/** Clock and timers for a store, and `advance` to let time pass. */
export interface VirtualTime {
  now: () => number;
  setTimer: SetTimer;
  advance(ms: number): Promise<void>;
  /** Resolves when so much time has passed. */
  sleep(ms: number): Promise<void>;
  waiting(): number;
}

/** Creates virtual time; by default it starts in January 2026. */
export function virtualTime(startMs = Date.UTC(2026, 0, 6, 10, 15)): VirtualTime {
  let now = startMs;
  let made = 0;
  const timers = new Set<Timer>();
  // Cancelled timers stay in the queue and are skipped.
  const queue = createQueue();
  const earliest = (): Timer | undefined => {
    while (queue.first() && !timers.has(queue.first()!)) queue.takeFirst();
    return queue.first();
  };
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const setTimer: SetTimer = (run, delayMs) => {
    const timer = { at: now + delayMs, nth: (made += 1), run };
    timers.add(timer);
    queue.add(timer);
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
      for (let next = earliest(); next && next.at <= target; next = earliest()) {
        timers.delete(next);
        now = Math.max(now, next.at);
        next.run();
        await settle();
      }
      now = target;
    },
  };
}

/** A binary heap: a long story has thousands of timers. */
function createQueue() {
  const heap: Timer[] = [];
  const isBefore = (one: Timer, other: Timer) =>
    one.at < other.at || (one.at === other.at && one.nth < other.nth);
  const swap = (one: number, other: number) => {
    [heap[one], heap[other]] = [heap[other]!, heap[one]!];
  };
  return {
    first: (): Timer | undefined => heap[0],
    add(timer: Timer): void {
      heap.push(timer);
      for (let at = heap.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (!isBefore(heap[at]!, heap[parent]!)) return;
        swap(at, parent);
        at = parent;
      }
    },
    takeFirst(): void {
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return;
      heap[0] = last;
      for (let at = 0; ;) {
        const [left, right] = [2 * at + 1, 2 * at + 2];
        let first = at;
        if (left < heap.length && isBefore(heap[left]!, heap[first]!)) first = left;
        if (right < heap.length && isBefore(heap[right]!, heap[first]!)) first = right;
        if (first === at) return;
        swap(at, first);
        at = first;
      }
    },
  };
}
