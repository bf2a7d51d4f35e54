// How an order is narrowed: its status, its times, and what came with it.
import { parseListedOrder, parseOrder } from '../../../../lambda/shared/bigcommerce/parse-order';
import { anOrder, anOrderWithLines, aWholeLine, NOON, storeDate } from '../../../support/builders';

it('an order is narrowed to its status and its times in epoch milliseconds, and keeps its JSON as it came', () => {
  const raw = anOrder({ date_created: storeDate(NOON - 5_000), date_modified: storeDate(NOON) });
  expect(parseOrder(raw)).toEqual({
    id: 100,
    statusId: 11,
    createdAt: NOON - 5_000,
    modifiedAt: NOON,
    isArchived: false,
    lines: undefined,
    fees: undefined,
    raw,
  });
});

it('an order that came with whole lines and fees shows both', () => {
  const [lines, fees] = [[aWholeLine()], [{ id: 1, cost_inc_tax: '1.0000' }]];
  expect(parseOrder(anOrderWithLines(lines, { fees }))).toMatchObject({ lines, fees });
});

it('an order that staff archived is marked so', () => {
  expect(parseOrder(anOrder({ is_deleted: true })).isArchived).toBe(true);
});

it.each([
  ['11', 11],
  [11, 11],
  ['', undefined],
  ['eleven', undefined],
  [null, undefined],
  [undefined, undefined],
])('the status %j of a listed order is read as %j', (status_id, statusId) => {
  expect(parseListedOrder({ id: 1, status_id }).statusId).toBe(statusId);
});

it.each(['', 'yesterday', null, 1_700_000_000, undefined])('the date %j is no time', (date) => {
  const { createdAt, modifiedAt } = parseListedOrder({ id: 1, date_created: date, date_modified: date });
  expect([createdAt, modifiedAt]).toEqual([undefined, undefined]);
});
