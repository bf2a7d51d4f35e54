// What is deployed in a story, and what was deployed before it.
import type { Rules } from '../../../lambda/shared/order/rules';

/** What is deployed now; live. */
export interface Settings {
  rules: Rules;
  dropFields: readonly string[];
  /** CompletedOrdersLookbackDays. */
  readonly lookbackDays: number;
  /** Polls begin no further page after so long. */
  pollsStopAfterMs: number;
}

/** What was deployed from `at` on. */
export interface Deployed {
  readonly at: number;
  readonly rules: Rules;
  readonly dropFields: readonly string[];
}
