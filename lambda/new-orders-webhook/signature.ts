// Standard Webhooks signatures, as BigCommerce makes them: HMAC-SHA256 over the raw bytes, compared in constant time.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookReason } from '../shared/order/reasons';

/** The three headers, as received. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec */
export interface SignatureHeaders {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

export interface SignatureCheck extends SignatureHeaders {
  /** BigCommerce's client secret; its raw bytes are the key. Never verified against an empty one. */
  readonly clientSecret: string | Uint8Array;
  readonly body: Uint8Array;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly maxAgeMs: number;
}

/** `ageMs`: of a true signature, also when it is too old. `otherSecret`: it might hold with a newer client secret. */
export type SignatureResult =
  | { readonly isValid: true; readonly ageMs: number }
  | {
      readonly isValid: false;
      readonly reason: WebhookReason;
      readonly ageMs?: number;
      readonly mayMatchNewSecret?: true;
    };

/** A sender's clock may be this much ahead of ours. */
const MAX_AHEAD_MS = 5 * 60 * 1000;

/** Whether one of the signatures holds, and its time is neither too old nor ahead. Never throws. */
export function verifySignature(check: SignatureCheck): SignatureResult {
  const { clientSecret, id, timestamp, signature, now, maxAgeMs } = check;
  if (!id || !signature || timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) {
    return { isValid: false, reason: 'incomplete-headers' };
  }
  if (clientSecret.length === 0) {
    return { isValid: false, reason: 'no-client-secret', mayMatchNewSecret: true };
  }
  const expected = createHmac('sha256', clientSecret)
    .update(`${id}.${timestamp}.`)
    .update(check.body)
    .digest();
  if (!signature.split(' ').some((candidate) => matches(candidate, expected))) {
    return { isValid: false, reason: 'wrong-signature', mayMatchNewSecret: true };
  }
  const ageMs = now - Number(timestamp) * 1000;
  if (ageMs > maxAgeMs) return { isValid: false, reason: 'too-old', ageMs };
  if (ageMs < -MAX_AHEAD_MS) return { isValid: false, reason: 'in-the-future', ageMs };
  return { isValid: true, ageMs };
}

function matches(candidate: string, expected: Buffer): boolean {
  const [version, encoded, ...rest] = candidate.split(',');
  if (version !== 'v1' || encoded === undefined || rest.length > 0) return false;
  const given = Buffer.from(encoded, 'base64');
  // Node's decoder skips what is not base64; only the one exact spelling is a signature.
  return (
    given.toString('base64') === encoded &&
    given.length === expected.length &&
    timingSafeEqual(given, expected)
  );
}

/** By what a message is known again: its id and body, hashed, since both may have any length and any characters. */
export function digestOf(id: string, body: Uint8Array): string {
  // In quotes an id ends where it ends, whatever the body begins with.
  return createHash('sha256').update(JSON.stringify(id)).update(body).digest('hex');
}

/** Whether the secret header carries our own secret; compared by digests, so that not even the length shows. */
export function isSecret(given: string, secret: string): boolean {
  if (secret === '') return false;
  const digest = (text: string) => createHmac('sha256', secret).update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
