// Signatures: the specification's arithmetic, a second opinion, and nothing else accepted.
import crypto, { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { isSecret, verifySignature } from '../../../lambda/new-orders-webhook/signature';
import type { SignatureCheck } from '../../../lambda/new-orders-webhook/signature';

const HOUR = 3_600_000;
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
  maxAgeMs: 72 * HOUR,
};
const isSigned = (check: Parameters<typeof verifySignature>[0]) => verifySignature(check).isValid;

it("a signature accepts BigCommerce's worked example, byte for byte", () => {
  expect(verifySignature(worked)).toEqual({ isValid: true, ageMs: 0 });
  const reserialised = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
  expect(isSigned({ ...worked, body: reserialised })).toBe(false);
});

describe('the test vector of the specification', () => {
  // As the libraries of github.com/standard-webhooks/standard-webhooks have it in their own tests.
  const secret = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const vector = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const payload = '{"test": 2432232314}';
  const signedAt = 1_614_265_330_000;
  beforeEach(() => void jest.useFakeTimers({ now: signedAt }));
  afterEach(() => void jest.useRealTimers());

  /** The library takes five minutes either way; it throws what it does not accept. */
  const libraryAccepts = (headers: Record<string, string>, text: string): boolean => {
    try {
      new Webhook(secret).verify(text, headers);
      return true;
    } catch {
      return false;
    }
  };
  const { id, timestamp, signature } = vector;
  const anHourOff = (seconds: number) => String(Number(timestamp) + seconds);

  it.each([
    ['as it stands', vector, payload, true],
    ['with another body', vector, '{"test": 2432232315}', false],
    ['with spaces around the body', vector, ` ${payload}`, false],
    ['without an id', { timestamp, signature }, payload, false],
    ['without a timestamp', { id, signature }, payload, false],
    ['without a signature', { id, timestamp }, payload, false],
    ['with another id', { ...vector, id: 'msg_other' }, payload, false],
    ['with a signature of nothing', { ...vector, signature: 'v1,' }, payload, false],
    ['with a partial signature', { ...vector, signature: signature.slice(0, 8) }, payload, false],
    [
      'with several signatures, one of them true',
      {
        ...vector,
        signature: `v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= ${signature}`,
      },
      payload,
      true,
    ],
    ['with a timestamp of an hour later', { ...vector, timestamp: anHourOff(3600) }, payload, false],
    ['with a timestamp that is none', { ...vector, timestamp: 'today' }, payload, false],
  ])('the test vector is accepted or refused as the library does it: %s', (_, headers, text, accepted) => {
    const given: Record<string, string> = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [`webhook-${name}`, value]),
    );
    const ours = verifySignature({
      id: given['webhook-id'],
      timestamp: given['webhook-timestamp'],
      signature: given['webhook-signature'],
      clientSecret: Buffer.from(secret, 'base64'),
      body: Buffer.from(text),
      now: signedAt,
      maxAgeMs: 300_000,
    });
    expect({ ours: ours.isValid, library: libraryAccepts(given, text) }).toEqual({
      ours: accepted,
      library: accepted,
    });
  });
});

it('verification agrees with the library of the specification on whatever that library signs', () => {
  const webhook = new Webhook(Buffer.from(clientSecret).toString('base64'));
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.json(), (id, text) => {
      const signature = webhook.sign(id, new Date(now), text);
      return isSigned({ ...worked, id, signature, timestamp: String(now / 1000), body: Buffer.from(text) });
    }),
  );
});

it('verification accepts any one valid signature of several', () => {
  expect(isSigned({ ...worked, signature: `v1a,xyz v1,AAAA ${worked.signature} v2,BBBB` })).toBe(true);
});

