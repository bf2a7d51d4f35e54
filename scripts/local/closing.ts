// The end of a local run: everything that it started ends with it.

export interface Closing {
  /** Registers a step for the end; the latest runs first. */
  add(close: () => void | Promise<void>): void;
  /** Registers a step for a second signal, which does not wait. */
  addKill(kill: () => void): void;
  /** Runs all steps, once. */
  closeAll(): Promise<void>;
}

/** How often the parent process is checked. */
const PARENT_CHECK_MS = 1_000;

/** Ends this process on SIGINT, SIGTERM and SIGHUP, with `exitCode`; a second signal ends it immediately. */
export function closeOnSignals(exitCode: number): Closing {
  const closes: (() => void | Promise<void>)[] = [];
  const kills: (() => void)[] = [];
  let closing: Promise<void> | undefined;

  const run = async () => {
    for (const close of closes.reverse()) {
      // A step that fails must not prevent the others.
      await Promise.resolve()
        .then(close)
        .catch((error: unknown) => console.error(error));
    }
  };
  const closeAll = () => (closing ??= run());
  let signals = 0;
  const onSignal = () => {
    signals += 1;
    if (signals > 1) {
      kills.forEach((kill) => kill());
      process.exit(130);
    }
    void closeAll().then(() => {
      console.log('\nEnded. Nothing is left running.');
      process.exit(exitCode);
    });
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  if (process.env['npm_lifecycle_event'] !== undefined) onParentsDeath(onSignal);
  return {
    add: (close) => closes.push(close),
    addKill: (kill) => kills.push(kill),
    closeAll,
  };
}

/** npm and npx run a program in a shell that does not forward SIGTERM: it dies, and this process would stay. */
function onParentsDeath(act: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, PARENT_CHECK_MS);
  timer.unref();
}
