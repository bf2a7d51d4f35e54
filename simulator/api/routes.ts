// Every route of the store.
import type { Route } from './routing';
import { hookRoutes } from './webhooks';
import { orderRoutes } from './orders';
import { orderChangeRoutes } from './put-order';
import { storeRoutes } from './store';

export const routes: readonly Route[] = [...orderRoutes, ...orderChangeRoutes, ...storeRoutes, ...hookRoutes];
