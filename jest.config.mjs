// The tests of `npm test`. Those of jest.slow.config.mjs run in `npm run check` and in the gate.
import { availableParallelism } from 'node:os';

// Of no use in a test report; the SDK reads it whenever a client is made.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/support/environment.ts',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['\\.slow\\.test\\.ts$'],
  // One process per core: many tests wait for another process, and jest's own choice leaves a core idle.
  maxWorkers: availableParallelism(),
  testSequencer: '<rootDir>/tools/jest-sequencer.cjs',
  // A line per finished file, and what runs when none has finished for a while.
  reporters: ['default', '<rootDir>/tools/jest-progress.cjs'],
  transform: { '\\.ts$': '<rootDir>/tools/jest-esbuild.cjs' },
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/.local/', '<rootDir>/.venv/'],
  restoreMocks: true,
  // A test waits for conditions; this only ends one that hangs, on a machine that is busy.
  testTimeout: 60_000,
};
