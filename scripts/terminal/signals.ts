// Ctrl-C for a command that must not be cut off between two calls.
import { CommandError } from './command-error';

/** The first Ctrl-C lets the call under way end, and then ends the command with `reason`; one after that ends it at once. */
export function stopOnSignals(reason: string): AbortSignal {
  const stop = new AbortController();
  let stoppedAt = Infinity;
  const onSignal = () => {
    // npm hands a Ctrl-C on that the terminal has sent to all of us already.
    if (Date.now() - stoppedAt > 500) process.exit(130);
    if (stop.signal.aborted) return;
    stoppedAt = Date.now();
    stop.abort(new CommandError(reason));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  return stop.signal;
}
