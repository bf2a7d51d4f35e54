// The small routes next to orders: statuses, the time and the store itself.
import { json, notFound } from './response';
import type { Route } from './routing';
import { orderStatuses } from '../orders/statuses';

/** The routes of statuses, time and store. */
export const storeRoutes: readonly Route[] = [
  {
    method: 'GET',
    template: '/v2/order_statuses',
    scope: 'store_v2_orders',
    run: ({ store }) => json(orderStatuses, store.switches),
  },
  {
    method: 'GET',
    template: '/v2/order_statuses/{status}',
    scope: 'store_v2_orders',
    run: ({ store, ids }) => {
      const status = orderStatuses.find(({ id }) => id === ids.status);
      return status ? json(status, store.switches) : notFound(store.switches);
    },
  },
  {
    method: 'GET',
    template: '/v2/time',
    scope: 'store_v2_information',
    run: ({ store }) => json({ time: Math.floor(store.clock.now() / 1000) }, store.switches),
  },
  {
    method: 'GET',
    template: '/v2/store',
    scope: 'store_v2_information',
    run: ({ store }) =>
      json(
        {
          id: store.credentials.storeHash,
          name: 'Store in a box',
          domain: 'store.example.com',
          secure_url: 'https://store.example.com',
          currency: 'USD',
        },
        store.switches,
      ),
  },
];
