// The project's own mapping, with which the local run delivers the orders of the simulated store.
import { addSampleOrders, createStore, fillStore } from '../../../../simulator/index';
import { buildSalesOrder } from '../../../../lambda/shared/delivery/build-sales-order';
import { aSnapshot } from '../../../support/builders';

it('with erp/mapping.json none of the orders of the simulated store is held', () => {
  const store = createStore();
  addSampleOrders(store);
  fillStore(store, 200);
  const built = store.orders.all().map((order) =>
    buildSalesOrder(
      aSnapshot({
        ...order,
        products: store.orders.lines(order.id),
        shipping_addresses: store.orders.addresses(order.id),
        coupons: store.orders.coupons(order.id),
      }),
      BUILT_IN_MAPPING,
    ),
  );
  expect(built.filter(({ kind }) => kind === 'hold')).toEqual([]);
  const channels = built.flatMap((one) => (one.kind === 'document' ? [one.document.channel] : []));
  expect(channels).toHaveLength(210);
  expect(new Set(channels.map(({ shop }) => shop))).toEqual(new Set(['store-simulator']));
});
