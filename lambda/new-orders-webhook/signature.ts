// Verifies Standard Webhooks signatures, as BigCommerce makes them: HMAC-SHA256 over the raw bytes, compared in constant time.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookReason } from '../shared/order/reasons';

/** The three headers, as received. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec */
export interface SignatureHeaders {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

export interface SignatureCheck extends SignatureHeaders {
  /** BigCommerce's client secret; its raw bytes are the key. With an empty one no signature is valid. */
  readonly clientSecret: string | Uint8Array;
  readonly body: Uint8Array;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly maxAgeMs: number;
}

/** `ageMs` is the age of a correct signature, also if it is too old. `mayMatchNewSecret`: the client secret may be outdated. */
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

/** Whether one of the signatures is correct, and its time is neither too old nor in the future. Never throws. */
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

/** The digest that identifies a message: its id and body, hashed because both may have any length and any characters. */
export function digestOf(id: string, body: Uint8Array): string {
  // The quotes separate the id from the body.
  return createHash('sha256').update(JSON.stringify(id)).update(body).digest('hex');
}

/** Whether the secret header has our secret. Digests are compared, so that the time does not show its length. */
export function isSecret(given: string, secret: string): boolean {
  if (secret === '') return false;
  const digest = (text: string) => createHmac('sha256', secret).update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
