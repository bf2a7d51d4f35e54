// Reads an answer of BigCommerce: the requested value, or one clear error for its many forms.
import { BigCommerceError, DoubtfulListError } from '../runtime/errors';
import { isRow, parseJson, toList } from '../runtime/json';
import { classifyStatus } from './retry';

/** The value of a 2xx answer; undefined for another status, a body that is not JSON, or one that `read` rejects. */
export function readValue<T>(
  status: number,
  text: string,
  read: (body: unknown) => T | undefined,
): T | undefined {
  if (!isSuccess(status)) return undefined;
  if (text === '') return read(undefined);
  const body = parseJson(text);
  return body === undefined ? undefined : read(body);
}

/** The error for an answer without a value; `call` is the request, such as `GET /v2/orders/100`. */
export function badAnswer(call: string, status: number, text: string): BigCommerceError {
  if (isSuccess(status)) {
    const Unexpected = mayMeanNothing(parseJson(text)) ? DoubtfulListError : BigCommerceError;
    return new Unexpected(`${call} answered ${status} with an unexpected body.`, 'retryable', status);
  }
  const message = `${call} answered ${status}${errorText(parseJson(text))}${advice(status)}`;
  return new BigCommerceError(message, classifyStatus(status), status);
}

/** The error for a request without an answer. It has only the code and message of axios's error, which contains the token. */
export function noAnswer(call: string, error: Error): BigCommerceError {
  return new BigCommerceError(`${call} got no answer (${codeOf(error)}: ${error.message}).`, 'retryable');
}

/** Throws for a 404 of a resource that must exist. */
export function missing(method: string, path: string): never {
  throw new BigCommerceError(`${method} ${path} answered 404.`, 'retryable', 404);
}

/** BigCommerce answers an empty list with 204 and no body. */
export function toRowsOrNone(body: unknown): readonly unknown[] | undefined {
  return body === undefined ? [] : toList(body);
}

/** The code of a network error, such as `ECONNRESET`. */
export function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function mayMeanNothing(body: unknown): boolean {
  if (isRow(body)) return Object.keys(body).length === 0;
  return body === null || body === false || body === 0 || body === '';
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** The store's error text. V2 errors are arrays, those of the gateway and V3 are objects; HTML and empty bodies occur. */
function errorText(body: unknown): string {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  if (!isRow(first)) return '.';
  const texts = [first.message, first.title, first.detail];
  const text = texts.find((part) => typeof part === 'string' && part !== '');
  const parts = [...(typeof text === 'string' ? [text] : []), ...fieldErrors(first.errors)];
  return parts.length > 0 ? `: ${parts.join('; ').slice(0, 200)}` : '.';
}

/** V3 reports errors by field. Its texts about headers may repeat the secret in them, so they are not shown. */
function fieldErrors(errors: unknown): string[] {
  return Object.entries(isRow(errors) ? errors : {}).flatMap(([field, problem]) => {
    if (field.startsWith('headers')) return [`${field} is refused`];
    return typeof problem === 'string' ? [`${field}: ${problem}`] : [];
  });
}

function advice(status: number): string {
  if (status === 401) return ' Check BigCommerceToken: the store does not know this access token.';
  if (status === 403)
    return ' Check BigCommerceStoreHash, and the API account: it needs the scope Orders, modify.';
  return status >= 300 && status < 400 ? ' Check BigCommerceApiUrl: the API redirects from there.' : '';
}
