import { rowLine, tableLines } from '../../../scripts/local/orders-table-view';
import type { OrderRow } from '../../../scripts/local/orders-table-view';

const aRow = (overrides: Partial<OrderRow> = {}): OrderRow => ({
  id: 100,
  story: 'two lines',
  statusBefore: 'Awaiting Fulfillment',
  statusAfter: 'Awaiting Shipment',
  stored: '2 lines',
  outcome: 'stored and advanced',
  salesOrder: '',
  ...overrides,
});

it('the table shows an order as one row below its headings', () => {
  const [headings, , row] = tableLines([aRow()], 150);
  expect(headings).toMatch(/^Order +Story +Status in the store +Stored +Result and reason$/);
  expect(row).toMatch(
    /^100 +two lines +Awaiting Fulfillment → Awaiting Shipment +2 lines +stored and advanced$/,
  );
});

it('the table shows a status that did not change once', () => {
  const cancelled = aRow({ statusBefore: 'Cancelled', statusAfter: 'Cancelled' });
  expect(tableLines([cancelled], 150)[2]).not.toContain('→');
});

it.each([60, 80, 100, 130])('the table is at most %i columns wide and loses no word', (width) => {
  const outcome = 'not queued: Manual Verification Required is not one of AllowedStatusIds';
  const lines = tableLines([aRow({ outcome })], width);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  const characters = (text: string) => Array.from(text.replaceAll(' ', '')).sort().join('');
  const cells = `100 two lines Awaiting Fulfillment → Awaiting Shipment 2 lines ${outcome}`;
  expect(characters(lines.slice(lines.findIndex((line) => line.startsWith('─')) + 1).join(''))).toBe(
    characters(cells),
  );
});

it('without a terminal an order is one line', () => {
  expect(rowLine(aRow())).toBe(
    'order 100 (two lines): Awaiting Fulfillment → Awaiting Shipment; stored: 2 lines; stored and advanced',
  );
});

it('the table has no empty column', () => {
  expect(tableLines([aRow({ story: '' })], 150)[0]).not.toContain('Its story');
  expect(rowLine(aRow({ story: '' }))).toMatch(/^order 100: /);
});
