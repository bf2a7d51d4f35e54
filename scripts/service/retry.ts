// For commands that last for hours: a network or a store that is away for a while does not end them.
import { BigCommerceError, EnqueueError } from '../../lambda/shared/runtime/errors';
import { inWords, namesOf } from './aws-errors';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

const PASSING = /^E(CONN|NOTFOUND|AI_AGAIN|TIMEDOUT|PIPE|HOST|NET)|^TimeoutError$|Throttl|ThroughputExceeded/;

export interface PatienceDeps {
  readonly say: (text: string) => void;
  /** Throws when the command is to end. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Makes what tries a step until it works, saying what is in the way. What cannot pass by itself is thrown. */
export function createPatience({ say, sleep }: PatienceDeps) {
  return async function patiently<T>(step: () => Promise<T>): Promise<T> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await step();
      } catch (error) {
        if (!mayPass(error)) throw error;
        say(`${inWords(error)} Trying again in ${pauseMs / 1_000} s.`);
        await sleep(pauseMs);
      }
    }
  };
}

function mayPass(error: unknown): boolean {
  if (error instanceof BigCommerceError) return error.kind === 'retryable';
  if (error instanceof EnqueueError) return true;
  if (error instanceof Error && '$fault' in error && error.$fault === 'server') return true;
  return namesOf(error).some((name) => PASSING.test(name));
}
