// Reads the lists of one order that have their own endpoints: products, shipping addresses, coupons and fees, each in full.
import { isDeepStrictEqual } from 'node:util';
import { isErrorRow, toOrderId } from '../order/order';
import { isRow } from '../runtime/json';
import type { Row } from '../runtime/json';
import { half, isLastPage, LARGEST_PAGE, mayBeTooLarge } from '../runtime/page-sizes';
import type { Get } from './request';
import { missing, toRowsOrNone } from './response';

/**
 * Reads all rows of a list. After a failed page, it starts again with smaller pages, because page numbers depend on the size.
 * Throws the first error if no size succeeds.
 */
export async function readToTheEnd(get: Get, orderId: number, name: string): Promise<readonly Row[]> {
  let failure: unknown;
  for (let limit = LARGEST_PAGE; ; limit = half(limit)) {
    try {
      return await readInPages(get, orderId, name, { limit, once: failure !== undefined });
    } catch (error) {
      // After a 404 smaller pages cannot help: the order may be gone, and its next GET shows it.
      if (!mayBeTooLarge(error) || error.status === 404) throw failure ?? error;
      failure ??= error;
      if (limit === 1) throw failure;
    }
  }
}

async function readInPages(
  get: Get,
  orderId: number,
  name: string,
  { limit, once }: { readonly limit: number; readonly once: boolean },
): Promise<readonly Row[]> {
  const path = `/v2/orders/${orderId}/${name}`;
  const pages: (readonly Row[])[] = [];
  for (let page = 1; ; page += 1) {
    const query = { limit, page };
    const answer = await get({ endpoint: `GET ${name}`, path, orderId, query, once, read: toRows });
    if (!answer.found) return missing('GET', path);
    const rows = answer.value;
    // A store that ignores `page` returns the same page again.
    if (pages.some((earlier) => isDeepStrictEqual(earlier, rows))) return joined(pages);
    pages.push(rows);
    if (isLastPage(rows.length, limit)) return joined(pages);
  }
}

/**
 * The rows of all pages, without the rows that came twice because a new row moved them to the next page. Within one page every
 * row counts, even if ids repeat.
 */
function joined(pages: readonly (readonly Row[])[]): readonly Row[] {
  const seen = new Set<unknown>();
  return pages.flatMap((page) => {
    const rows = page.filter(({ id }) => !seen.has(id));
    for (const { id } of page) if (toOrderId(id) !== undefined) seen.add(id);
    return rows;
  });
}

/** Reads all fees in one call. The documentation of this endpoint names one field `cost_exc_tax`, where an order has `cost_ex_tax`. */
export async function getFees(get: Get, orderId: number): Promise<readonly Row[]> {
  const path = `/v2/orders/${orderId}/fees`;
  const read = (body: unknown) => toRows(isRow(body) ? body.fees : body);
  const answer = await get({ endpoint: 'GET fees', path, orderId, read });
  if (!answer.found) return missing('GET', path);
  return answer.value.map(({ cost_exc_tax, ...fee }) =>
    cost_exc_tax === undefined ? fee : { cost_ex_tax: cost_exc_tax, ...fee },
  );
}

function toRows(body: unknown): readonly Row[] | undefined {
  const list = toRowsOrNone(body);
  return list?.every(isRow) && !list.some(isErrorRow) ? list : undefined;
}
