// Signatures: the specification's arithmetic, a second opinion, and nothing else accepted.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { isSecret, isSigned } from '../lambda/new-orders-webhook/signature';

const clientSecret = 'sim-client-secret-not-real-0001';
const body = Buffer.from(
  String.raw`{"producer":"stores\/abc123xyz","hash":"5d2f8b0c6a7e4f1391c2d3e4f5a6b7c8d9e0f1a2","created_at":1767225600,"store_id":"1009999999","scope":"store\/order\/created","data":{"type":"order","id":4242}}`,
);
const now = 1_767_225_601_000;
const worked = {
  id: 'msg_sim_0000000001',
  timestamp: '1767225601',
  signature: 'v1,SKMXAcCT4rAzP0fmV4FJibza1pgRO6HIlLdwgHOOwdQ=',
  clientSecret,
  body,
  now,
  maxAgeMs: 72 * 3_600_000,
};

it('accepts BigCommerce’s worked example, byte for byte', () => {
  expect(isSigned(worked)).toBe(true);
  const reserialised = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
  expect(isSigned({ ...worked, body: reserialised })).toBe(false);
});

it('agrees with the library of the specification', () => {
  const webhook = new Webhook(Buffer.from(clientSecret).toString('base64'));
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.json(), (id, text) => {
      const signature = webhook.sign(id, new Date(now), text);
      return isSigned({ ...worked, id, signature, timestamp: String(now / 1000), body: Buffer.from(text) });
    }),
  );
});

it('accepts any one good signature of several', () => {
  expect(isSigned({ ...worked, signature: `v1a,xyz v1,AAAA ${worked.signature} v2,BBBB` })).toBe(true);
});

it('accepts no mutation of a signed request', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('id', 'timestamp', 'signature', 'body', 'clientSecret'),
      fc.nat(),
      fc.nat({ max: 254 }),
      (part, at, by) => {
        const original = Buffer.from(worked[part as 'body']);
        const mutated = Buffer.from(original);
        const index = at % mutated.length;
        mutated[index] = (mutated[index]! + by + 1) % 256;
        const value = part === 'body' ? mutated : mutated.toString('latin1');
        return !isSigned({ ...worked, [part]: value });
      },
    ),
    { numRuns: 2_000 },
  );
});

it.each([
  ['an empty client secret', { clientSecret: '' }],
  ['no id', { id: undefined }],
  ['an empty id', { id: '' }],
  ['no timestamp', { timestamp: undefined }],
  ['no signature', { signature: undefined }],
  ['a signature without its version', { signature: worked.signature.slice(3) }],
  ['a signature of another version', { signature: worked.signature.replace('v1', 'v2') }],
  ['a timestamp that is no number', { timestamp: '1767225601x' }],
  ['a timestamp too old', { now: now + 72 * 3_600_000 + 1 }],
  ['a timestamp too far ahead', { now: now - 300_001 }],
])('refuses %s', (_, change) => {
  expect(isSigned({ ...worked, ...change })).toBe(false);
});

it('accepts a true signature with an old timestamp, up to the limit', () => {
  expect(isSigned({ ...worked, now: now + 72 * 3_600_000 })).toBe(true);
  expect(isSigned({ ...worked, now: now - 300_000 })).toBe(true);
});

it('never verifies with an empty key, though the arithmetic would agree', () => {
  const mac = createHmac('sha256', '')
    .update(`${worked.id}.${worked.timestamp}.`)
    .update(body)
    .digest('base64');
  expect(isSigned({ ...worked, clientSecret: '', signature: `v1,${mac}` })).toBe(false);
});

it('knows the secret header, and never an empty one', () => {
  expect(isSecret('s3cret', 's3cret')).toBe(true);
  for (const given of [undefined, '', 's3cre', 's3cret ', 'S3CRET'])
    expect(isSecret(given, 's3cret')).toBe(false);
  expect(isSecret('', '')).toBe(false);
  expect(isSecret('x', '')).toBe(false);
});
