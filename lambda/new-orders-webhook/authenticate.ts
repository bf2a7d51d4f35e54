// Decides whether BigCommerce sent a webhook: its signature is valid, or it has the secret header of our own registration.
import type { BigCommerceCredentials } from '../shared/aws/secrets';
import type { WebhookReason } from '../shared/order/reasons';
import { MAX_BODY_BYTES, SECRET_HEADER } from '../shared/order/webhook-event';
import { isSecret, verifySignature } from './signature';
import type { SignatureResult } from './signature';

export interface SignedRequest {
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

export interface AuthenticateDeps {
  /** `fresh` fetches the secret again: it may have been rotated. */
  readonly adapters: {
    readonly secrets: {
      bigCommerce(fresh?: boolean): Promise<BigCommerceCredentials>;
      webhook(fresh?: boolean): Promise<string>;
    };
  };
  readonly invocation: { readonly now: () => number };
}

/** `ageMs` is the age of a valid signature, if there is one. `id` is the message id, which is signed. */
export type Authentication =
  | { readonly by: 'signature'; readonly ageMs: number; readonly id: string }
  | { readonly by: 'secret-header'; readonly ageMs: number | undefined }
  | { readonly by: 'none'; readonly reason: WebhookReason; readonly ageMs: number | undefined };

/**
 * Checks the signature and the header; one must be valid. A request without either costs no call. A body that is too large
 * for a webhook is not hashed, so it needs the header. Throws if a secret cannot be read and the other check fails.
 */
export async function authenticate(
  request: SignedRequest,
  maxAgeMs: number,
  deps: AuthenticateDeps,
): Promise<Authentication> {
  const checks = [signatureOf(request, maxAgeMs, deps), hasSecret(request, deps)] as const;
  const [signature, header] = await Promise.allSettled(checks);
  const known = signature.status === 'fulfilled' ? signature.value : undefined;
  const { 'webhook-id': id = '' } = request.headers;
  if (known?.isValid === true) return { by: 'signature', ageMs: known.ageMs, id };
  if (header.status === 'fulfilled' && header.value) return { by: 'secret-header', ageMs: known?.ageMs };
  // Without a readable secret the request may be genuine: the error is thrown, and BigCommerce delivers again.
  const [result] = await Promise.all(checks);
  return { by: 'none', reason: reasonOf(result), ageMs: result?.ageMs };
}

const reasonOf = (result: SignatureResult | undefined) =>
  result === undefined || result.isValid ? 'no-signature' : result.reason;

/** Undefined for a request without a signature. */
async function signatureOf(
  { headers, body }: SignedRequest,
  maxAgeMs: number,
  { adapters: { secrets }, invocation: { now } }: AuthenticateDeps,
): Promise<SignatureResult | undefined> {
  const signature = headers['webhook-signature'];
  if (signature === undefined) return undefined;
  if (body.length > MAX_BODY_BYTES) {
    return { isValid: false, reason: 'body-too-large' };
  }
  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers;
  const verify = async (fresh: boolean) => {
    const { clientSecret } = await secrets.bigCommerce(fresh);
    return verifySignature({ id, timestamp, signature, clientSecret, body, now: now(), maxAgeMs });
  };
  const result = await verify(false);
  return !result.isValid && result.mayMatchNewSecret ? verify(true) : result;
}

async function hasSecret(
  { headers }: SignedRequest,
  { adapters: { secrets } }: AuthenticateDeps,
): Promise<boolean> {
  const given = headers[SECRET_HEADER.toLowerCase()];
  if (given === undefined || given === '') return false;
  return isSecret(given, await secrets.webhook()) || isSecret(given, await secrets.webhook(true));
}
