// Decides how large the pages of a list are, and after which failures a smaller page may succeed. Pure.
import { BigCommerceError, OutOfTimeError } from './errors';

/** BigCommerce's largest page; above it the API answers 413. */
export const LARGEST_PAGE = 250;

/** BigCommerce's default page size. A store that ignores `limit` also fills pages to this size. */
const DEFAULT_PAGE_SIZE = 50;

const TOO_MANY_REQUESTS = 429;

/** Half as many rows, at least one. */
export const half = (size: number): number => Math.max(1, Math.floor(size / 2));

/** Twice as many rows, up to the store's maximum. */
export const twice = (size: number): number => Math.min(LARGEST_PAGE, size * 2);

/** Whether a page of `rows` rows is the last one, if `size` rows were requested. */
export function isLastPage(rows: number, size: number): boolean {
  return rows < Math.min(size, DEFAULT_PAGE_SIZE);
}

/**
 * Whether a smaller page may succeed after this error. A refused credential, an exhausted quota and a request that was not
 * sent do not depend on the page.
 */
export function mayBeTooLarge(error: unknown): error is BigCommerceError {
  if (!(error instanceof BigCommerceError) || error instanceof OutOfTimeError) return false;
  return error.kind !== 'configuration' && error.status !== TOO_MANY_REQUESTS;
}
