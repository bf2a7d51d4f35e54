// The end of a local run: whatever ends it, what it started ends with it.

export interface Closing {
  /** To be done at the end; the latest first. */
  add(close: () => void | Promise<void>): void;
  /** To be done at once when a second signal says that the first takes too long. */
  addKill(kill: () => void): void;
  /** Does all of it, once. */
  closeAll(): Promise<void>;
}

const parentEveryMs = 1_000;

/** Ends this process by itself on SIGINT and SIGTERM, with `exitCode`; a second one does not wait. */
export function closeOnSignals(exitCode: number): Closing {
  const closes: (() => void | Promise<void>)[] = [];
  const kills: (() => void)[] = [];
  let closing: Promise<void> | undefined;

  const run = async () => {
    for (const close of closes.reverse()) {
      // One thing that does not close must not keep the others open.
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
      console.log('\nEnded; nothing is left running.');
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
  }, parentEveryMs);
  timer.unref();
}
