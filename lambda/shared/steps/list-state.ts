// Where a reader of a list stands, and how large its next page is: half as large after a failure, and larger again later.
// Pure.
import type { Position } from './find-unlistable';
import { half, LARGEST_PAGE, twice } from '../runtime/page-sizes';

/** Larger pages are not tried again for a while after they failed so often. */
const MOST_GROWTHS_FAILED = 2;
const PAGES_UNTIL_GROWTH = 8;

/** Where a reader stands, and what it has learned of the list. */
export interface ListState extends Position {
  readonly size: number;
  readonly asksLines: boolean;
  /** The size has just been doubled. */
  readonly hasGrown: boolean;
  readonly growthsFailed: number;
  readonly pagesSince: number;
}

/** `size`: rows on the first page, if an earlier reader of this list had to make them fewer. */
export function firstState(after: number, asksLines: boolean, size = LARGEST_PAGE): ListState {
  return {
    after,
    isInclusive: false,
    size,
    asksLines,
    hasGrown: false,
    growthsFailed: 0,
    pagesSince: 0,
  };
}

/** After a failure: the page in half. */
export function shrunk(state: ListState): ListState {
  const { size, hasGrown, growthsFailed } = state;
  return {
    ...state,
    size: half(size),
    hasGrown: false,
    growthsFailed: growthsFailed + (hasGrown ? 1 : 0),
    pagesSince: 0,
  };
}

/** After a page that worked, the next one may be larger. Behind an order that was stepped over, all is open again. */
export function grown(state: ListState, isBehind: boolean, withLines: boolean): ListState {
  const pagesSince = state.pagesSince + 1;
  const mayTryAgain = isBehind || pagesSince >= PAGES_UNTIL_GROWTH;
  const growthsFailed = mayTryAgain ? 0 : state.growthsFailed;
  const mayGrow = state.size < LARGEST_PAGE && growthsFailed < MOST_GROWTHS_FAILED;
  return {
    ...state,
    size: mayGrow ? twice(state.size) : state.size,
    hasGrown: mayGrow,
    asksLines: isBehind ? withLines : state.asksLines,
    growthsFailed,
    pagesSince: mayTryAgain ? 0 : pagesSince,
  };
}
