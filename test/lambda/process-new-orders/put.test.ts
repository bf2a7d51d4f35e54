// One PUT of a status in the flow, and what is known of the order when it fails.
import { BigCommerceError } from '../../../lambda/shared/runtime/errors';
import { anOrder, aParsedOrder, aReference, iso, NOON, storeDate } from '../../support/builders';
import { aWorld } from '../../support/world';

describe('a failed PUT', () => {
  const failed = new BigCommerceError('PUT answered 429.', 'retryable', 429);

  it('a GET never shows that a failed PUT is done (a defect of the sample)', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const fail = () => {
      throw failed;
    };
    world.shop.before('putStatus', fail);
    world.shop.before('putStatus', fail);

    expect(await world.replicate(aReference())).toBe('returned');

    expect(world.shop.order(100)?.status_id).toBe(11);
    expect(world.rows.get(100)).not.toHaveProperty('state');
    expect(world.rows.get(100)).toMatchObject({ last_error: 'BigCommerceError: PUT answered 429.' });
    expect(world.rows.get(100)).not.toHaveProperty('lease_owner');
  });

  it('a failed PUT is repeated after another GET', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.before('putStatus', () => {
      throw failed;
    });

    expect(await world.replicate(aReference())).toBe('acknowledged');

    expect(world.shop.calls.slice(-3)).toEqual(['putStatus 100 to 9', 'getOrder 100', 'putStatus 100 to 9']);
    expect(world.rows.get(100)?.state).toBe('replicated');
  });

  it('a failed PUT had worked when the GET shows the target status, and counts as one advance', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.after('putStatus', () => {
      throw failed;
    });

    expect(await world.replicate(aReference())).toBe('acknowledged');

    expect(world.shop.puts).toHaveLength(1);
    expect(world.rows.get(100)?.state).toBe('replicated');
  });

  it('a failed PUT is followed by one GET, whose order counts as the answer', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.after('putStatus', () => {
      throw failed;
    });
    await world.replicate(aReference());
    expect(world.shop.calls.slice(-2)).toEqual(['putStatus 100 to 9', 'getOrder 100']);
    expect(world.stream.map(({ replication }) => replication.state)).toEqual(['stored', 'replicated']);
  });

  it('a failed PUT is sent at most twice, also for an order that was placed this second', async () => {
    for (const date_modified of [storeDate(NOON), '']) {
      const world = aWorld();
      world.shop.add(anOrder({ date_modified }));
      const putStatus = jest.fn(() => Promise.reject(failed));
      const store = { ...world.shop.store, putStatus };
      expect(await world.replicate(aReference(), { deps: { store } })).toBe('returned');
      expect(putStatus).toHaveBeenCalledTimes(2);
    }
  });

  it('a PUT that was answered with a permanent error had still worked when the GET shows it', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.after('putStatus', () => {
      throw new BigCommerceError('PUT answered 409.', 'permanent', 409);
    });
    expect(await world.replicate(aReference())).toBe('acknowledged');
    expect(world.deadLetters).toEqual([]);
    expect(world.rows.get(100)?.state).toBe('replicated');
  });

  it('a PUT whose answer shows another status has failed', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    const store = { ...world.shop.store, putStatus: () => Promise.resolve(aParsedOrder()) };
    expect(await world.replicate(aReference(), { deps: { store } })).toBe('returned');
    expect(world.rows.get(100)).not.toHaveProperty('state');
  });

  it.each([
    ['no answer', undefined],
    ['502', 502],
    ['504', 504],
    ['500', 500],
    ['503', 503],
    ['a 200 that cannot be read', 200],
  ])(
    'a PUT with %s that the GET does not show is not followed by another in this invocation',
    async (_, status) => {
      const world = aWorld();
      world.shop.add(anOrder());
      const reference = world.referenceTo(100);
      const putStatus = jest.fn(() =>
        Promise.reject(new BigCommerceError('PUT failed.', 'retryable', status)),
      );
      const store = { ...world.shop.store, putStatus };
      expect(await world.replicate(reference, { deps: { store } })).toBe('returned');
      expect(putStatus).toHaveBeenCalledTimes(1);

      // Another reference to the order waits until that PUT can no longer land; it lands, and counts.
      const another = { ...reference, source: 'webhook' };
      world.clock.now += 5_000;
      expect(await world.replicate(another)).toBe('returned');
      expect(world.shop.calls.filter((call) => call.startsWith('putStatus'))).toEqual([]);
      world.shop.edit(100, { status_id: 9 });
      world.clock.now += 60_000;
      expect(await world.replicate(reference, { receiveCount: 2 })).toBe('acknowledged');
      expect(world.shop.puts).toEqual([]);
      expect(world.rows.get(100)).toMatchObject({ state: 'replicated', advances: [expect.any(String)] });
    },
  );

  it('a failed PUT and an answered one count together, at most two in an invocation', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    // Another app puts it back within each answer's time, and edits it, so that it is read again.
    for (let times = 0; times < 5; times += 1) {
      world.shop.before('putStatus', () => world.shop.edit(100, { staff_notes: `edit ${times}` }));
      world.shop.after('putStatus', () => {
        world.clock.now += 1_000;
        world.shop.edit(100, { status_id: 11 });
      });
    }
    expect(await world.replicate(world.referenceTo(100))).toBe('returned');
    expect(world.shop.puts).toHaveLength(2);
    expect(world.rows.get(100)?.advances).toHaveLength(2);
  });

  it('a PUT that is answered 400 makes a dead letter, with the reason', async () => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.before('putStatus', () => {
      throw new BigCommerceError('PUT /v2/orders/100 answered 400: no.', 'permanent', 400);
    });

    expect(await world.replicate(aReference())).toBe('acknowledged');

    expect(world.deadLetters).toEqual([
      {
        body: JSON.stringify(aReference()),
        reason: 'rejected',
        error: 'BigCommerceError: PUT /v2/orders/100 answered 400: no.',
        orderId: 100,
        firstSeenAt: iso(NOON),
      },
    ]);
    expect(world.rows.get(100)).toMatchObject({ state: 'dead', reason: 'rejected' });
  });
});

describe('a PUT that is refused for its credentials', () => {
  it.each([401, 403])('a PUT that is answered %i is followed by no other call', async (status) => {
    const world = aWorld();
    world.shop.add(anOrder());
    world.shop.before('putStatus', () => {
      throw new BigCommerceError(`PUT answered ${status}.`, 'configuration', status);
    });
    expect(await world.replicate(aReference())).toBe('returned');
    expect(world.shop.calls.at(-1)).toBe('putStatus 100 to 9');
    expect(world.alerts).toHaveLength(1);
  });
});
