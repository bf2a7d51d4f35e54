// What the lists of one invocation share: how many orders may still be stepped over, and whether the store answers at all.

/** Orders that one invocation steps over: more of them look like a store that is down. */
export const MOST_UNLISTABLE = 10;

/** Counts over all lists of one invocation; begin with `newEffort()`. */
export interface Effort {
  /** Orders that may still be stepped over. */
  left: number;
  /** Pages that were read. */
  pages: number;
  /** Whether the store answered anything. */
  isAnswered: boolean;
}

export const newEffort = (): Effort => ({ left: MOST_UNLISTABLE, pages: 0, isAnswered: false });
