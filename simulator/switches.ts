// Behaviour of the real API that its documentation leaves uncertain. Each switch selects one reading; its default is
// the likelier or the harsher one. Switches are live: a test may change one between two calls.

/** The uncertain behaviours of the API, one field each. */
export interface Switches {
  /** Recorded JSON has `\/`; the recorder may have put it there. `all` also writes `\u00e9` for é, as PHP does. */
  escaping: 'slashes' | 'all' | 'none';
  /** The same for the bodies of webhooks, where the escaping decides whether a signature is valid. */
  webhookEscaping: 'slashes' | 'all' | 'none';
  /** In practice an empty list is a 204 without a body; the specification has only 200. */
  emptyList: '204' | 'array';
  /** Whether the list includes the order that `min_id` or `max_id` names. */
  idBounds: 'inclusive' | 'exclusive';
  /** Whether the list includes the second that `min_date_*` or `max_date_*` names. */
  dateBounds: 'inclusive' | 'exclusive';
  /** `limit` over 250: 413 according to the status page, or 250 without an error. */
  overLimit: 'refuse' | 'clamp';
  /** Archived orders in a list that does not request them. */
  archivedOrders: 'hidden' | 'listed';
  /** `is_deleted=true`, which is no longer documented: only archived orders, archived ones too, or ignored. */
  isDeletedFilter: 'only' | 'also' | 'ignored';
  /** Incomplete orders (0) in a list that does not request status 0. */
  incompleteOrders: 'hidden' | 'listed';
  /** Form of a 401, 403 or 429 body at a V2 address: the gateway's object or V2's array. */
  gatewayErrors: 'object' | 'array';
  /** The status for a wrong store hash. */
  wrongHashStatus: 403 | 404;
  /** The status for a known path with a wrong method. */
  wrongMethodStatus: 405 | 404;
  /** The status for a body without `Content-Type: application/json`. */
  contentTypeStatus: 415 | 400;
  /** V2 has answered XML to requests that do not accept JSON. */
  xmlWithoutAccept: boolean;
  /** The limit of calls in flight per endpoint, which was once 3; 0 means no limit. */
  concurrencyPerEndpoint: number;
  /** Headers of a 429: all of them, only those in milliseconds, only `X-Retry-After`, or none. */
  rateLimitHeaders: RateLimitHeaders;
  /** A PUT without `status_id`: keeps the status, or sets Pending as one table of the documentation says. */
  putWithoutStatus: 'keep' | 'pending';
  /** Whether a PUT without `fees` keeps the order's fees. */
  putWithoutFees: 'keep' | 'drop';
  /** `/orders/{id}/fees`: `cost_ex_tax` as in the order, or `cost_exc_tax` as in an example of the specification. */
  feesSpelling: 'cost_ex_tax' | 'cost_exc_tax';
  /** Whether `include=fees` works; otherwise the fees stay a link. */
  includesFees: boolean;
  /** Whether a PUT that repeats the status changes `date_modified`. */
  sameStatusBumpsDate: boolean;
  /** Whether a PUT that repeats the status causes `store/order/updated`. */
  sameStatusFiresUpdated: boolean;
  /** Whether Partially Refunded (14) counts as paid; the old list of paid statuses does not have it. */
  partiallyRefundedIsPaid: boolean;
  /** `shipping_address_count` of an order that ships nothing. */
  digitalAddressCount: 0 | 1;
  /** `order_is_digital` of a cart with digital and physical lines; a gift certificate counts as digital. */
  mixedCartIsDigital: boolean;
  /** Whether `items_total` counts the parts of a bundle. */
  itemsTotalCountsBundled: boolean;
  /** A coupon's `amount` and `discount`: numbers in the specification, strings in the old docs. */
  couponAmounts: 'number' | 'string';
  /** The host of links: the address of the request, or the real API's host. */
  linkHost: 'own' | 'foreign';
  /** The spelling of the order's link to its addresses; the store serves both. */
  addressLink: 'shipping_addresses' | 'shippingaddresses';
  /** Whether an order without `include=consignments` has a link to them. */
  consignmentsLink: boolean;
  /** `include=consignments` without `consignment_structure`: the deprecated array, or already the object. */
  consignmentsDefault: 'array' | 'object';
  /** Whether `line_items` is empty in spite of valid lines, as observed in some orders. */
  emptyLineItems: boolean;
  /** Whether a shipping consignment has the id of its address. */
  consignmentIdIsAddressId: boolean;
  /** Whether orders without a cart also cause `store/cart/converted`. */
  cartConvertedWithoutCart: boolean;
  /** The status of `POST /v3/hooks`: 200 in the specification, 201 as observed by clients. */
  hookCreatedStatus: 200 | 201;
  /** Hook destinations: HTTPS on port 443 as in the real store, or loopback too, so that deliveries are possible. */
  hookDestinations: 'loopback' | 'strict';
  /** Whether the store signs deliveries of hooks created through V2. */
  v2HooksSigned: boolean;
  /** Whether a retry has a new timestamp and signature. */
  restampRetries: boolean;
  /** The timeout of a delivery; BigCommerce does not publish it. */
  deliveryTimeoutMs: number;
  /** Events for a blocked domain: retried later, or lost. */
  eventsDuringBlock: 'retried' | 'lost';
}

/** The headers of a 429. */
export type RateLimitHeaders = 'all' | 'msOnly' | 'retryAfterOnly' | 'none';

const defaults: Switches = {
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
};

/** The default switches, as a new object. */
export function defaultSwitches(): Switches {
  return { ...defaults };
}
