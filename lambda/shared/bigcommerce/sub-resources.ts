// The lists of one order that have calls of their own: products, shipping addresses, coupons and fees, each in full.
import { isDeepStrictEqual } from 'node:util';
import { isErrorRow, toOrderId } from '../order/order';
import { isRow } from '../runtime/json';
import type { Row } from '../runtime/json';
import { half, isLastPage, LARGEST_PAGE, mayBeTooLarge } from '../runtime/page-sizes';
import type { Get } from './request';
import { missing, toRowsOrNone } from './response';

/**
 * All rows, however many there are and whatever `limit` is worth. Where a page fails, the list is read again from its start
 * in smaller pages: pages are numbered by their size. Throws the first error when no size helps.
 */
export async function readToTheEnd(get: Get, orderId: number, name: string): Promise<readonly Row[]> {
  let failure: unknown;
  for (let limit = LARGEST_PAGE; ; limit = half(limit)) {
    try {
      return await readInPages(get, orderId, name, { limit, once: failure !== undefined });
    } catch (error) {
      // The order may be gone: its next GET shows it.
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
    // A store that knows no pages answers the same one again.
    if (pages.some((earlier) => isDeepStrictEqual(earlier, rows))) return joined(pages);
    pages.push(rows);
    if (isLastPage(rows.length, limit)) return joined(pages);
  }
}

/**
 * The rows of all pages. A row slides to the next page when another one is added meanwhile: by its id it is known there.
 * Within one page every row counts, whatever its id.
 */
function joined(pages: readonly (readonly Row[])[]): readonly Row[] {
  const seen = new Set<unknown>();
  return pages.flatMap((page) => {
    const rows = page.filter(({ id }) => !seen.has(id));
    for (const { id } of page) if (toOrderId(id) !== undefined) seen.add(id);
    return rows;
  });
}

/** All at once, in an object of their own; its documentation spells a field of some in another way than an order does. */
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
