// The environment of every test file. It belongs to the jest worker and not to the file, so one MiniStack serves all files
// of a worker, one after the other. It starts when a file first asks for it, and ends with the worker's process.
import { TestEnvironment } from 'jest-environment-node';

import { startMiniStack } from '../../scripts/local/ministack';
import type { MiniStack } from '../../scripts/local/ministack';

/** What this environment adds to the globals of a test file. */
export interface SharedEmulator {
  readonly workerMiniStack: () => Promise<MiniStack>;
}

let miniStack: Promise<MiniStack> | undefined;

export default class SharingEnvironment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    const shared: SharedEmulator = {
      workerMiniStack: () => (miniStack ??= startMiniStack({ keepsProcessAlive: false })),
    };
    Object.assign(this.global, shared);
  }
}
