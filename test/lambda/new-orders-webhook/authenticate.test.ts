// Which requests the webhook accepts as genuine, in the flow.
import fc from 'fast-check';
import { NOON } from '../../support/builders';
import { accepted, aReceiver, aWebhook, clientSecret, secretHeader, signed } from '../../support/receiver';
import type { Headers } from '../../support/receiver';

const MINUTE = 60_000;

const HOUR = 60 * MINUTE;

it('the webhook accepts the secret header in place of a signature', async () => {
  const { post, queued, deliveries } = aReceiver();
  expect(await post(JSON.stringify(aWebhook()), secretHeader)).toEqual(accepted);
  expect(queued).toHaveLength(1);
  expect(deliveries).toMatchObject([{ authenticatedBy: 'secret-header' }]);
});

it('the webhook verifies the bytes as received, not what they mean', async () => {
  const { post } = aReceiver();
  const escaped = JSON.stringify(aWebhook({ note: 'Zoë' })).replaceAll('/', String.raw`\/`);
  expect(await post(escaped, signed(escaped))).toEqual(accepted);
  expect(await post(JSON.stringify(JSON.parse(escaped)), signed(escaped))).toMatchObject({ status: 401 });
});

it('the webhook accepts one valid signature among several', async () => {
  const { post } = aReceiver();
  const text = JSON.stringify(aWebhook());
  const others = `v1,${Buffer.alloc(32).toString('base64')} v1a,AAAA`;
  const headers = signed(text);
  const several = { ...headers, 'webhook-signature': `${others} ${headers['webhook-signature']}` };
  expect(await post(text, several)).toEqual(accepted);
});

describe('requests that are not authenticated (a defect of the sample: anyone could post)', () => {
  const body = JSON.stringify(aWebhook());
  it.each([
    ['no authentication', body, {}],
    ['a wrong secret header', body, { 'x-order-replication-secret': 'guess' }],
    ['a signature with another secret', body, signed(body, { secret: 'other' })],
    ['a signature of another body', body, signed('{}')],
    ['a signature without its id', body, { ...signed(body), 'webhook-id': '' }],
    ['a signature older than WebhookMaxAgeHours', body, signed(body, { at: NOON - 73 * HOUR })],
    ['a signature of more than five minutes ahead', body, signed(body, { at: NOON + 6 * MINUTE })],
    ['an empty body', '', {}],
    ['an oversized body', `"${'x'.repeat(70_000)}"`, { 'x-order-replication-secret': 'guess' }],
    ['junk', 'GET /etc/passwd', { 'webhook-signature': 'v1,junk' }],
  ])('the webhook answers 401 and does nothing else: %s', async (_, text, headers) => {
    const { post, order, lines } = aReceiver();
    expect(await post(text, headers as Headers)).toMatchObject({ status: 401, outcome: 'rejected' });
    expect([order, lines]).toEqual([[], []]);
  });

  it('the webhook rejects a console test without headers, and junk, without any call', async () => {
    const { hand, secretsRead } = aReceiver();
    expect(await hand({ headers: null, body: null, isBase64Encoded: false })).toMatchObject({ status: 401 });
    for (const headers of [{ host: 'x' }, { 'x-order-replication-secret': '' }]) {
      expect(await hand({ headers, body: 'junk', isBase64Encoded: false })).toMatchObject({ status: 401 });
    }
    expect(secretsRead).toEqual([]);
  });

  it('the webhook gives a code for what was wrong with a signature', async () => {
    const { post } = aReceiver();
    const rejected = { status: 401, outcome: 'rejected' };
    expect(await post(body, {})).toEqual({ ...rejected, reason: 'no-signature' });
    const old = signed(body, { at: NOON - 73 * HOUR });
    expect(await post(body, old)).toEqual({ ...rejected, reason: 'too-old', ageSeconds: 262_800 });
    const ahead = signed(body, { at: NOON + HOUR });
    expect(await post(body, ahead)).toEqual({ ...rejected, reason: 'in-the-future', ageSeconds: -3_600 });
    const other = signed(body, { secret: 'other' });
    expect(await post(body, other)).toEqual({ ...rejected, reason: 'wrong-signature' });
  });

  it('the webhook fetches the client secret again only where a newer one could help', async () => {
    const { post, secretsRead } = aReceiver();
    await post(body, signed(body, { at: NOON - 73 * HOUR }));
    await post(body, { ...signed(body), 'webhook-id': '' });
    await post(body, signed(body));
    expect(secretsRead).toEqual(['client secret', 'client secret', 'client secret']);
  });

  it('the webhook rejects any mutation of a signed request', async () => {
    const { post, order } = aReceiver();
    const headers = signed(body);
    const parts = { ...headers, body };
    const mutation = fc.record({
      part: fc.constantFrom(...(Object.keys(parts) as (keyof typeof parts)[])),
      at: fc.nat(),
      character: fc.constantFrom('0', '9', 'a', 'Z', '+', '/', '=', ',', '.', '{', '"', ':', '\\', '\n'),
      keep: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ part, at, character, keep }) => {
        const original = parts[part];
        const index = at % original.length;
        const mutated = original.slice(0, index) + character + original.slice(keep ? index : index + 1);
        fc.pre(mutated !== original);
        const { body: mutatedBody, ...mutatedHeaders } = { ...parts, [part]: mutated };
        expect((await post(mutatedBody, mutatedHeaders)).status).toBe(401);
      }),
      { numRuns: 2_000 },
    );
    expect(order).toEqual([]);
  });
});