it('verification accepts no mutation of a signed request', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('id', 'timestamp', 'signature', 'body', 'clientSecret'),
      fc.constantFrom('change', 'drop', 'insert', 'cut'),
      fc.nat(),
      fc.nat({ max: 254 }),
      (part, how, at, by) => {
        const original = Buffer.from(worked[part as 'body']);
        const index = at % original.length;
        const other = Buffer.from([(original[index]! + by + 1) % 256]);
        // A space next to a signature makes it one of several: still the same signature.
        fc.pre(!(part === 'signature' && how === 'insert' && other[0] === 0x20));
        const mutated = Buffer.concat([
          original.subarray(0, index),
          how === 'change' || how === 'insert' ? other : Buffer.alloc(0),
          how === 'cut' ? Buffer.alloc(0) : original.subarray(how === 'insert' ? index : index + 1),
        ]);
        const value = part === 'body' ? mutated : mutated.toString('latin1');
        return !isSigned({ ...worked, [part]: value });
      },
    ),
    { numRuns: 5_000 },
  );
});

it.each<[string, Partial<SignatureCheck>, object]>([
  ['an empty client secret', { clientSecret: '' }, { reason: 'no-client-secret' }],
  ['no id', { id: undefined }, { reason: 'incomplete-headers' }],
  ['an empty id', { id: '' }, { reason: 'incomplete-headers' }],
  ['no timestamp', { timestamp: undefined }, { reason: 'incomplete-headers' }],
  ['no signature', { signature: undefined }, { reason: 'incomplete-headers' }],
  [
    'a signature without its version',
    { signature: worked.signature.slice(3) },
    { reason: 'wrong-signature' },
  ],
  [
    'a signature of another version',
    { signature: worked.signature.replace('v1', 'v2') },
    { reason: 'wrong-signature' },
  ],
  ['a timestamp that is no number', { timestamp: '1767225601x' }, { reason: 'incomplete-headers' }],
  ['a timestamp too old', { now: now + 72 * HOUR + 1 }, { reason: 'too-old', ageMs: 259_200_001 }],
  ['a timestamp too far ahead', { now: now - 300_001 }, { reason: 'in-the-future', ageMs: -300_001 }],
])('verification refuses %s, and gives the reason', (_, change, verdict) => {
  expect(verifySignature({ ...worked, ...change })).toMatchObject({ isValid: false, ...verdict });
});

it('verification accepts a valid signature with an old timestamp up to the limit, and returns its age', () => {
  expect(verifySignature({ ...worked, now: now + 72 * HOUR })).toEqual({ isValid: true, ageMs: 72 * HOUR });
  expect(verifySignature({ ...worked, now: now - 300_000 })).toEqual({ isValid: true, ageMs: -300_000 });
});

it('verification works on bytes, whether they are text or not', () => {
  const bytes = Buffer.from([0xff, 0x00, 0xfe, 0x80]);
  const mac = createHmac('sha256', clientSecret).update(`${worked.id}.${worked.timestamp}.`).update(bytes);
  expect(isSigned({ ...worked, body: bytes, signature: `v1,${mac.digest('base64')}` })).toBe(true);
});

it('verification refuses a signature with a suffix, and compares in constant time', () => {
  const compared = jest.spyOn(crypto, 'timingSafeEqual');
  expect(isSigned({ ...worked, signature: `${worked.signature},x` })).toBe(false);
  expect(compared).not.toHaveBeenCalled();
  expect(isSigned({ ...worked, body: Buffer.from('{}') })).toBe(false);
  expect(isSigned(worked)).toBe(true);
  expect(compared).toHaveBeenCalledTimes(2);
  expect(isSecret('guess', 's3cret')).toBe(false);
  expect(compared).toHaveBeenCalledTimes(3);
  compared.mockRestore();
});

it('verification never succeeds with an empty key, though the arithmetic would agree', () => {
  const mac = createHmac('sha256', '')
    .update(`${worked.id}.${worked.timestamp}.`)
    .update(body)
    .digest('base64');
  expect(isSigned({ ...worked, clientSecret: '', signature: `v1,${mac}` })).toBe(false);
});

it('the secret header matches its secret, and an empty header never does', () => {
  expect(isSecret('s3cret', 's3cret')).toBe(true);
  for (const given of ['', 's3cre', 's3cret ', 'S3CRET']) expect(isSecret(given, 's3cret')).toBe(false);
  expect(isSecret('', '')).toBe(false);
  expect(isSecret('x', '')).toBe(false);
});
