// Refuses a call before it reaches the API: encoding, store, token, scope, quota, route, body.
import { arrayError, nothing, objectError } from './response';
import type { Answer } from './response';
import { objectBody } from './routing';
import type { Call } from './routing';

/** The refusal of a call, or undefined if it may pass. A call that reaches the quota check costs one request. */
export function refuse(call: Call): Answer | undefined {
  const { store } = call;
  if (!call.isDecodable) return gatewayError(call, 400, 'The request path is malformed.');
  if (call.storeHash === undefined) return gatewayError(call, 404, 'This path is not part of the API.');
  if (call.storeHash !== store.credentials.storeHash) {
    return gatewayError(call, store.switches.wrongHashStatus, 'This account has no such store.');
  }
  if (call.header('x-auth-token') !== store.credentials.accessToken) {
    return gatewayError(call, 401, 'The token in the request is not valid for this store.');
  }
  if (!hasScope(call)) {
    return gatewayError(call, 403, "You don't have a required scope to access the endpoint");
  }
  return overQuota(call) ?? wrongRoute(call) ?? wrongBody(call);
}

function gatewayError(call: Call, status: number, title: string): Answer {
  const { switches } = call.store;
  return call.version === 'v3' || switches.gatewayErrors === 'object'
    ? objectError(status, title, switches)
    : arrayError(status, title, switches);
}

function hasScope(call: Call): boolean {
  const scope = call.route?.scope;
  if (!scope) return true;
  const { scopes } = call.store.settings;
  return scopes.includes(scope) || (call.method === 'GET' && scopes.includes(`${scope}_read_only`));
}

function overQuota(call: Call): Answer | undefined {
  const { switches, quota, log } = call.store;
  const limit = switches.concurrencyPerEndpoint;
  const isOverLimit = limit > 0 && log.inFlight(call.endpoint) > limit;
  if (!isOverLimit && quota.take()) return undefined;
  const answer = gatewayError(call, 429, 'Too many requests.');
  return { ...answer, headers: { ...answer.headers, ...quota.refusal(switches.rateLimitHeaders) } };
}

function wrongRoute(call: Call): Answer | undefined {
  if (call.route) return undefined;
  const { switches } = call.store;
  const status = call.pathIsKnown ? switches.wrongMethodStatus : 404;
  const message = status === 404 ? 'The requested resource was not found.' : 'The method is not allowed.';
  return call.version === 'v3'
    ? objectError(status, message, switches)
    : arrayError(status, message, switches);
}

function wrongBody(call: Call): Answer | undefined {
  if (call.method === 'GET' || call.method === 'DELETE') return undefined;
  const { switches } = call.store;
  if (!(call.header('content-type') ?? '').includes('application/json')) {
    return nothing(switches.contentTypeStatus);
  }
  if (objectBody(call)) return undefined;
  const message = 'The request body is not a JSON object.';
  return call.version === 'v3' ? objectError(400, message, switches) : arrayError(400, message, switches);
}