describe('a body of more than 64 KB', () => {
  const large = JSON.stringify(aWebhook({ padding: 'x'.repeat(70_000) }));

  it('a body of more than 64 KB is not hashed, so its signature does not count and no secret is read for it', async () => {
    const { post, order, secretsRead } = aReceiver();
    const answer = await post(large, signed(large));
    expect(answer).toMatchObject({ status: 401, outcome: 'rejected' });
    expect(answer.reason).toBe('body-too-large');
    expect([order, secretsRead]).toEqual([[], []]);
  });

  it('the secret header alone decides on a body of more than 64 KB', async () => {
    const { post, secretsRead } = aReceiver();
    const status = async (headers: Headers) => (await post(large, { ...signed(large), ...headers })).status;
    expect(await status({ 'x-order-replication-secret': 'guess' })).toBe(401);
    expect(await status(secretHeader)).toBe(200);
    expect(secretsRead).not.toContain('client secret');
  });

  it('the signature of a body of 64 KB is verified', async () => {
    const { post } = aReceiver();
    const empty = JSON.stringify(aWebhook({ padding: '' })).length;
    const full = JSON.stringify(aWebhook({ padding: 'x'.repeat(65_536 - empty) }));
    expect(await post(full, signed(full))).toEqual(accepted);
  });
});

describe('a valid signature with an old timestamp', () => {
  it.each([
    [5 * MINUTE, 300],
    [48 * HOUR + 180_000, 172_980],
    [72 * HOUR, 259_200],
  ])(
    'a valid signature with an old timestamp is accepted, logged as stale and stored with its age (%i ms)',
    async (age, ageSeconds) => {
      const { postSigned, queued, deliveries, lines } = aReceiver();
      expect(await postSigned(aWebhook(), {}, NOON - age)).toEqual(accepted);
      expect(queued).toHaveLength(1);
      const metrics = { StaleWebhooks: 1 };
      expect(lines).toContainEqual({ event: 'webhook.stale', fields: { orderId: 100, ageSeconds }, metrics });
      expect(deliveries).toMatchObject([{ outcome: 'accepted', ageSeconds }]);
    },
  );

  it.each([0, 5 * MINUTE - 1000, -5 * MINUTE])('a valid signature is not stale at %i ms', async (age) => {
    const { postSigned, deliveries, lines } = aReceiver();
    expect(await postSigned(aWebhook(), {}, NOON - age)).toEqual(accepted);
    expect(lines.map(({ event }) => event)).toEqual(['webhook.accepted']);
    expect(deliveries[0]).not.toHaveProperty('ageSeconds');
  });

  it('a webhook older than the limit is accepted by its secret header, and counted as stale', async () => {
    const { post, deliveries, lines } = aReceiver();
    const text = JSON.stringify(aWebhook());
    const headers = { ...signed(text, { at: NOON - 100 * HOUR }), ...secretHeader };
    expect(await post(text, headers)).toEqual(accepted);
    expect(deliveries).toMatchObject([{ authenticatedBy: 'secret-header', ageSeconds: 360_000 }]);
    const fields = { orderId: 100, ageSeconds: 360_000 };
    expect(lines).toContainEqual({ event: 'webhook.stale', fields, metrics: { StaleWebhooks: 1 } });
  });
});

