// Webhooks that must not get in, or that make no sense; and replays of genuine ones, which must do no harm.
import { signWebhook } from '../../../simulator/index';
import type { Store, WebhookRequest } from '../../../simulator/index';

/** The nth kind of junk, round and round. `expected` is the answer that it must get. */
export function junk(nth: number, ids: readonly number[], now: number, { credentials, deliveries }: Store) {
  const orderId = ids[nth % Math.max(1, ids.length)] ?? 1;
  const genuine = {
    producer: `stores/${credentials.storeHash}`,
    scope: 'store/order/statusUpdated',
    data: { type: 'order', id: orderId },
  };
  const body = JSON.stringify(genuine);
  const signed = (text: string, secret: string, ageMs = 0, id = `msg_${nth}`): WebhookRequest => {
    const stamp = Math.floor((now - ageMs) / 1000);
    return {
      url: 'http://127.0.0.1:1/',
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(stamp),
        'webhook-signature': signWebhook(secret, id, stamp, text),
      },
      body: text,
      timeoutMs: 5_000,
    };
  };
  const { clientSecret } = credentials;
  const last = deliveries.all().at(-1);
  const kinds = [
    { expected: 401, webhook: signed(body, 'another secret') },
    { expected: 401, webhook: { ...signed(body, clientSecret), headers: {} } },
    { expected: 401, webhook: { ...signed(body, clientSecret), body: `${body} ` } },
    { expected: 401, webhook: signed(body, clientSecret, 80 * 3_600_000) },
    { expected: 200, webhook: signed(body, clientSecret, 40 * 3_600_000) },
    { expected: 200, webhook: signed('no JSON', clientSecret) },
    {
      expected: 200,
      webhook: signed(JSON.stringify({ ...genuine, data: { id: '../customers' } }), clientSecret),
    },
    { expected: 401, webhook: signed(body.padEnd(70_000), clientSecret) },
    {
      expected: 200,
      webhook: signed(JSON.stringify({ ...genuine, producer: 'stores/other' }), clientSecret),
    },
    { expected: 200, webhook: signed(last?.body ?? body, clientSecret) },
    { expected: 200, webhook: signed(body, clientSecret, 0, 'msg_replayed') },
  ];
  const kind = kinds[nth % kinds.length];
  if (kind === undefined) throw new Error('There is always one.');
  return kind;
}
