// What became of an order: in the store, in the Orders table and in the ledger, held against what the rules promise.
import { parseJson, Status } from '../../lambda/shared/order';
import type { Simulator } from '../../scripts/local/simulator/index';
import { deployedFunctions } from './deployed-functions';
import type { LocalService } from './local-service';
import { until } from './until';

/** What was given back comes again after a minute, or two. */
const aFewMinutes = 140_000;

/** One PUT as it was about to take effect. */
interface Advance {
  readonly orderId: number | undefined;
  readonly found: number | undefined;
  readonly wanted: unknown;
}

export type KeptPromise = ReturnType<typeof keptPromise>;

/** Watches a store from now on. */
export function keptPromise(service: LocalService) {
  const { simulator } = service;
  const { messages } = deployedFunctions(service);
  const inVain = watchForVain(simulator);

  /** Each change of an order's status that an API call made. */
  const advances = (id: number) =>
    simulator.events
      .of('statusUpdated', id)
      .filter(({ by }) => by === 'api')
      .map(({ from, to }) => ({ from, to }));

  const outcome = async (id: number) => {
    const [row, snapshot] = await Promise.all([service.ledgerRow(id), service.snapshot(id)]);
    const { replication, ...stored } = snapshot ?? {};
    return {
      advances: advances(id),
      putsInVain: inVain.filter(({ orderId }) => orderId === id),
      ledger: { state: row?.state, reason: row?.reason, isHeld: row?.lease_owner !== undefined },
      stored,
      storedAs: replication?.state,
    };
  };
  const free = { isHeld: false };
  const untouched = { advances: [], putsInVain: [] };

  return {
    /** Waits until the ledger says that the order is done with, and no worker holds it. */
    finished: (id: number) =>
      until(async () => {
        const row = await service.ledgerRow(id);
        return row?.lease_owner === undefined && !['queued', undefined].includes(row?.state);
      }, aFewMinutes),
    /** Waits until no reference, to this order or to any, is left in the Orders queue, seen or unseen. */
    everythingIsTaken: (id?: number) =>
      until(
        async () => !(await messages('OrdersQueueUrl')).some(({ orderId }) => orderId === (id ?? orderId)),
        aFewMinutes,
      ),
    /** Stored whole as the store shows it now, and advanced from `from` to `to` by one PUT. */
    async expectAdvanced(id: number, from: number, to: number): Promise<void> {
      expect(simulator.orders.get(id)?.status_id).toBe(to);
      expect(await outcome(id)).toEqual({
        advances: [{ from, to }],
        putsInVain: [],
        ledger: { state: 'replicated', reason: undefined, ...free },
        stored: await truth(simulator, id),
        storedAs: 'replicated',
      });
    },
    /** Stored whole as the store shows it now, and its status left alone. */
    async expectCopied(id: number, reason: string): Promise<void> {
      expect(await outcome(id)).toEqual({
        ...untouched,
        ledger: { state: 'copied', reason, ...free },
        stored: await truth(simulator, id),
        storedAs: 'copied',
      });
    },
    /** Not stored, and its status left alone. */
    async expectSkipped(id: number, reason: string): Promise<void> {
      expect(await outcome(id)).toEqual({
        ...untouched,
        ledger: { state: 'skipped', reason, ...free },
        stored: {},
        storedAs: undefined,
      });
    },
    /** No PUT met an order that was in its target status already, nor one that the rules do not advance. */
    expectNoVainPut(): void {
      expect(inVain).toEqual([]);
    },
  };
}

function watchForVain({ faults, orders }: Simulator): readonly Advance[] {
  const inVain: Advance[] = [];
  const mayBeAdvanced: readonly (number | undefined)[] = [Status.AwaitingFulfillment, Status.Completed];
  faults.add({
    endpoint: 'PUT /orders/{id}',
    before: ({ orderId, body }) => {
      const found = orderId === undefined ? undefined : orders.get(orderId)?.status_id;
      const { status_id: wanted } = body as { readonly status_id: unknown };
      if (!mayBeAdvanced.includes(found)) inVain.push({ orderId, found, wanted });
    },
  });
  return inVain;
}

/** The order with its lists as the store's API gives them: a snapshot has to have it so. */
async function truth({ handle, credentials }: Simulator, id: number) {
  const read = async (path: string): Promise<unknown> => {
    const answer = await handle({
      method: 'GET',
      path: `/stores/${credentials.storeHash}/v2/orders/${id}${path}`,
      headers: { accept: 'application/json', 'x-auth-token': credentials.accessToken },
    });
    return 'body' in answer && answer.body !== '' ? parseJson(answer.body) : [];
  };
  const [order, products, shipping_addresses, coupons] = await Promise.all(
    [
      '?include=consignments.line_items&consignment_structure=object',
      '/products?limit=250',
      '/shipping_addresses?limit=250',
      '/coupons?limit=250',
    ].map(read),
  );
  return { ...(order as object), products, shipping_addresses, coupons };
}
