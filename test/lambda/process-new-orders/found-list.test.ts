// Whether an empty list of an order is believed.
import { aLine, anOrder, aReference } from '../../support/builders';
import { aWorld } from '../../support/world';

describe('a list that is empty', () => {
  it.each([
    ['products', { items_total: 2 }, { lines: [] }],
    ['shipping addresses', { shipping_address_count: 1 }, { addresses: [] }],
  ])(
    'an empty answer is no list of %s where the order counts some, and nothing is stored',
    async (what, counted, lists) => {
      const world = aWorld();
      world.shop.add(anOrder(counted), lists);
      expect(await world.replicate(aReference())).toBe('returned');
      expect(world.rows.get(100)?.last_error).toContain(
        `The store lists no ${what} of order 100, although its `,
      );
      expect(world.stream).toEqual([]);
      expect(world.shop.puts).toEqual([]);
    },
  );

  it('an empty list of addresses is believed at the third receive, because it is not documented what the order counts there', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ items_total: 1, shipping_address_count: 1 }), { addresses: [] });
    expect(await world.replicate(aReference(), { receiveCount: 2 })).toBe('returned');
    expect(await world.replicate(aReference(), { receiveCount: 3 })).toBe('acknowledged');
    expect(world.shop.puts).toHaveLength(1);
  });

  it.each([{ type: 'giftcertificate' }, { type: 'physical', order_pickup_method_id: 3 }])(
    'an empty list of addresses of %j is believed immediately',
    async (line) => {
      const world = aWorld();
      world.shop.add(anOrder({ shipping_address_count: 1 }), { lines: [aLine(line)], addresses: [] });
      expect(await world.replicate(aReference())).toBe('acknowledged');
    },
  );

  it('an empty list of products that the order counts is never believed', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ items_total: 2 }), { lines: [] });
    expect(await world.replicate(aReference(), { receiveCount: 19 })).toBe('returned');
  });

  it('an empty list is believed where the order counts none', async () => {
    const world = aWorld();
    world.shop.add(anOrder({ items_total: 0, shipping_address_count: 0 }), { lines: [], addresses: [] });
    await world.replicate(aReference());
    expect(world.snapshots.get(100)).toMatchObject({ products: [], shipping_addresses: [], status_id: 9 });
  });
});
