// Every route of the store.
import { type Route } from './routing';
import { hookRoutes } from './routes-hooks';
import { orderRoutes } from './routes-orders';
import { orderChangeRoutes } from './routes-put-order';
import { storeRoutes } from './routes-store';

export const routes: readonly Route[] = [...orderRoutes, ...orderChangeRoutes, ...storeRoutes, ...hookRoutes];
