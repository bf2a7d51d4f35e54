// The store's API: counts, lists, one order, its sub-resources and its status. This folder narrows every answer, once.
import type { Gone, Order, Read } from '../order/order';
import type { Row } from '../runtime/json';
import type { Log } from '../runtime/log';
import { createGetOrder, formsOf, statusRequest } from './one-order';
import type { OrderForm } from './one-order';
import { countOrders, listOrders } from './order-list';
import type { OrderDates, OrderPage, OrderQuery } from './order-list';
import { parseOrder } from './parse-order';
import { createRequests } from './request';
import type { Answer, Get, Query, RequestsOptions, StoreRequest } from './request';
import { missing } from './response';
import { getFees, readToTheEnd } from './sub-resources';
import { createHooks } from './webhooks';
import type { Call, Hooks } from './webhooks';

/** Every call may throw BigCommerceError or ConfigurationError; times are epoch milliseconds. */
export interface Store {
  /** Orders by status id; a status that the store does not count is absent. */
  countOrders(dates?: OrderDates): Promise<ReadonlyMap<number, number>>;
  /** One page, ascending by id: lists are read by id, since page numbers slide while statuses change. */
  listOrders(query: OrderQuery): Promise<OrderPage>;
  /**
   * The order as it is now, with its fees and, by setting, its lines; or `Gone` for a 404. If the store refuses the order with
   * these extras, they are left off, in this call and in later ones of the invocation.
   */
  getOrder(orderId: number, form?: OrderForm): Promise<Read | Gone>;
  getLines(orderId: number): Promise<readonly Row[]>;
  getShippingAddresses(orderId: number): Promise<readonly Row[]>;
  getCoupons(orderId: number): Promise<readonly Row[]>;
  /** For an order whose fees did not come with it. */
  getFees(orderId: number): Promise<readonly Row[]>;
  /** Sets the status with one PUT, which is never retried. Returns the answer, or `too-late` if its turn came after `notAfter`. */
  putStatus(orderId: number, statusId: number, notAfter: number): Promise<Order | 'too-late'>;
}

/** The connection to a store that the invocations of a container share. */
export interface BigCommerce {
  /**
   * The calls of one invocation. They end at `deadline`, and `log` gets a line for each request. `readTimeoutMs` is the timeout
   * of reads only.
   */
  until(deadline: number, log?: Log, readTimeoutMs?: number): Store & Hooks;
}

export interface BigCommerceOptions extends RequestsOptions {
  /** Unless false, orders are requested with their lines; otherwise their `consignments` are only a link. */
  readonly readConsignments?: boolean;
}

/** Connects to a store. Connections and the known quota live as long as the result. */
export function createBigCommerce(options: BigCommerceOptions): BigCommerce {
  const asksLines = options.readConsignments !== false;
  const forms = formsOf(asksLines);
  const senderFor = createRequests(options);
  return {
    until(deadline, log, readTimeoutMs) {
      const sendUntil = senderFor(log);
      const send: SendInTime = (request) => sendUntil(request, deadline);
      const call: Call = (request) => answerOf(request, send);
      const get: Get = (request) => call({ ...request, method: 'GET', timeoutMs: readTimeoutMs });
      return { ...createHooks(call), ...createReads(get, forms, asksLines), ...createWrites(send) };
    },
  };
}

type SendInTime = <T>(request: StoreRequest<T>) => Promise<Answer<T> | 'too-late'>;

/** The answer of a request without `notAfter`, which cannot be too late. */
async function answerOf<T>(request: StoreRequest<T>, send: SendInTime): Promise<Answer<T>> {
  const answer = await send(request);
  if (answer === 'too-late') throw new Error(`${request.method} ${request.path} was not sent.`);
  return answer;
}

function createReads(get: Get, forms: readonly Query[], asksLines: boolean): Omit<Store, 'putStatus'> {
  const [whole = {}] = forms;
  const getAll = (orderId: number, name: string) => readToTheEnd(get, orderId, name);
  return {
    countOrders: (dates = {}) => countOrders(get, dates),
    listOrders: (query) => listOrders(get, query, query.withLines === true && asksLines ? whole : {}),
    getOrder: createGetOrder(get, forms),
    getLines: (orderId) => getAll(orderId, 'products'),
    getShippingAddresses: (orderId) => getAll(orderId, 'shipping_addresses'),
    getCoupons: (orderId) => getAll(orderId, 'coupons'),
    getFees: (orderId) => getFees(get, orderId),
  };
}

function createWrites(send: SendInTime): Pick<Store, 'putStatus'> {
  return {
    async putStatus(orderId, statusId, notAfter) {
      const request = statusRequest(orderId, statusId, notAfter);
      const answer = await send(request);
      if (answer === 'too-late') return answer;
      return answer.found ? parseOrder(answer.value) : missing(request.method, request.path);
    },
  };
}
