// `page` and `limit` of every V2 list: by default 50 rows, at most 250.
import { arrayError, invalidField } from './response';
import type { Answer } from './response';
import type { Call } from './routing';

/** The rows of a page if the call has no limit. */
export const DEFAULT_LIMIT = 50;
/** The most rows of a page. */
export const MAX_LIMIT = 250;

/** The page of a list that a call requests, or the refusal of its `page` or `limit`. */
export function pageOf<Item>(call: Call, items: readonly Item[]): readonly Item[] | Answer {
  const { switches } = call.store;
  const page = positive(call.query.get('page'), 1);
  const limit = positive(call.query.get('limit'), DEFAULT_LIMIT);
  if (page === undefined) return invalidField('page', switches);
  if (limit === undefined) return invalidField('limit', switches);
  if (limit > MAX_LIMIT && switches.overLimit === 'refuse') {
    return arrayError(413, `The limit may not be more than ${MAX_LIMIT}.`, switches);
  }
  const size = Math.min(limit, MAX_LIMIT);
  return items.slice((page - 1) * size, page * size);
}

/** Whether a page was refused. */
export function isRefusal(page: readonly unknown[] | Answer): page is Answer {
  return 'status' in page;
}

function positive(text: string | null, otherwise: number): number | undefined {
  if (text === null || text === '') return otherwise;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
