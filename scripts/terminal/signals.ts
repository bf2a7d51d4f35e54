// Ctrl-C for a command that must not be cut off between two calls.
import { CommandError } from './command-error';

/** npm passes on a Ctrl-C that the terminal has sent to this process already. */
const SAME_SIGNAL_MS = 500;

/**
 * Runs a command with a signal to stop. The first Ctrl-C lets the call under way end, and then ends the command with
 * `reason`; a later one ends the process immediately.
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
