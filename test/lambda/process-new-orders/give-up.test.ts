// A reference that fails returns to the queue, or becomes a dead letter.
import { BigCommerceError, ConfigurationError } from '../../../lambda/shared/runtime/errors';
import { anOrder, aReference, iso, NOON } from '../../support/builders';
import { aWorld } from '../../support/world';

describe('a reference that fails', () => {
  it('a reference that fails returns with a delay that grows with its receive count', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    for (const receiveCount of [1, 2, 3, 19]) {
      world.shop.before('getOrder', () => {
        throw new BigCommerceError('GET answered 503.', 'retryable', 503);
      });
      await world.replicate(aReference(), { receiveCount });
    }
    expect(world.returned.map(({ seconds }) => seconds)).toEqual([60, 120, 240, 10_800]);
  });

  it('a reference that fails becomes a dead letter at its last receive, with the reason and the time it was first seen', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.before('getOrder', () => {
      throw new BigCommerceError('GET answered 503.', 'retryable', 503);
    });

    expect(await world.replicate(aReference(), { receiveCount: 20 })).toBe('acknowledged');

    expect(world.deadLetters).toMatchObject([
      {
        orderId: 100,
        firstSeenAt: iso(NOON),
        reason: 'attempts-exhausted',
        error: 'BigCommerceError: GET answered 503.',
      },
    ]);
    expect(world.rows.get(100)).toMatchObject({ state: 'dead', reason: 'attempts-exhausted' });
  });

  it('a reference returns to the queue when its dead letter cannot be written, and is never acknowledged before', async () => {
    const world = aWorld();
    const queue = { ...world.queue, deadLetter: () => Promise.reject(new Error('SQS is down')) };
    expect(await world.replicate('no reference', { deps: { queue } })).toBe('returned');
  });

  it('a wrong token sends an alert, and the reference waits', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.before('getOrder', () => {
      throw new BigCommerceError('GET answered 401. Check BigCommerceToken.', 'configuration', 401);
    });
    expect(await world.replicate(aReference())).toBe('returned');
    expect(world.alerts).toHaveLength(1);
    expect(world.alerts[0]!.message).toContain('BigCommerceToken');

    const ledger = { ...world.ledger, takeLease: () => Promise.reject(new ConfigurationError('no secret')) };
    expect(await world.replicate(aReference(), { deps: { ledger } })).toBe('returned');
  });

  it.each([
    ['no JSON', 'nonsense', 'The body is not a JSON object.'],
    ['a sample-era message', JSON.stringify({ id: 100, status_id: 11 }), 'orderId is not a positive integer'],
    [
      'an id that is a path',
      JSON.stringify({ ...aReference(), orderId: '../customers' }),
      'orderId is not a positive integer',
    ],
    ['a null', 'null', 'The body is not a JSON object.'],
    ['no date', JSON.stringify({ ...aReference(), seenAt: 'soon' }), 'seenAt is not a date'],
  ])('a malformed reference becomes a dead letter: %s', async (_, body, error) => {
    const world = aWorld();
    expect(await world.replicate(body)).toBe('acknowledged');
    expect(world.deadLetters).toHaveLength(1);
    expect(world.deadLetters[0]!.body).toBe(body);
    expect(world.deadLetters[0]!.reason).toBe('malformed-reference');
    expect(world.deadLetters[0]!.error).toContain(error);
    expect(world.shop.calls).toEqual([]);
  });

  it('a reference that fails does not keep its lease', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const orders = { ...world.orders, save: () => Promise.reject(new Error('throttled')) };
    expect(await world.replicate(aReference(), { deps: { orders } })).toBe('returned');
    expect(await world.replicate(aReference())).toBe('acknowledged');
    expect(world.shop.puts).toHaveLength(1);
  });
});
