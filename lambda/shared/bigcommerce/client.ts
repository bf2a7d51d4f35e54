// The store's API: counts, lists, one order, its sub-resources, its status. What comes back is narrowed here, once.
import { isDeepStrictEqual } from 'node:util';
import { BigCommerceError } from '../runtime/errors';
import { isErrorRow, toRawOrder, toOrderId } from '../order/order';
import type { Gone, ListedOrder, RawOrder, Read } from '../order/order';
import { isRow, toList } from '../runtime/json';
import type { Row } from '../runtime/json';
import { half, isLastPage, LARGEST_PAGE, mayBeTooLarge } from '../runtime/page-sizes';
import { createHooks } from './webhooks';
import type { Call, Hooks } from './webhooks';
import type { Log } from '../runtime/log';
import { parseListedOrder } from './parse-order';
import { createRequests } from './request';
import type { Answer, Query, RequestsOptions, StoreRequest } from './request';

/** Bounds of dates. Whether BigCommerce includes a bound is not known: an order at one comes or it does not. */
export interface OrderDates {
  readonly modifiedSince?: number | undefined;
  readonly modifiedBefore?: number | undefined;
  readonly createdSince?: number | undefined;
  readonly createdBefore?: number | undefined;
}

export interface OrderQuery extends OrderDates {
  /** Every status, if left out, but for what the store hides then: Incomplete and archived orders. */
  readonly statusId?: number;
  /** The last id seen, or 0. Whether the bound is inclusive is not known: the row comes again or it does not. */
  readonly minId: number;
  /** The greatest id that is asked for; whether the bound is inclusive is not known either. */
  readonly maxId?: number;
  /** Asks for lines and fees with each order, where the service asks for lines with orders at all. */
  readonly withLines?: boolean;
  /** Rows on a page: as many as the store allows, if it does not say. */
  readonly limit?: number;
  /** Sent once, even if it fails, but for a 429: the caller has other ways. */
  readonly once?: boolean;
}

/** Something that the store adds to an order on request, by one further word of `include`. */
interface Extra {
  readonly include: string;
  readonly query?: Query;
  /** Asked for with `readConsignments` alone. */
  readonly isConsignments?: boolean;
}

/** In the order in which they are given up where the store does not answer with them. */
const EXTRAS: readonly Extra[] = [
  // Without the structure the API answers in a form that it means to give up.
  {
    include: 'consignments.line_items',
    query: { consignment_structure: 'object' },
    isConsignments: true,
  },
  { include: 'fees' },
];

export interface OrderPage {
  readonly orders: readonly ListedOrder[];
  /** Rows without a usable id, which nobody can ask for again. */
  readonly unreadable: number;
  /** No further page can follow. */
  readonly isLast: boolean;
}

/** Every call may throw BigCommerceError or ConfigurationError; times are epoch milliseconds. */
export interface Store {
  /** Orders by status id; a status that the store leaves out is absent. */
  countOrders(dates?: OrderDates): Promise<ReadonlyMap<number, number>>;
  /** One page, ascending by id: lists are read by id, since page numbers slide while statuses change. */
  listOrders(query: OrderQuery): Promise<OrderPage>;
  /**
   * The order as it is now, or that it is gone (404): with its fees, and its lines if the service asks for them. Where the store refuses
   * the order with an extra it comes without it, now and in the calls that follow.
   */
  getOrder(orderId: number, form?: OrderForm): Promise<Read | Gone>;
  getLines(orderId: number): Promise<readonly Row[]>;
  getShippingAddresses(orderId: number): Promise<readonly Row[]>;
  getCoupons(orderId: number): Promise<readonly Row[]>;
  /** For an order whose fees did not come with it. */
  getFees(orderId: number): Promise<readonly Row[]>;
  /** Sets the status with one PUT, which is never repeated; returns the answer, or says that its turn came too late. */
  putStatus(orderId: number, statusId: number, notAfter: number): Promise<RawOrder | 'too late'>;
}

/** How one order is asked for. */
export interface OrderForm {
  /** Without any extra: the lightest GET that there is. */
  readonly plainly?: boolean;
}

