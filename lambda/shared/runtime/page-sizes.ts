// How large the pages of a list may be, and which failures a smaller page may help against. Pure.
import { BigCommerceError, OutOfTimeError } from './errors';

/** BigCommerce's largest page; above it the API answers 413. */
export const LARGEST_PAGE = 250;

/** BigCommerce's page size when none is asked for: even a store that ignores `limit` fills a page to this. */
const DEFAULT_PAGE_SIZE = 50;

const TOO_MANY_REQUESTS = 429;

/** Half as many rows, at least one. */
export const half = (size: number): number => Math.max(1, Math.floor(size / 2));

/** Twice as many rows, as far as the store allows. */
export const twice = (size: number): number => Math.min(LARGEST_PAGE, size * 2);

/** Whether no page can follow one of so many rows, when `size` rows were asked for. */
export function isLastPage(rows: number, size: number): boolean {
  return rows < Math.min(size, DEFAULT_PAGE_SIZE);
}

/**
 * Whether a smaller page may succeed where this error came. A refused credential, a quota that is used up and a request
 * that was not sent say nothing about the page.
 */
export function mayBeTooLarge(error: unknown): error is BigCommerceError {
  if (!(error instanceof BigCommerceError) || error instanceof OutOfTimeError) return false;
  return error.kind !== 'configuration' && error.status !== TOO_MANY_REQUESTS;
}
