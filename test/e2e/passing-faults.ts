// Faults that pass: what the store and DynamoDB do to the calls of one order for a while, by the name of a test.
import type { Fault, RateLimitHeaders } from '../../simulator/index';
import type { AwsFault } from '../../scripts/local/aws-proxy';

/** Strikes so often, and then no more. */
export type PassingFault = Fault & { readonly times: number };

const order = 'GET /orders/{id}';
/** Asked for only where not all lines come with the order. */
export const lines = 'GET /orders/{id}/products';
/** Not asked for where all of an order is digital. */
export const addresses = 'GET /orders/{id}/shipping_addresses';
const coupons = 'GET /orders/{id}/coupons';
const put = 'PUT /orders/{id}';
const tooMany = (mode: RateLimitHeaders) => ({ kind: 'rateLimit', mode, resetMs: 300, times: 2 }) as const;
const failing = (status: number) => ({ kind: 'status', status, times: 2 }) as const;
const reset = (when: 'before' | 'during' | 'after') => ({ kind: 'reset', when, times: 2 }) as const;
const once = (kind: 'hang' | 'truncated' | 'html') => ({ kind, times: 1 }) as const;

/** What the store does to an order's calls for a while; each is outlasted within one invocation. */
export const storeFaults: Readonly<Record<string, readonly PassingFault[]>> = {
  '429 with all headers': [{ endpoint: order, ...tooMany('all') }],
  '429 with milliseconds alone': [lines, addresses].map((endpoint) => ({ endpoint, ...tooMany('msOnly') })),
  '429 with X-Retry-After alone': [{ endpoint: coupons, ...tooMany('retryAfterOnly') }],
  '429 without any header': [coupons, addresses].map((endpoint) => ({ endpoint, ...tooMany('none') })),
  '429 to its PUT': [{ endpoint: put, ...tooMany('all'), times: 1 }],
  '500': [order, lines].map((endpoint) => ({ endpoint, ...failing(500) })),
  '502': [lines, coupons].map((endpoint) => ({ endpoint, ...failing(502) })),
  '503': [order, coupons, addresses].map((endpoint) => ({ endpoint, ...failing(503) })),
  '504': [lines, order, addresses].map((endpoint) => ({ endpoint, ...failing(504) })),
  '503 to its PUT, before the effect': [{ endpoint: put, kind: 'status', status: 503, times: 1 }],
  '502 to its PUT, after the effect': [
    { endpoint: put, kind: 'status', status: 502, when: 'after', times: 1 },
  ],
  'a reset before the answers': [{ endpoint: order, ...reset('before') }],
  'a reset during the answers': [lines, addresses].map((endpoint) => ({ endpoint, ...reset('during') })),
  'a reset after the calls': [coupons, addresses].map((endpoint) => ({ endpoint, ...reset('after') })),
  'a reset of its PUT, before the effect': [{ endpoint: put, kind: 'reset', when: 'before', times: 1 }],
  'a reset of its PUT, during the answer': [{ endpoint: put, kind: 'reset', when: 'during', times: 1 }],
  'a reset of its PUT, after the effect': [{ endpoint: put, kind: 'reset', when: 'after', times: 1 }],
  'a hanging answer': [lines, addresses].map((endpoint) => ({ endpoint, ...once('hang') })),
  'a PUT that hangs before the effect': [{ endpoint: put, kind: 'hang', when: 'before', times: 1 }],
  'a PUT that hangs after the effect': [{ endpoint: put, kind: 'hang', when: 'after', times: 1 }],
  'truncated JSON': [order, coupons, addresses].map((endpoint) => ({ endpoint, ...once('truncated') })),
  'truncated JSON from its PUT': [{ endpoint: put, kind: 'truncated', times: 1 }],
  'HTML for JSON': [order, lines, addresses].map((endpoint) => ({ endpoint, ...once('html') })),
  'HTML from its PUT': [{ endpoint: put, kind: 'html', times: 1 }],
  'no body': [{ endpoint: order, kind: 'empty', times: 1 }],
};

/** The SDK outlasts two refusals; with a third the order returns to the queue once. */
export const awsFaults: Readonly<Record<string, Omit<AwsFault, 'orderId'>>> = {
  'throttles its lease': { operation: 'UpdateItem', kind: 'refused', error: 'ThrottlingException', times: 2 },
  'takes its lease and loses the answer': { operation: 'UpdateItem', kind: 'unanswered' },
  'throttles its snapshot': { operation: 'PutItem', kind: 'refused', error: 'ThrottlingException', times: 2 },
  'is down when it is stored': { operation: 'PutItem', kind: 'refused', times: 3 },
  'is down when it was advanced': { operation: 'TransactWriteItems', kind: 'refused', times: 3 },
  'ends its advance and loses the answer': { operation: 'TransactWriteItems', kind: 'unanswered' },
};
