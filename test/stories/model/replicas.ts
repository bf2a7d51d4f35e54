// A store whose reads are answered by copies of it, each some seconds old; whatever changes it changes it at once.
import type { KeptOrder, Store, StoreRequest } from '../../../simulator/index';
import { handle } from '../../../simulator/api/dispatch';
import { routes } from '../../../simulator/api/routes';
import { pick } from '../../../simulator/random';
import type { Random } from '../../../simulator/random';

interface Version {
  readonly at: number;
  readonly kept: KeptOrder | undefined;
}

/** Answers requests as `store.handle` does; each GET by a copy of any of these ages, in milliseconds. */
export function behindReplicas(
  store: Store,
  ages: readonly [number, ...number[]],
  now: () => number,
  random: Random,
): Store['handle'] {
  const versions = new Map<number, Version[]>();
  store.events.listen(({ orderId }) => {
    const known = versions.get(orderId) ?? [];
    versions.set(orderId, known);
    // Orders are replaced, never changed in place.
    known.push({ at: now(), kept: store.orders.kept(orderId) });
  });
  const keptAsOf = (orderId: number, time: number) =>
    versions.get(orderId)?.findLast(({ at }) => at <= time)?.kept;

  function copyOf(age: number): Store {
    const kept = (orderId: number) => keptAsOf(orderId, now() - age);
    const allKept = () => [...versions.keys()].flatMap((orderId) => kept(orderId) ?? []);
    return { ...store, orders: { ...store.orders, kept, allKept } };
  }
  return (request: StoreRequest) => {
    const answering = request.method === 'GET' ? copyOf(pick(random, ages)) : store;
    return handle(answering, routes, request);
  };
}
