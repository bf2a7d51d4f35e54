// The environment of every test file. It belongs to the jest worker and not to the file, so one MiniStack serves all files
// of a worker, one after the other. It starts when a file first asks for it, and ends with the worker's process.
import { TestEnvironment } from 'jest-environment-node';

import { startMiniStack } from '../../scripts/local/ministack';
import type { MiniStack } from '../../scripts/local/ministack';
import { readMapping } from '../../scripts/packages/mapping-file';

/** What this environment adds to the globals of a test file. */
export interface SharedEmulator {
  readonly workerMiniStack: () => Promise<MiniStack>;
}

let builtIn: ReturnType<typeof readMapping> | undefined;
let miniStack: Promise<MiniStack> | undefined;

export default class SharingEnvironment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    const shared: SharedEmulator = {
      workerMiniStack: () => (miniStack ??= startMiniStack({ keepsProcessAlive: false })),
    };
    // As the build writes it into the packages: lambda/shared/delivery/built-in.d.ts.
    const { mapping, digest } = await (builtIn ??= readMapping());
    Object.assign(this.global, shared, {
      BUILT_IN_MAPPING: mapping,
      BUILT_IN_MAPPING_DIGEST: digest,
    });
  }
}
