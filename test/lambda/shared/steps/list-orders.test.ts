// One list of the store: page after page by id, plainly where its lines are too much for the store.
import { parseListedOrder } from '../../../../lambda/shared/bigcommerce/parse-order';
import { listedPages } from '../../../../lambda/shared/steps/list-orders';
import { ListReader } from '../../../../lambda/shared/steps/list-reader';
import { newEffort } from '../../../../lambda/shared/steps/list-effort';
import type { Effort } from '../../../../lambda/shared/steps/list-effort';
import { BigCommerceError, OutOfTimeError } from '../../../../lambda/shared/runtime/errors';
import type { OrderPage, OrderQuery } from '../../../../lambda/shared/bigcommerce/order-list';
import { NOON } from '../../../support/builders';

const tooMuch = new BigCommerceError('GET /v2/orders got no answer.', 'retryable');

/** Reads a list of 600 orders to its end; a query that `fails` gives an error for fails. */
async function read(
  query: Omit<OrderQuery, 'minId'>,
  fails: (query: OrderQuery) => Error | undefined = () => undefined,
  afterId = 0,
) {
  const asked: OrderQuery[] = [];
  const warnings: string[] = [];
  const listOrders = (one: OrderQuery): Promise<OrderPage> => {
    asked.push(one);
    const error = fails(one);
    if (error !== undefined) return Promise.reject(error);
    const ids = Array.from({ length: 600 }, (_, index) => index + 1).filter((id) => id >= one.minId);
    const orders = ids.slice(0, 250).map((id) => parseListedOrder({ id }));
    return Promise.resolve({ orders, unreadable: 0, isLast: orders.length < 50 });
  };
  const warn = (message: string) => void warnings.push(message);
  const deps = { adapters: { store: { listOrders }, log: { warn } }, invocation: { now: () => NOON } };
  const ids: number[] = [];
  for await (const page of listedPages({ query, afterId }, deps))
    ids.push(...page.orders.map(({ id }) => id));
  return { ids, asked: asked.map(({ minId, withLines }) => [minId, withLines === true]), warnings };
}

const all = Array.from({ length: 600 }, (_, index) => index + 1);

it('a list brings every order once, though the bound may be among them', async () => {
  expect((await read({ statusId: 11 })).ids).toEqual(all);
});

it('a list continues after an order', async () => {
  expect((await read({ statusId: 11 }, undefined, 550)).ids).toEqual(all.slice(550));
});

it('a list includes the lines where they are needed', async () => {
  expect((await read({ withLines: true })).asked.every(([, withLines]) => withLines)).toBe(true);
  expect((await read({})).asked.some(([, withLines]) => withLines)).toBe(false);
});

it('a page that was too large is requested again without its lines, and so is the rest', async () => {
  const { ids, asked, warnings } = await read({ withLines: true }, ({ minId, withLines }) =>
    withLines && minId > 0 ? tooMuch : undefined,
  );
  expect(ids).toEqual(all);
  expect(asked).toEqual([
    [0, true],
    [250, true],
    [250, false],
    [499, false],
    [600, false],
  ]);
  expect(warnings).toEqual(['bigcommerce.lines_omitted']);
});

it('a list fails when the plain page fails too', async () => {
  await expect(read({ withLines: true }, () => tooMuch)).rejects.toBe(tooMuch);
});

it.each([
  ['what would fail plainly too', new BigCommerceError('GET /v2/orders answered 401.', 'configuration', 401)],
  ['what is none of the store’s errors', new Error('a bug')],
])('a list is not requested again after %s', async (_, error) => {
  await expect(read({ withLines: true }, ({ withLines }) => (withLines ? error : undefined))).rejects.toBe(
    error,
  );
});

