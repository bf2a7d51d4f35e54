// The order reference on its way through the queue.
import fc from 'fast-check';
import { MalformedReferenceError } from '../../../../lambda/shared/runtime/errors';
import { readReference } from '../../../../lambda/shared/order/reference';
import { toOrderId } from '../../../../lambda/shared/order/order';
import { aReference, iso, NOON } from '../../../support/builders';

describe('an order reference', () => {
  it('an order reference survives the queue, with unknown sources and fields', () => {
    const reference = aReference({ source: 'backfill', jobTimestamp: NOON });
    expect(readReference(JSON.stringify({ ...reference, later: true }))).toEqual({
      ...reference,
      later: true,
    });
  });

  it('reading a reference throws only that it is malformed, with what could be read of it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify(value)),
        ),
        (body) => {
          try {
            const reference = readReference(body);
            return toOrderId(reference.orderId) === reference.orderId;
          } catch (error) {
            return error instanceof MalformedReferenceError;
          }
        },
      ),
    );
    const partly = JSON.stringify({ orderId: 5, seenAt: iso(NOON), source: '' });
    expect(() => readReference(partly)).toThrow('Not an order reference: source is not a text.');
    expect(() => readReference(partly)).toThrow(MalformedReferenceError);
  });

  it.each([
    ['orderId', '5', 'a positive integer'],
    ['orderId', undefined, 'a positive integer'],
    ['source', undefined, 'a text'],
    ['seenAt', 'teatime', 'a date'],
    ['seenAt', undefined, 'a date'],
    ['statusId', 11.5, 'an integer'],
    ['dateModified', null, 'a text'],
    ['advance', 'teatime', 'true or false'],
    ['wasStored', null, 'true or false'],
  ])('a reference whose %s is %j is malformed, and the error repeats no value', (field, value, expected) => {
    const body = JSON.stringify({ ...aReference(), [field]: value });
    expect(() => readReference(body)).toThrow(
      new MalformedReferenceError(`Not an order reference: ${field} is not ${expected}.`),
    );
  });

  it('a malformed reference keeps what could be read of it', () => {
    const body = JSON.stringify({ orderId: '5', seenAt: iso(NOON), source: 'poll' });
    const known = { orderId: 5, firstSeenAt: iso(NOON) };
    expect(() => readReference(body)).toThrow(expect.objectContaining({ known }) as Error);
  });

  it('a reference is read without a job or a hash of the wrong type, which are only informative', () => {
    const reference = aReference();
    expect(readReference(JSON.stringify({ ...reference, jobTimestamp: 'x', webhookHash: 7 }))).toEqual(
      reference,
    );
  });

  it('a reference whose listed fingerprint is no text is malformed', () => {
    const reference = JSON.stringify({ orderId: 5, seenAt: iso(NOON), source: 'poll', listedDigest: 7 });
    expect(() => readReference(reference)).toThrow('listedDigest is not a text');
  });

  it('a malformed reference reports what could be read of it', () => {
    const error = new MalformedReferenceError('x', { orderId: 5 });
    expect(error.known).toEqual({ orderId: 5 });
  });
});