describe('a secret that is rotated while a container runs', () => {
  const text = JSON.stringify(aWebhook());

  it('the client secret is fetched again when a signature does not match, and then the signature is accepted', async () => {
    const { post, secretsRead } = aReceiver({ clientSecret: 'the-next-one' });
    expect(await post(text, signed(text, { secret: 'the-next-one' }))).toEqual(accepted);
    expect(secretsRead).toEqual(['client secret', 'client secret, fresh']);
  });

  it('the client secret is fetched again when there was none', async () => {
    const { post } = aReceiver({ known: '', clientSecret });
    expect(await post(text, signed(text))).toEqual(accepted);
  });

  it('the webhook secret is fetched again when the secret header does not match, and then the header is accepted', async () => {
    const { post, secretsRead } = aReceiver({ webhookSecret: 'the-next-one' });
    expect(await post(text, { 'x-order-replication-secret': 'the-next-one' })).toEqual(accepted);
    expect(secretsRead).toEqual(['webhook secret', 'webhook secret, fresh']);
  });

  it('the webhook rejects an old secret as soon as the rotation is known', async () => {
    const { post } = aReceiver({ webhookSecret: 'the-next-one' });
    expect(await post(text, { 'x-order-replication-secret': 'guess' })).toMatchObject({ status: 401 });
  });
});

describe('a secret that cannot be read', () => {
  const text = JSON.stringify(aWebhook());
  const down = () => Promise.reject(new Error('Secrets Manager is down'));

  it('a request may be authenticated by the other means when one secret cannot be read', async () => {
    const { deps, post } = aReceiver();
    const noClientSecret = { secrets: { ...deps.secrets, bigCommerce: down } };
    expect(await post(text, { ...signed(text), ...secretHeader }, noClientSecret)).toEqual(accepted);
    const noWebhookSecret = { secrets: { ...deps.secrets, webhook: down } };
    expect(await post(text, { ...signed(text), ...secretHeader }, noWebhookSecret)).toEqual(accepted);
  });

  it('the webhook throws when a secret cannot be read and nothing else decides, so that BigCommerce delivers again', async () => {
    const { deps, post, order } = aReceiver();
    const secrets = { ...deps.secrets, bigCommerce: down };
    await expect(post(text, signed(text), { secrets })).rejects.toThrow('Secrets Manager is down');
    expect(order).toEqual([]);
  });

  it('the webhook throws when the client secret cannot be read and the secret header does not match', async () => {
    const { deps, post } = aReceiver();
    const secrets = { ...deps.secrets, webhook: down };
    const headers = { ...signed(text, { secret: 'other' }), 'x-order-replication-secret': 'guess' };
    await expect(post(text, headers, { secrets })).rejects.toThrow('Secrets Manager is down');
  });

  it('the webhook still rejects junk without any authentication when a secret cannot be read', async () => {
    const { post } = aReceiver();
    expect(await post('junk', {}, { secrets: { bigCommerce: down, webhook: down } })).toMatchObject({
      status: 401,
    });
  });
});

it('the webhook accepts no signature when there is no client secret', async () => {
  const { deps, post } = aReceiver();
  const body = JSON.stringify(aWebhook());
  const bigCommerce = () => Promise.resolve({ clientId: 'id', accessToken: 'token', clientSecret: '' });
  const secrets = { ...deps.secrets, bigCommerce };
  expect((await post(body, signed(body, { secret: 'x' }), { secrets })).status).toBe(401);
  expect((await post(body, secretHeader, { secrets })).status).toBe(200);
});
