// Retries for commands that run for hours: a network or a store that is temporarily unavailable does not end them.
import { BigCommerceError, EnqueueError } from '../../lambda/shared/runtime/errors';
import { inWords, namesOf } from './aws-errors';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

const TEMPORARY =
  /^E(CONN|NOTFOUND|AI_AGAIN|TIMEDOUT|PIPE|HOST|NET)|^TimeoutError$|Throttl|ThroughputExceeded/;

export interface RetryDeps {
  readonly say: (text: string) => void;
  /** Throws when the command must end. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Makes a function that repeats a step until it succeeds, and prints each temporary error. Other errors are thrown. */
export function createRetry({ say, sleep }: RetryDeps) {
  return async function retry<T>(step: () => Promise<T>): Promise<T> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await step();
      } catch (error) {
        if (!isTemporary(error)) throw error;
        say(`${inWords(error)} Retrying in ${pauseMs / 1_000} s.`);
        await sleep(pauseMs);
      }
    }
  };
}

function isTemporary(error: unknown): boolean {
  if (error instanceof BigCommerceError) return error.kind === 'retryable';
  if (error instanceof EnqueueError) return true;
  if (error instanceof Error && '$fault' in error && error.$fault === 'server') return true;
  return namesOf(error).some((name) => TEMPORARY.test(name));
}
