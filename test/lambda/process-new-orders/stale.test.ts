// Whether a read is older than what a list showed.
import { parseOrder } from '../../../lambda/shared/bigcommerce/parse-order';
import { contentDigest } from '../../../lambda/shared/order/content';
import { anOrderWithLines, aWholeLine, iso } from '../../support/builders';
import { aWorld } from '../../support/world';

describe('an order of which a list showed other content under the same date', () => {
  const before = anOrderWithLines([aWholeLine()], { status_id: 9 });
  const after = anOrderWithLines([aWholeLine({ quantity_refunded: 1 })], { status_id: 9 });

  /** Stored as it was before, and referenced by a list that shows it as it is after. */
  async function aListedChange() {
    const world = aWorld();
    world.shop.add(before, { lines: [aWholeLine()] });
    await world.replicate(world.referenceTo(100));
    world.clock.now += 60_000;
    const reference = { ...world.referenceTo(100), listedDigest: contentDigest(parseOrder(after))! };
    return { world, reference };
  }

  it('an order that a list showed with other content is stored as read, and the row records what the list showed', async () => {
    const { world, reference } = await aListedChange();
    world.shop.editSilently(100, after, [aWholeLine({ quantity_refunded: 1 })]);
    expect(await world.replicate(reference)).toBe('acknowledged');
    expect(world.snapshots.get(100)).toMatchObject({ products: [{ quantity_refunded: 1 }] });
    const { listedDigest } = reference;
    expect(world.rows.get(100)).toMatchObject({ content_digest: listedDigest, listed_digest: listedDigest });
  });

  it('an order returns to the queue while its read lags behind the list, and the read is believed at the third receive', async () => {
    const { world, reference } = await aListedChange();
    const { content_digest: stored } = world.rows.get(100)!;
    for (const receiveCount of [1, 2]) {
      expect(await world.replicate(reference, { receiveCount })).not.toBe('acknowledged');
      expect(world.rows.get(100)).not.toHaveProperty('listed_digest');
    }
    expect(await world.replicate(reference, { receiveCount: 3 })).toBe('acknowledged');
    const { listedDigest } = reference;
    expect(world.rows.get(100)).toMatchObject({ content_digest: stored, listed_digest: listedDigest });
  });

  it('a reference is acknowledged at the first receive where the list shows what was read before', async () => {
    const { world, reference } = await aListedChange();
    await world.replicate(reference, { receiveCount: 3 });
    world.clock.now += 60_000;
    const again = { ...reference, seenAt: iso(world.clock.now) };
    expect(await world.replicate(again)).toBe('acknowledged');
  });
});
