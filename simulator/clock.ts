// The store's time: a clock and timers that a test can replace, and the date formats of V2.

/** Runs a function later and returns a function that cancels it. */
export type SetTimer = (run: () => void, delayMs: number) => () => void;

/** The clock of one store. `stop` cancels everything that still waits: those sleeps never end. */
export interface Clock {
  now(): number;
  later(run: () => void, delayMs: number): () => void;
  sleep(delayMs: number): Promise<void>;
  stop(): void;
}

/** Creates a clock from the given sources; by default real time, and timers that keep no process alive. */
export function createClock(now: () => number = Date.now, setTimer: SetTimer = unrefTimer): Clock {
  const waiting = new Set<() => void>();
  const later = (run: () => void, delayMs: number): (() => void) => {
    const cancel = setTimer(() => {
      waiting.delete(cancel);
      run();
    }, delayMs);
    waiting.add(cancel);
    return () => {
      waiting.delete(cancel);
      cancel();
    };
  };
  return {
    now,
    later,
    sleep: (delayMs) =>
      delayMs > 0 ? new Promise((resolve) => void later(resolve, delayMs)) : Promise.resolve(),
    stop: () => {
      for (const cancel of waiting) cancel();
      waiting.clear();
    },
  };
}

function unrefTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}

/** A date as V2 writes it, in UTC and whole seconds: `Tue, 06 Jan 2026 10:15:00 +0000`. */
export function rfc2822(date: number | Date): string {
  return new Date(date).toUTCString().replace('GMT', '+0000');
}

/** Milliseconds of a date in RFC 2822 or ISO 8601; undefined if it is neither. */
export function parseDate(text: string): number | undefined {
  const time = /^\d+$/.test(text) ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
