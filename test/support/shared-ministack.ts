// The MiniStack of this jest worker, as a test file uses it. A test that kills or configures a MiniStack starts its own.
import type { MiniStack } from '../../scripts/local/ministack';
import type { SharedEmulator } from './environment';

/** An empty MiniStack; its `stop` empties it for the next file. */
export async function sharedMiniStack(): Promise<MiniStack> {
  const miniStack = await (globalThis as unknown as SharedEmulator).workerMiniStack();
  await miniStack.reset();
  return { ...miniStack, stop: miniStack.reset };
}
