// A replay of a signed delivery, in the flow.
import { EnqueueError } from '../../../lambda/shared/runtime/errors';
import { NOON } from '../../support/builders';
import { accepted, aReceiver, aWebhook, secretHeader, signed } from '../../support/receiver';

const MINUTE = 60_000;

const HOUR = 60 * MINUTE;

describe('a replay of a signed delivery', () => {
  const text = JSON.stringify(aWebhook());
  const replayed = { status: 200, outcome: 'replayed' };
  /** A receiver whose clock can be moved on. */
  const aReceiverInTime = () => {
    const receiver = aReceiver();
    const at = (now: number) => ({ now: () => now });
    return { ...receiver, at };
  };

  it('a replay of a signed delivery is answered 200 and counted, and does nothing else', async () => {
    const { post, order, lines, deliveries } = aReceiver();
    const captured = signed(text);
    expect(await post(text, captured)).toEqual(accepted);
    const done = [...order];
    for (let times = 0; times < 3; times += 1) expect(await post(text, captured)).toEqual(replayed);
    expect(order).toEqual(done);
    expect(deliveries).toHaveLength(1);
    const line = { event: 'webhook.replayed', fields: { orderId: 100 }, metrics: { WebhooksReplayed: 1 } };
    expect(lines.slice(1)).toEqual([line, line, line]);
  });

  it('a delivery is a replay also with the secret header added, and with another timestamp', async () => {
    const { post, queued } = aReceiver();
    await post(text, { ...signed(text, { id: 'msg_a' }), ...secretHeader });
    const later = { ...signed(text, { id: 'msg_a', at: NOON + MINUTE }), ...secretHeader };
    expect(await post(text, later)).toEqual(replayed);
    expect(queued).toHaveLength(1);
  });

  it('a replay adds no row where the scope is not needed', async () => {
    const { post, deliveries } = aReceiver();
    const ignored = JSON.stringify(aWebhook({ scope: 'store/cart/updated' }));
    const captured = signed(ignored);
    expect(await post(ignored, captured)).toMatchObject({ outcome: 'ignored' });
    expect(await post(ignored, captured)).toEqual(replayed);
    expect(deliveries).toHaveLength(1);
  });

  it.each([0, -4 * MINUTE, 6 * MINUTE, 71 * HOUR])(
    'a replay is recognized for as long as its signature is accepted (%i ms old at first)',
    async (age) => {
      const { post, at, queued } = aReceiverInTime();
      const captured = signed(text, { at: NOON - age });
      await post(text, captured);
      expect(await post(text, captured, at(NOON - age + 72 * HOUR))).toEqual(replayed);
      expect(await post(text, captured, at(NOON - age + 72 * HOUR + 1))).toMatchObject({ status: 401 });
      expect(queued).toHaveLength(1);
    },
  );

  it('a delivery with another body, another id or another order is no replay', async () => {
    const { post, queued } = aReceiver();
    const others = [
      [aWebhook(), 'msg_a'],
      [aWebhook({ scope: 'store/order/statusUpdated', data: { type: 'order', id: 100 } }), 'msg_a'],
      [aWebhook({ data: { type: 'cart', orderId: 101 } }), 'msg_a'],
      [aWebhook(), 'msg_b'],
      [aWebhook(), 'msg_a '],
    ] as const;
    for (const [webhook, id] of others) {
      const body = JSON.stringify(webhook);
      expect(await post(body, signed(body, { id }))).toEqual(accepted);
    }
    expect(queued).toHaveLength(others.length);
    for (const [webhook, id] of others) {
      const body = JSON.stringify(webhook);
      expect(await post(body, signed(body, { id }))).toEqual(replayed);
    }
  });

  it.each(['x'.repeat(9_000), 'Zoë "🛒"', '#', "' OR 1=1"])(
    'a replay is recognized whatever its id is',
    async (id) => {
      const { post } = aReceiver();
      expect(await post(text, signed(text, { id }))).toEqual(accepted);
      expect(await post(text, signed(text, { id }))).toEqual(replayed);
    },
  );

  it("a delivery that only the secret header authenticates is no replay, because its id may be anyone's", async () => {
    const { post, queued } = aReceiver();
    const captured = signed(text);
    const withOther = { ...captured, 'webhook-signature': 'v1,AAAA', ...secretHeader };
    for (const headers of [secretHeader, secretHeader, withOther, withOther, captured]) {
      expect(await post(text, headers)).toEqual(accepted);
    }
    expect(queued).toHaveLength(5);
  });

  it('a delivery that was answered 503 is no replay, and is accepted when it is delivered again', async () => {
    const { deps, post, queued } = aReceiver();
    const captured = signed(text);
    const queue = { ...deps.queue, enqueue: () => Promise.reject(new Error('down')) };
    await expect(post(text, captured, { queue })).rejects.toThrow(EnqueueError);
    expect(await post(text, captured)).toEqual(accepted);
    expect(await post(text, captured)).toEqual(replayed);
    expect(queued).toHaveLength(1);
  });

  it('a delivery is accepted when the memory of replays cannot be read or written, and that is logged', async () => {
    const { deps, post, queued, lines } = aReceiver();
    const captured = signed(text);
    const down = () => Promise.reject(new Error('throttled'));
    const unwritten = { webhooks: { ...deps.webhooks, remember: down } };
    expect(await post(text, captured, unwritten)).toEqual(accepted);
    expect(await post(text, captured)).toEqual(accepted);
    const unread = { webhooks: { ...deps.webhooks, isRemembered: down } };
    expect(await post(text, captured, unread)).toEqual(accepted);
    expect(queued).toHaveLength(3);
    const fields = { orderId: 100, error: 'Error: throttled' };
    expect(lines).toContainEqual({ event: 'webhook.not_remembered', fields });
    expect(lines).toContainEqual({ event: 'webhook.replay_check_failed', fields });
  });

  it('two copies of a delivery at the same moment are queued twice at most, which the worker makes harmless', async () => {
    const { post, queued } = aReceiver();
    const captured = signed(text);
    const both = await Promise.all([post(text, captured), post(text, captured)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(queued.map(({ orderId }) => orderId))).toEqual(new Set([100]));
    expect(await post(text, captured)).toEqual(replayed);
  });

  it('the webhook does not look up replays for junk', async () => {
    const { deps, post } = aReceiver();
    const looked = jest.fn(deps.webhooks.isRemembered);
    const webhooks = { ...deps.webhooks, isRemembered: looked };
    await post(text, signed(text, { secret: 'other' }), { webhooks });
    await post(text, {}, { webhooks });
    expect(looked).not.toHaveBeenCalled();
  });
});
