// A store that cannot render some orders: their own GET and each list that holds one answer 500; or whose pages are too large.
import { isRow, parseJson } from '../../../lambda/shared/runtime/json';
import { errorIn } from '../../../simulator/api/response';
import type { Store, StoreRequest } from '../../../simulator/index';

/** What the store cannot do; live. */
export interface Trouble {
  readonly unreadable: Set<number>;
  /** The most rows that a list may be asked for. */
  mostRows: number;
  struck: number;
}

/** Answers as `handle` does, but for what the store cannot do. */
export function withTrouble(handle: Store['handle'], trouble: Trouble, { switches }: Store): Store['handle'] {
  const refused = (status: number) => {
    trouble.struck += 1;
    return errorIn('array', status, switches);
  };
  return async (request: StoreRequest) => {
    const answer = await handle(request);
    const isUnreadable = (orderId: number) => trouble.unreadable.has(orderId);
    if (request.method !== 'GET' || 'fault' in answer) return answer;
    const [path = '', query = ''] = request.path.split('?');
    const [, id] = /\/v2\/orders\/(\d+)$/.exec(path) ?? [];
    if (id !== undefined && isUnreadable(Number(id))) return refused(500);
    if (!path.endsWith('/v2/orders')) return answer;
    if (Number(new URLSearchParams(query).get('limit') ?? 0) > trouble.mostRows) return refused(504);
    return trouble.unreadable.size > 0 && idsIn(answer.body).some(isUnreadable) ? refused(500) : answer;
  };
}

function idsIn(body: string): readonly number[] {
  const rows = parseJson(body);
  return Array.isArray(rows) ? rows.flatMap((row) => (isRow(row) ? [Number(row.id)] : [])) : [];
}