/** What a container shares. */
export interface BigCommerce {
  /**
   * The calls of one invocation, which stop waiting at `deadline`, and whose every request is a line of `log`. A read may
   * take `readTimeoutMs`, a write always as long as the container's time-out says.
   */
  until(deadline: number, log?: Log, readTimeoutMs?: number): Store & Hooks;
}

export interface BigCommerceOptions extends RequestsOptions {
  /** Unless false, the lines are asked for together with orders; else an order's `consignments` are only a link. */
  readonly readConsignments?: boolean;
}

export function createBigCommerce(options: BigCommerceOptions): BigCommerce {
  const asksLines = options.readConsignments !== false;
  const forms = formsOf(EXTRAS.filter(({ isConsignments }) => asksLines || isConsignments !== true));
  const [whole = {}] = forms;
  const senderFor = createRequests(options);
  return {
    until(deadline, log, readTimeoutMs) {
      const send = senderFor(log);
      const call: Call = async (request) => {
        const answer = await send(request, deadline);
        // Only a request with a time of its own can be too late: that is putStatus.
        if (answer === 'too late') throw new Error(`${request.method} ${request.path} was not sent.`);
        return answer;
      };
      const get: Get = (request) => call({ ...request, method: 'GET', timeoutMs: readTimeoutMs });
      /** By order: the form that the store answered, where it was not the first. */
      const answered = new Map<number, number>();
      const getAll = (orderId: number, name: string) => readToTheEnd(get, orderId, name);
      return {
        ...createHooks(call),
        countOrders: (dates = {}) => countOrders(get, dates),
        listOrders: (query) => listOrders(get, query, query.withLines === true && asksLines ? whole : {}),
        async getOrder(orderId, { plainly = false } = {}) {
          const step = plainly ? forms.length - 1 : (answered.get(orderId) ?? 0);
          const { lightened, ...read } = await getOrder(get, orderId, forms.slice(step));
          if (lightened > 0) answered.set(orderId, step + lightened);
          return read;
        },
        getLines: (orderId) => getAll(orderId, 'products'),
        getShippingAddresses: (orderId) => getAll(orderId, 'shipping_addresses'),
        getCoupons: (orderId) => getAll(orderId, 'coupons'),
        getFees: (orderId) => getFees(get, orderId),
        async putStatus(orderId, statusId, notAfter) {
          const path = `/v2/orders/${orderId}`;
          const body = { status_id: statusId };
          const request = {
            method: 'PUT',
            endpoint: 'PUT order',
            path,
            orderId,
            body,
            read: toRawOrder,
            notAfter,
          } as const;
          const answer = await send(request, deadline);
          if (answer === 'too late') return answer;
          return answer.found ? answer.value : missing('PUT', path);
        },
      };
    },
  };
}

/** The ways in which one order can be asked for: with all extras first, with one less each time, plainly last. */
function formsOf(extras: readonly Extra[]): readonly Query[] {
  const queryOf = (asked: readonly Extra[]): Query => {
    const include = asked.map((extra) => extra.include).join(',');
    return asked.reduce<Query>((all, { query }) => ({ ...all, ...query }), { include });
  };
  return [...extras.map((_, given) => queryOf(extras.slice(given))), {}];
}

type Get = <T>(request: Omit<StoreRequest<T>, 'method'>) => Promise<Answer<T>>;

async function countOrders(get: Get, dates: OrderDates): Promise<ReadonlyMap<number, number>> {
  const path = '/v2/orders/count';
  const answer = await get({ endpoint: 'GET count', path, query: inQuery(dates), read: toStatuses });
  if (!answer.found) return missing('GET', path);
  const counts = answer.value.filter(isRow).map((row) => [toCount(row.id), toCount(row.count)] as const);
  return new Map(counts.filter(([id, count]) => Number.isInteger(id) && Number.isInteger(count)));
}

/** NaN for what is no number: it must not look like an empty status, whose list nobody asks for. */
function toCount(value: unknown): number {
  const isText = typeof value === 'string' && value.trim() !== '';
  return typeof value === 'number' || isText ? Number(value) : Number.NaN;
}

