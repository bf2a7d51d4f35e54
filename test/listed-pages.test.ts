// One list of the store: page after page by id, plainly where its lines are too much for the store.
import { listedPages } from '../lambda/shared/listed-pages';
import { BigCommerceError } from '../lambda/shared/errors';
import type { OrderPage, OrderQuery } from '../lambda/shared/bigcommerce';
import { NOON } from './fakes/builders';

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
    const orders = ids.slice(0, 250).map((id) => ({ id }));
    return Promise.resolve({ orders, unreadable: 0, isLast: orders.length < 50 });
  };
  const warn = (message: string) => void warnings.push(message);
  const deps = { store: { listOrders }, log: { info: warn, warn, error: warn }, now: () => NOON };
  const ids: number[] = [];
  for await (const page of listedPages(query, afterId, deps)) ids.push(...page.orders.map(({ id }) => id));
  return { ids, asked: asked.map(({ minId, withLines }) => [minId, withLines === true]), warnings };
}

const all = Array.from({ length: 600 }, (_, index) => index + 1);

it('brings every order once, though the bound may be among them', async () => {
  expect((await read({ statusId: 11 })).ids).toEqual(all);
});

it('goes on after an order', async () => {
  expect((await read({ statusId: 11 }, undefined, 550)).ids).toEqual(all.slice(550));
});

it('asks for the lines where they are wanted', async () => {
  expect((await read({ withLines: true })).asked.every(([, withLines]) => withLines)).toBe(true);
  expect((await read({})).asked.some(([, withLines]) => withLines)).toBe(false);
});

it('asks for a page that was too much again without its lines, and so for the rest', async () => {
  const { ids, asked, warnings } = await read({ withLines: true }, ({ minId, withLines }) =>
    withLines && minId > 0 ? tooMuch : undefined,
  );
  expect(ids).toEqual(all);
  expect(asked).toEqual([
    ...[
      [0, true],
      [250, true],
      [250, false],
      [499, false],
      [600, false],
    ],
  ]);
  expect(warnings).toEqual(['orders listed without their lines']);
});

it('fails when the plain page fails too', async () => {
  await expect(read({ withLines: true }, () => tooMuch)).rejects.toBe(tooMuch);
});

it.each([
  ['what would fail plainly too', new BigCommerceError('GET /v2/orders answered 401.', 'configuration', 401)],
  ['what is none of the store’s errors', new Error('a bug')],
])('does not ask again after %s', async (_, error) => {
  await expect(read({ withLines: true }, ({ withLines }) => (withLines ? error : undefined))).rejects.toBe(
    error,
  );
});

it('does not ask a second time for what was asked plainly', async () => {
  let asked = 0;
  await expect(read({}, () => ((asked += 1), tooMuch))).rejects.toBe(tooMuch);
  expect(asked).toBe(1);
});
