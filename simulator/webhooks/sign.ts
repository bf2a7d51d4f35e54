// The signature of a webhook, as the Standard Webhooks specification defines it and BigCommerce uses it.
import { createHmac } from 'node:crypto';

/**
 * The value of `webhook-signature`: HMAC-SHA256 over id, timestamp and the raw body. The key is the client
 * secret's own bytes; libraries take its base64 form as the secret and decode it.
 */
export function signWebhook(
  clientSecret: string,
  id: string,
  timestampSeconds: number,
  rawBody: string,
): string {
  const signed = `${id}.${timestampSeconds}.${rawBody}`;
  return `v1,${createHmac('sha256', clientSecret).update(signed).digest('base64')}`;
}

/** The headers that authenticate a webhook; none for an empty secret. */
export function signedHeaders(
  secret: string,
  id: string,
  timestampSeconds: number,
  body: string,
): Record<string, string> {
  if (secret === '') return {};
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signWebhook(secret, id, timestampSeconds, body),
  };
}
