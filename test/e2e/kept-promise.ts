// What became of an order: in the store, in the Orders table and in the ledger, held against what the rules promise.
import { isEqual } from '../../lambda/shared/order/content';
import { isRow, parseJson } from '../../lambda/shared/runtime/json';
import { Status } from '../../lambda/shared/order/status';
import { withoutRepeats } from '../../lambda/shared/order/stored-form';
import type { Simulator } from '../../simulator/index';
import type { AnsweredCall } from '../../scripts/local/aws-proxy';
import { deployedFunctions } from '../../scripts/local/deployed-functions';
import type { LocalService } from './local-service';
import { until } from '../support/until';

/** A returned reference is received again after a minute, or two. */
const aFewMinutes = 140_000;

/** One PUT as it was about to take effect. */
interface Advance {
  readonly orderId: number | undefined;
  readonly found: number | undefined;
  readonly target: unknown;
}

export type KeptPromise = ReturnType<typeof keptPromise>;

/** Watches a store from now on, and its worker's writes: the proxy in front of DynamoDB has to show them to `see`. */
export function keptPromise(service: LocalService) {
  const { simulator } = service;
  const { messages } = deployedFunctions(service);
  const needless = watchForNeedlessPuts(simulator);
  const { see, storedAgain } = watchForStoredAgain(service.stack.outputs['OrdersTableName']);

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
      needlessPuts: needless.filter(({ orderId }) => orderId === id),
      storedAgain: storedAgain.filter((orderId) => orderId === id),
      ledger: { state: row?.state, reason: row?.reason, isHeld: row?.lease_owner !== undefined },
      stored,
      storedAs: replication?.state,
    };
  };
  /** The order as the store shows it: plainly where it refused, as it came, to show it with its lines. */
  const shown = async (id: number) => {
    const consignments = (await service.snapshot(id))?.['consignments'];
    const isLinked = isRow(consignments) && 'resource' in consignments;
    return truth(simulator, id, isLinked ? 'fees' : 'consignments.line_items,fees');
  };
  const free = { isHeld: false };
  const once = { needlessPuts: [], storedAgain: [] };
  const untouched = { advances: [], ...once };
  /** Whether no reference, to this order or to any, is left in the Orders queue, seen or unseen. */
  const isTaken = async (id?: number) =>
    !(await messages('OrdersQueueUrl')).some(({ orderId }) => orderId === (id ?? orderId));

  return {
    see,
    /** Waits until the ledger says that the order is done with, and no worker holds it or is to look at it once more. */
    finished: (id: number) =>
      until(async () => {
        if (!(await isTaken(id))) return false;
        const row = await service.ledgerRow(id);
        return row?.lease_owner === undefined && !['queued', undefined].includes(row?.state);
      }, aFewMinutes),
    /** Waits until no reference is left in the Orders queue. */
    everythingIsTaken: () => until(() => isTaken(), aFewMinutes),
    /** Stored whole as the store shows it now, and advanced from `from` to `to` by one PUT. */
    async expectAdvanced(id: number, from: number, to: number): Promise<void> {
      expect(simulator.orders.get(id)?.status_id).toBe(to);
      expect(await outcome(id)).toEqual({
        advances: [{ from, to }],
        ...once,
        ledger: { state: 'replicated', reason: undefined, ...free },
        stored: await shown(id),
        storedAs: 'replicated',
      });
    },
    /** Stored whole as the store shows it now, and its status unchanged. */
    async expectCopied(id: number, reason: string): Promise<void> {
      expect(await outcome(id)).toEqual({
        ...untouched,
        ledger: { state: 'copied', reason, ...free },
        stored: await shown(id),
        storedAs: 'copied',
      });
    },
    /** Not stored, and its status unchanged. */
    async expectSkipped(id: number, reason: string): Promise<void> {
      expect(await outcome(id)).toEqual({
        ...untouched,
        ledger: { state: 'skipped', reason, ...free },
        stored: {},
        storedAs: undefined,
      });
    },
    /** No PUT met an order in its target status, or one that the rules do not advance; no snapshot was stored twice. */
    expectNothingNeedless(): void {
      expect({ needlessPuts: needless, storedAgain }).toEqual(once);
    },
  };
}

function watchForNeedlessPuts({ faults, orders }: Simulator): readonly Advance[] {
  const needless: Advance[] = [];
  const mayBeAdvanced: readonly (number | undefined)[] = [Status.AwaitingFulfillment, Status.Completed];
  faults.add({
    endpoint: 'PUT /orders/{id}',
    before: ({ orderId, body }) => {
      const found = orderId === undefined ? undefined : orders.get(orderId)?.status_id;
      const { status_id: target } = body as { readonly status_id: unknown };
      if (!mayBeAdvanced.includes(found)) needless.push({ orderId, found, target });
    },
  });
  return needless;
}

/** The orders that were stored although it was no news; the worker asks for the item that each one replaces. */
function watchForStoredAgain(table: string | undefined) {
  const storedAgain: number[] = [];
  const see = ({ operation, input: { TableName, Item }, output }: AnsweredCall): void => {
    if (operation !== 'PutItem' || TableName !== table) return;
    const next = Item as StoredItem;
    const { Attributes: before } = output as { readonly Attributes?: StoredItem };
    if (before && isEqual(news(before), news(next))) storedAgain.push(Number(next.id.N));
  };
  return { see, storedAgain };
}

/** As DynamoDB spells it. */
interface StoredItem {
  readonly id: { readonly N: string };
  readonly replication: { readonly M: { readonly state: unknown } };
}

/** All except the time and the worker of the read. */
function news({ replication, ...content }: StoredItem) {
  return { ...content, state: replication.M.state };
}

/** The order with its lists as the store's API gives them, each line and address once: a snapshot has to have it so. */
async function truth({ handle, credentials }: Simulator, id: number, include: string) {
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
      `?include=${include}&consignment_structure=object`,
      '/products?limit=250',
      '/shipping_addresses?limit=250',
      '/coupons?limit=250',
    ].map(read),
  );
  return withoutRepeats({ ...(order as object), products, shipping_addresses, coupons });
}
