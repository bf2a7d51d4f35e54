// What nobody could tell for sure about the real API. Each switch names one such doubt; its default is the
// likelier or the harsher reading. Switches are live: a test may turn one between two calls.

/** The doubtful behaviours of the API, one field each. */
export interface Switches {
  /** Recorded JSON has `\/`; the recorder may have put it there. `all` also writes `\u00e9` for é, as PHP does. */
  escaping: 'slashes' | 'all' | 'none';
  /** The same doubt for the bodies of webhooks, where it decides whether a signature holds. */
  webhookEscaping: 'slashes' | 'all' | 'none';
  /** An empty list is seen as 204 with no body in practice; the specification knows 200 only. */
  emptyList: '204' | 'array';
  /** `min_id` and `max_id`: is the named order itself in the list? */
  idBounds: 'inclusive' | 'exclusive';
  /** `min_date_*` and `max_date_*`: is the named second itself in the list? */
  dateBounds: 'inclusive' | 'exclusive';
  /** `limit` over 250: 413 by the status page, or quietly 250. */
  overLimit: 'refuse' | 'clamp';
  /** Archived orders in a list that does not ask for them. */
  archivedOrders: 'hidden' | 'listed';
  /** `is_deleted=true` has left the documentation: only the archived ones, those too, or no longer read. */
  isDeletedFilter: 'only' | 'also' | 'ignored';
  /** Incomplete orders (0) in a list that does not ask for status 0. */
  incompleteOrders: 'hidden' | 'listed';
  /** Form of a 401, 403 or 429 body at a V2 address: the gateway's object or V2's array. */
  gatewayErrors: 'object' | 'array';
  /** What a wrong store hash is answered with. */
  wrongHashStatus: 403 | 404;
  /** What a known path is answered with when the method is wrong. */
  wrongMethodStatus: 405 | 404;
  /** What a body without `Content-Type: application/json` is answered with. */
  contentTypeStatus: 415 | 400;
  /** V2 has answered XML to requests that do not accept JSON. */
  xmlWithoutAccept: boolean;
  /** A separate limit of calls in flight per endpoint was once 3; 0 means that it is gone. */
  concurrencyPerEndpoint: number;
  /** Headers of a 429: all of them, only those in milliseconds, only `X-Retry-After`, or none. */
  rateLimitHeaders: RateLimitHeaders;
  /** A PUT without `status_id`: leaves the status, or falls to Pending as one table of the docs has it. */
  putWithoutStatus: 'keep' | 'pending';
  /** A PUT without `fees`: are the order's fees kept? */
  putWithoutFees: 'keep' | 'drop';
  /** `/orders/{id}/fees`: `cost_ex_tax` as with the order, or `cost_exc_tax` as in an example of the specification. */
  feesSpelling: 'cost_ex_tax' | 'cost_exc_tax';
  /** Whether `include=fees` is obeyed; else the fees stay a link. */
  includesFees: boolean;
  /** A PUT that repeats the status: does `date_modified` move? */
  sameStatusBumpsDate: boolean;
  /** A PUT that repeats the status: does `store/order/updated` fire? */
  sameStatusFiresUpdated: boolean;
  /** Whether Partially Refunded (14) counts as paid; the old list of paid statuses did not know it. */
  partiallyRefundedIsPaid: boolean;
  /** `shipping_address_count` of an order that ships nothing. */
  digitalAddressCount: 0 | 1;
  /** `order_is_digital` of a cart with digital and physical lines; a gift certificate counts as digital. */
  mixedCartIsDigital: boolean;
  /** Whether `items_total` counts the parts of a bundle. */
  itemsTotalCountsBundled: boolean;
  /** A coupon's `amount` and `discount`: numbers in the specification, strings in the old docs. */
  couponAmounts: 'number' | 'string';
  /** Where links lead: to the address by which the store was asked, or to the real API's host. */
  linkHost: 'own' | 'foreign';
  /** How the order's link to its addresses is spelled; both are served. */
  addressLink: 'shipping_addresses' | 'shippingaddresses';
  /** Whether an order that was not asked for consignments carries the link to them. */
  consignmentsLink: boolean;
  /** `include=consignments` without `consignment_structure`: the deprecated array, or already the object. */
  consignmentsDefault: 'array' | 'object';
  /** Some orders were seen with valid lines and empty `line_items`. */
  emptyLineItems: boolean;
  /** Whether a shipping consignment has the id of its address. */
  consignmentIdIsAddressId: boolean;
  /** Whether orders made without a cart announce `store/cart/converted` too. */
  cartConvertedWithoutCart: boolean;
  /** What `POST /v3/hooks` answers; the specification has 200, clients have met 201. */
  hookCreatedStatus: 200 | 201;
  /** Hook destinations: as the real store (HTTPS on 443), or loopback too, so that something can be delivered. */
  hookDestinations: 'loopback' | 'strict';
  /** Whether deliveries of hooks made through V2 are signed. */
  v2HooksSigned: boolean;
  /** Whether a retry carries a fresh timestamp and signature. */
  restampRetries: boolean;
  /** How long a delivery waits for its answer; not published. */
  deliveryTimeoutMs: number;
  /** Events for a domain that is blocked: sent later, or gone. */
  eventsDuringBlock: 'retried' | 'lost';
}

/** Which headers a 429 carries. */
export type RateLimitHeaders = 'all' | 'msOnly' | 'retryAfterOnly' | 'none';

/** The switches as they stand unless a caller says otherwise. */
export const defaultSwitches = (): Switches => ({
  escaping: 'slashes',
  webhookEscaping: 'slashes',
  emptyList: '204',
  idBounds: 'inclusive',
  dateBounds: 'inclusive',
  overLimit: 'refuse',
  archivedOrders: 'hidden',
  isDeletedFilter: 'only',
  incompleteOrders: 'hidden',
  gatewayErrors: 'object',
  wrongHashStatus: 403,
  wrongMethodStatus: 405,
  contentTypeStatus: 415,
  xmlWithoutAccept: true,
  concurrencyPerEndpoint: 0,
  rateLimitHeaders: 'all',
  putWithoutStatus: 'keep',
  putWithoutFees: 'keep',
  feesSpelling: 'cost_ex_tax',
  includesFees: true,
  sameStatusBumpsDate: true,
  sameStatusFiresUpdated: true,
  partiallyRefundedIsPaid: false,
  digitalAddressCount: 0,
  mixedCartIsDigital: false,
  itemsTotalCountsBundled: true,
  couponAmounts: 'number',
  linkHost: 'own',
  addressLink: 'shipping_addresses',
  consignmentsLink: true,
  consignmentsDefault: 'array',
  emptyLineItems: false,
  consignmentIdIsAddressId: true,
  cartConvertedWithoutCart: false,
  hookCreatedStatus: 200,
  hookDestinations: 'loopback',
  v2HooksSigned: true,
  restampRetries: true,
  deliveryTimeoutMs: 5000,
  eventsDuringBlock: 'retried',
});