describe('a page that cannot be read', () => {
  interface Shop {
    readonly ids: readonly number[];
    readonly bounds?: 'inclusive' | 'exclusive';
    /** Orders that make every list fail which holds them. */
    readonly unreadable?: readonly number[];
    /** Another reason for a list to fail. */
    readonly fails?: (query: OrderQuery, nth: number) => Error | undefined;
    readonly effort?: Effort;
    readonly isTimeUp?: (nth: number) => boolean;
    readonly size?: number;
    readonly withLines?: boolean;
  }

  function aReader(shop: Shop, afterId = 0) {
    const { ids, bounds = 'inclusive', unreadable = [], fails = () => undefined } = shop;
    const asked: OrderQuery[] = [];
    const slack = bounds === 'inclusive' ? 0 : 1;
    const listOrders = (query: OrderQuery): Promise<OrderPage> => {
      asked.push(query);
      const { minId, maxId = Infinity, limit = 250 } = query;
      const from = minId === 0 ? 0 : minId + slack;
      const rows = ids.filter((id) => id >= from && id <= maxId - slack).slice(0, limit);
      const error =
        fails(query, asked.length) ?? (rows.some((id) => unreadable.includes(id)) ? down : undefined);
      if (error !== undefined) return Promise.reject(error);
      const isLast = rows.length < Math.min(limit, 50);
      return Promise.resolve({ orders: rows.map((id) => parseListedOrder({ id })), unreadable: 0, isLast });
    };
    const { isTimeUp = () => false } = shop;
    const list = { query: { withLines: shop.withLines === true }, afterId, pageSize: shop.size };
    const deps = {
      adapters: { store: { listOrders } },
      invocation: { now: () => NOON, isTimeUp: () => isTimeUp(asked.length) },
    };
    return { reader: new ListReader(list, deps, shop.effort), asked };
  }

  async function readAll(shop: Shop, afterId = 0) {
    const { reader, asked } = aReader(shop, afterId);
    const pages = [];
    for (let page = await reader.next(); page !== undefined; page = await reader.next()) pages.push(page);
    return {
      ids: pages.flatMap(({ orders }) => orders.map(({ id }) => id)),
      unlistableIds: pages.flatMap(({ unlistableIds }) => unlistableIds),
      last: pages.at(-1),
      sizes: asked.map(({ limit = 250 }) => limit),
      calls: asked.length,
      asked,
    };
  }

  const down = new BigCommerceError('GET /v2/orders answered 500.', 'retryable', 500);
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const without = (ids: readonly number[], less: readonly number[]) => ids.filter((id) => !less.includes(id));
  const bothBounds = ['inclusive', 'exclusive'] as const;

  it.each(bothBounds)(
    'a list reads six of seven orders, and names the seventh (bounds: %s)',
    async (bounds) => {
      const ids = [101, 102, 103, 104, 105, 106, 107];
      const read = await readAll({ ids, unreadable: [104], bounds });
      expect(read.ids).toEqual(without(ids, [104]));
      expect(read.unlistableIds).toEqual([104]);
      expect(read.last).toMatchObject({ isLast: true });
    },
  );

  it.each(
    bothBounds.flatMap((bounds) =>
      [[1], [1, 2], [7], [6, 7], [3, 4, 5], [1, 7], [2, 4, 6], [1, 2, 3, 4, 5, 6, 7]].map(
        (unreadable) => [unreadable, bounds] as const,
      ),
    ),
  )('a list steps over %j of seven, wherever they are (bounds: %s)', async (unreadable, bounds) => {
    for (const spread of [1, 2, 37, 1_000_003]) {
      const at = (ids: readonly number[]) => ids.map((id) => id * spread);
      const read = await readAll({ ids: at(upTo(7)), unreadable: at(unreadable), bounds });
      expect(read.unlistableIds).toEqual(at(unreadable));
      expect(read.ids).toEqual(at(without(upTo(7), unreadable)));
    }
  });

  it.each(bothBounds)('a long list is read around ten of its orders (bounds: %s)', async (bounds) => {
    const unreadable = [3, 4, 90, 251, 252, 300, 480, 500, 599, 600];
    const read = await readAll({ ids: upTo(600), unreadable, bounds });
    expect(read.ids).toEqual(without(upTo(600), unreadable));
    expect(read.unlistableIds).toEqual(unreadable);
  });

  it.each(bothBounds)(
    'a list continues after an order that an earlier reader stepped over (bounds: %s)',
    async (bounds) => {
      const read = await readAll({ ids: upTo(7), unreadable: [4], bounds }, 4);
      expect(read.ids).toEqual([5, 6, 7]);
      expect(read.unlistableIds).toEqual([]);
    },
  );

  it('a list requests half as many where the store fails from 150 on, and grows to what the store allows', async () => {
    const fails = ({ limit = 250 }: OrderQuery) => (limit >= 150 ? down : undefined);
    const read = await readAll({ ids: upTo(60), fails });
    expect(read.ids).toEqual(upTo(60));
    expect(read.sizes).toEqual([250, 125, 250, 125]);
    const many = await readAll({ ids: upTo(2_000), fails });
    expect(many.ids).toEqual(upTo(2_000));
    expect(many.sizes.filter((size) => size === 250).length).toBeLessThan(8);
  });

  it('a list tries each smaller page once, and a page of the size that worked as often as any', async () => {
    const fails = ({ limit = 250 }: OrderQuery) => (limit >= 150 ? down : undefined);
    const { asked } = await readAll({ ids: upTo(400), fails });
    expect(asked.map(({ limit = 250, once = false }) => [limit, once]).slice(0, 6)).toEqual([
      [250, false],
      [125, true],
      [250, true],
      [125, true],
      [250, true],
      [125, true],
    ]);
    expect(asked.at(-1)).toEqual({ minId: 373, withLines: false, limit: 125 });
  });

  it('a list requests the lines again after an order that was stepped over', async () => {
    const { asked } = await readAll({ ids: upTo(7), unreadable: [4], withLines: true });
    expect(asked[0]).toMatchObject({ withLines: true });
    expect(asked[1]).toMatchObject({ withLines: false });
    expect(asked.at(-1)).toMatchObject({ withLines: true });
  });

  it('a list fails with the first error, after few calls, when the store answers nothing beyond it either', async () => {
    const first = new BigCommerceError('GET /v2/orders answered 504.', 'retryable', 504);
    const fails = (_: OrderQuery, nth: number) => (nth === 1 ? first : down);
    const { reader, asked } = aReader({ ids: upTo(7), fails });
    await expect(reader.next()).rejects.toBe(first);
    expect(asked).toHaveLength(9);
  });

  it('a list continues from the same place when it is called again after a failure', async () => {
    let isDown = false;
    const { reader } = aReader({ ids: upTo(600), fails: () => (isDown ? down : undefined) });
    const first = await reader.next();
    isDown = true;
    await expect(reader.next()).rejects.toBe(down);
    isDown = false;
    const second = await reader.next();
    expect([first?.lastId, second?.orders[0]?.id]).toEqual([250, 251]);
  });

  it('a list does not name an order for an error that has passed', async () => {
    for (let failed = 1; failed <= 30; failed += 1) {
      const fails = (_: OrderQuery, nth: number) => (nth <= failed && nth !== 9 ? down : undefined);
      const outcome = await readAll({ ids: upTo(60), fails }).catch((error: unknown) => error);
      if (outcome === down) continue;
      expect(outcome).toMatchObject({ ids: upTo(60), unlistableIds: [] });
    }
  });

  it.each([
    new BigCommerceError('401', 'configuration', 401),
    new BigCommerceError('429', 'retryable', 429),
    new Error('a defect'),
  ])('a list takes no smaller page for %s', async (error) => {
    const { reader, asked } = aReader({ ids: upTo(7), fails: () => error });
    await expect(reader.next()).rejects.toBe(error);
    expect(asked).toHaveLength(1);
  });

  it('a list stops before the eleventh unreadable order, and the next invocation reads the rest', async () => {
    const unreadable = [2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 23, 24];
    const shop = { ids: upTo(30), unreadable };
    const first = await readAll(shop);
    expect(first.unlistableIds).toEqual(unreadable.slice(0, 10));
    expect(first.last).toMatchObject({ isLast: false, lastId: 21, stopped: { size: 1 } });
    const second = await readAll({ ...shop, size: 1 }, first.last?.lastId);
    expect(second.unlistableIds).toEqual(unreadable.slice(10));
    expect([...first.ids, ...second.ids]).toEqual(without(upTo(30), unreadable));
  });

  it('a list fails where only unreadable orders are found', async () => {
    const { reader } = aReader({ ids: upTo(30), unreadable: upTo(11) });
    await expect(reader.next()).rejects.toThrow('more than 10 orders');
  });

  it('the lists of one invocation share ten unreadable orders', async () => {
    const effort = newEffort();
    const unreadable = [2, 4, 6, 8, 10, 12];
    await readAll({ ids: upTo(30), unreadable, effort });
    const second = await readAll({ ids: upTo(30), unreadable, effort });
    expect(second.unlistableIds).toEqual([2, 4, 6, 8]);
    expect(second.last).toMatchObject({ lastId: 9 });
  });

  it('a list stops when its time is over, but not before a page was read', async () => {
    const shop = { ids: upTo(7), unreadable: [1, 4], isTimeUp: () => true };
    const first = await readAll(shop);
    expect([first.ids, first.unlistableIds]).toEqual([[2], [1]]);
    expect(first.last).toMatchObject({ lastId: 2, isLast: false });
    const effort = { ...newEffort(), pages: 1 };
    const second = await readAll({ ...shop, effort }, 2);
    expect([second.ids, second.calls]).toEqual([[], 0]);
  });

  it('a list stops where a request could not be sent for lack of time, once the store has answered', async () => {
    const late = new OutOfTimeError('GET /v2/orders was not sent.', 'retryable');
    const fails = (_: OrderQuery, nth: number) => (nth < 9 ? down : nth > 12 ? late : undefined);
    const shop = { ids: upTo(7), unreadable: [1], fails };
    expect((await readAll(shop)).last).toMatchObject({ lastId: 0, stopped: { cause: late, size: 1 } });
    await expect(readAll({ ...shop, fails: () => late })).rejects.toBe(late);
  });

  /** Readers of 290 s each, one after the other, of a list that hangs at its unreadable orders. */
  async function readBySlices(ids: readonly number[], unreadable: readonly number[]) {
    const read = { ids: [] as number[], unlistableIds: [] as number[], slices: 0 };
    let [after, size, isOver]: [number, number, boolean] = [0, 250, false];
    for (; !isOver && read.slices < 12; read.slices += 1) {
      let elapsed = 0;
      const fails = ({ minId, maxId = Infinity, limit = 250, once }: OrderQuery) => {
        if (elapsed >= 290_000) return new OutOfTimeError('GET /v2/orders was not sent.', 'retryable');
        const rows = ids.filter((id) => id >= minId && id <= maxId).slice(0, limit);
        const hangs = rows.some((id) => unreadable.includes(id));
        elapsed += hangs ? (once === true ? 10_000 : 20_000) : 500;
        return hangs ? down : undefined;
      };
      const page = await readAll({ ids, fails, size, isTimeUp: () => elapsed >= 230_000 }, after);
      read.ids.push(...page.ids);
      read.unlistableIds.push(...page.unlistableIds);
      [after, size] = [page.last?.lastId ?? after, page.last?.stopped?.size ?? 250];
      isOver = page.last?.isLast === true;
    }
    return read;
  }

  it.each([
    [4_194_305, 1],
    [33_554_433, 1],
    [5_001, 5],
    [1_048_577, 3],
  ])('a list that hangs at its first orders comes to an end: from %i on, %i of them', async (from, many) => {
    const ids = upTo(20).map((id) => from + id - 1);
    const { slices, ...read } = await readBySlices(ids, ids.slice(0, many));
    expect(read).toEqual({ ids: ids.slice(many), unlistableIds: ids.slice(0, many) });
    expect(slices).toBeLessThanOrEqual(4);
  });

  it('a list continues before all orders, even if the search was shown an empty range by mistake', async () => {
    const late = new OutOfTimeError('GET /v2/orders was not sent.', 'retryable');
    let isLate = false;
    const listOrders = ({ minId, maxId = Infinity }: OrderQuery): Promise<OrderPage> => {
      if (isLate) return Promise.reject(late);
      // The one range that holds the order, and comes back empty.
      isLate = maxId >= 1_000 && maxId < Infinity;
      const isBad = minId <= 1_000 && maxId >= 1_000 && !isLate;
      if (isBad) return Promise.reject(down);
      return Promise.resolve({ orders: [], unreadable: 0, isLast: true });
    };
    const deps = {
      adapters: { store: { listOrders } },
      invocation: { now: () => NOON, isTimeUp: () => false },
    };
    const page = await new ListReader({ query: {}, afterId: 0 }, deps).next();
    expect(page?.stopped?.cause).toBe(late);
    expect(page?.lastId).toBe(511);
  });

  it('a list steps over a row without a usable id that is alone on its page', async () => {
    const ids = upTo(9);
    const listOrders = ({ minId, maxId = Infinity, limit = 250 }: OrderQuery): Promise<OrderPage> => {
      const rows = ids.filter((id) => id >= minId && id <= maxId).slice(0, limit);
      const orders = rows.filter((id) => id !== 5).map((id) => parseListedOrder({ id }));
      if (rows.length > 0 && orders.length === 0) return Promise.reject(down);
      const isLast = rows.length < Math.min(limit, 50);
      return Promise.resolve({ orders, unreadable: rows.length - orders.length, isLast });
    };
    const pages = [];
    const deps = { adapters: { store: { listOrders } }, invocation: { now: () => NOON } };
    const list = { query: {}, afterId: 0, pageSize: 1 };
    for await (const page of listedPages(list, deps)) pages.push(page);
    expect(pages.flatMap(({ orders }) => orders.map(({ id }) => id))).toEqual(without(ids, [5]));
  });
});