function toStatuses(body: unknown): readonly unknown[] | undefined {
  const statuses = isRow(body) ? toList(body.statuses) : undefined;
  return statuses?.some(isErrorRow) ? undefined : statuses;
}

async function listOrders(get: Get, query: OrderQuery, extras: Query): Promise<OrderPage> {
  const path = '/v2/orders';
  const { limit = LARGEST_PAGE } = query;
  const answer = await get({
    endpoint: 'GET orders',
    path,
    query: {
      ...(query.statusId === undefined ? {} : { status_id: query.statusId }),
      ...(query.minId > 0 ? { min_id: query.minId } : {}),
      ...(query.maxId === undefined ? {} : { max_id: query.maxId }),
      ...inQuery(query),
      ...extras,
      sort: 'id:asc',
      limit,
    },
    once: query.once,
    read: toOrderRows,
  });
  if (!answer.found) return missing('GET', path);
  const rows = answer.value;
  const orders = rows.filter(hasId).map(parseListedOrder);
  return { orders, unreadable: rows.length - orders.length, isLast: isLastPage(rows.length, limit) };
}

/** A list of orders without any usable id is no answer: an error under status 200 looks like that. */
function toOrderRows(body: unknown): readonly unknown[] | undefined {
  const rows = toRowsOrNone(body);
  return rows?.length === 0 || rows?.some(hasId) ? rows : undefined;
}

function hasId(row: unknown): row is Row & { readonly id: number } {
  return isRow(row) && row.id !== undefined && row.id === toOrderId(row.id);
}

function inQuery({ modifiedSince, modifiedBefore, createdSince, createdBefore }: OrderDates): Query {
  return {
    ...(modifiedSince === undefined ? {} : { min_date_modified: isoWithOffset(modifiedSince) }),
    ...(modifiedBefore === undefined ? {} : { max_date_modified: isoWithOffset(modifiedBefore) }),
    ...(createdSince === undefined ? {} : { min_date_created: isoWithOffset(createdSince) }),
    ...(createdBefore === undefined ? {} : { max_date_created: isoWithOffset(createdBefore) }),
  };
}

async function getOrder(
  get: Get,
  orderId: number,
  [query, ...lighter]: readonly Query[],
): Promise<(Read | Gone) & Pick<Answer<RawOrder>, 'lightened'>> {
  const read = (body: unknown) => {
    const order = toRawOrder(body);
    return order?.id === orderId ? order : undefined;
  };
  const path = `/v2/orders/${orderId}`;
  const answer = await get({ endpoint: 'GET order', path, orderId, ...(query && { query }), lighter, read });
  const { startedAt: readAt, lightened } = answer;
  return answer.found ? { order: answer.value, readAt, lightened } : { order: undefined, readAt, lightened };
}

/**
 * All rows, however many there are and whatever `limit` is worth. Where a page fails, the list is read again from its start
 * in smaller pages: pages are numbered by their size. Throws the first error when no size helps.
 */
async function readToTheEnd(get: Get, orderId: number, name: string): Promise<readonly Row[]> {
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
async function getFees(get: Get, orderId: number): Promise<readonly Row[]> {
  const path = `/v2/orders/${orderId}/fees`;
  const read = (body: unknown) => toRows(isRow(body) ? body.fees : body);
  const answer = await get({ endpoint: 'GET fees', path, orderId, read });
  if (!answer.found) return missing('GET', path);
  return answer.value.map(({ cost_exc_tax, ...fee }) =>
    cost_exc_tax === undefined ? fee : { cost_ex_tax: cost_exc_tax, ...fee },
  );
}

/** No body, as with 204, is BigCommerce's empty list. */
function toRowsOrNone(body: unknown): readonly unknown[] | undefined {
  return body === undefined ? [] : toList(body);
}

function toRows(body: unknown): readonly Row[] | undefined {
  const list = toRowsOrNone(body);
  return list?.every(isRow) && !list.some(isErrorRow) ? list : undefined;
}

function missing(method: string, path: string): never {
  throw new BigCommerceError(`${method} ${path} answered 404.`, 'retryable', 404);
}

/** BigCommerce's dates have whole seconds and want an offset. */
function isoWithOffset(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, '+00:00');
}
