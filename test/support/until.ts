// Waiting for conditions, never for time.

const lookEveryMs = 50;

/** Resolves with what `check` gives once it is truthy; throws, saying what was awaited, after `timeoutMs`. */
export async function until<T>(
  check: () => T | Promise<T>,
  timeoutMs = 15_000,
): Promise<Exclude<T, false | undefined | null>> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const result = await check();
    if (result !== false && result !== undefined && result !== null)
      return result as Exclude<T, false | undefined | null>;
    if (Date.now() > giveUpAt) throw new Error(`Still not so after ${timeoutMs} ms: ${String(check)}`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** Whether no process is left of a process group. */
export function groupIsGone(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
