// Ctrl-C for a command that must not be interrupted within a call.
import { CommandError } from './command-error';

/** npm forwards a Ctrl-C that the terminal has already sent to this process: two signals this close are one. */
const SAME_SIGNAL_MS = 500;

/**
 * Runs a command with a signal to stop. After the first Ctrl-C the current call ends, and the command fails with
 * `reason`; a second one ends the process immediately.
 */
export async function withStopSignal<T>(reason: string, use: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  let stoppedAt = Infinity;
  const onSignal = () => {
    if (Date.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(130);
    if (stop.signal.aborted) return;
    stoppedAt = Date.now();
    stop.abort(new CommandError(reason));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await use(stop.signal);
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
