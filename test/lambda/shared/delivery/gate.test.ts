// Whether an order may be delivered, by the store's side alone.
import { gateWord } from '../../../../lambda/shared/delivery/gate';
import type { GateWord } from '../../../../lambda/shared/delivery/gate';
import { aLineToDeliver, aSnapshotToDeliver } from '../../../support/sales-order';

const PAID = { deliver: 'paid', createdFrom: undefined } as const;
const HOLD = { why: 'ask first', by: 'someone', at: '2026-01-06T10:00:00.000Z' };

const byStatus: readonly (readonly [number, GateWord])[] = [
  [0, 'void'],
  [1, 'void'],
  [2, 'deliver'],
  [3, 'deliver'],
  [4, 'refunded'],
  [5, 'void'],
  [6, 'void'],
  [7, 'payment-open'],
  [8, 'deliver'],
  [9, 'deliver'],
  [10, 'deliver'],
  [11, 'deliver'],
  [12, 'in-question'],
  [13, 'in-question'],
  [14, 'refunded'],
];

it.each(byStatus)('the gate says of an order in status %i: %s', (status_id, word) => {
  expect(gateWord(aSnapshotToDeliver({ status_id }), {}, PAID)).toBe(word);
});

it('the gate keeps out an order that a person holds, whatever its status', () => {
  expect(gateWord(aSnapshotToDeliver({ status_id: 5 }), { hold: HOLD }, PAID)).toBe('by-person');
  expect(gateWord(undefined, { hold: HOLD }, PAID)).toBe('by-person');
});

it('the gate keeps out an order without a snapshot', () => {
  expect(gateWord(undefined, {}, PAID)).toBe('no-snapshot');
});

it('the gate calls an order void that is gone from the store, before it calls it archived', () => {
  const gone = aSnapshotToDeliver({ is_deleted: true, replication: { gone: true } });
  expect(gateWord(gone, {}, PAID)).toBe('void');
  expect(gateWord(aSnapshotToDeliver({ is_deleted: true }), {}, PAID)).toBe('archived');
});

it.each([
  ['its payment status', { payment_status: 'partially refunded' }],
  ['its payment status in capitals', { payment_status: 'Refunded' }],
  ['a line', { products: [aLineToDeliver({ quantity_refunded: 1 })] }],
])('the gate sees a refund by %s', (_, overrides) => {
  expect(gateWord(aSnapshotToDeliver(overrides), {}, PAID)).toBe('refunded');
});

it.each([
  ['paid', 'authorized', 'payment-open'],
  ['authorized', 'authorized', 'deliver'],
  ['authorized', 'capture pending', 'deliver'],
  ['authorized', '', 'payment-open'],
  ['always', '', 'deliver'],
] as const)(
  'with payment.deliver "%s" and a payment status "%s", an open order is: %s',
  (deliver, status, word) => {
    const open = aSnapshotToDeliver({ status_id: 7, payment_status: status });
    expect(gateWord(open, {}, { deliver, createdFrom: undefined })).toBe(word);
  },
);

it('the gate keeps out an order that was made before the start, to the millisecond', () => {
  const date_created = 'Tue, 06 Jan 2026 10:00:00 +0000';
  const at = Date.UTC(2026, 0, 6, 10);
  const word = (createdFrom: number) =>
    gateWord(aSnapshotToDeliver({ date_created }), {}, { deliver: 'paid', createdFrom });
  expect([word(at - 1), word(at), word(at + 1)]).toEqual(['deliver', 'deliver', 'before-start']);
});

it('the gate does not take an order without a readable date for an old one', () => {
  const undated = aSnapshotToDeliver({ date_created: 'yesterday' });
  expect(gateWord(undated, {}, { deliver: 'paid', createdFrom: Date.UTC(2030, 0) })).toBe('deliver');
});

it('the gate says erased of an order whose people were erased', () => {
  const erased = aSnapshotToDeliver({ replication: { erased_at: '2026-01-06T10:00:00.000Z' } });
  expect(gateWord(erased, {}, PAID)).toBe('erased');
});
