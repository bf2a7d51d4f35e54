import * as v from 'valibot';
import { saleRow, toErpOrder } from '../../../../../lambda/shared/erp/tryton/read-sale';
import { narrow, plainDecimal, shortDecimal } from '../../../../../lambda/shared/erp/tryton/values';
import type { Row } from '../../../../../lambda/shared/runtime/json';

const decimal = (text: string) => ({ __class__: 'Decimal', decimal: text });

const aSale = (overrides: Row = {}): Row => ({
  id: 5,
  number: '12',
  web_id: 'BC-100',
  reference: 'BC-100',
  state: 'processing',
  shipment_state: 'waiting',
  invoice_state: 'pending',
  party: 3,
  currency: { id: 1, code: 'USD' },
  untaxed_amount: decimal('30.00'),
  tax_amount: decimal('0'),
  total_amount: decimal('30.00'),
  lines: [aLine()],
  payments: [],
  shipments: [],
  ...overrides,
});

const aLine = (overrides: Row = {}): Row => ({
  id: 7,
  type: 'line',
  product: { id: 1, code: 'SKU-1' },
  quantity: 2.0,
  unit_price: decimal('12.5000'),
  amount: decimal('25.00'),
  ...overrides,
});

/** What Tryton answers to a user who may not read the field. */
const without = (field: string): Row =>
  Object.fromEntries(Object.entries(aSale()).filter(([name]) => name !== field));

const read = (overrides: Row = {}) => toErpOrder(v.parse(saleRow, aSale(overrides)));

it.each([
  ['draft', {}, 'draft'],
  ['quotation', {}, 'draft'],
  ['confirmed', {}, 'confirmed'],
  ['processing', {}, 'confirmed'],
  ['processing', { shipment_state: 'exception', invoice_state: 'exception' }, 'confirmed'],
  ['processing', { shipment_state: 'partially shipped' }, 'shipped'],
  ['processing', { shipment_state: 'sent', invoice_state: 'paid' }, 'shipped'],
  ['processing', { shipments: [{ state: 'waiting' }, { state: 'shipped' }] }, 'shipped'],
  ['processing', { shipments: [{ state: 'picked' }] }, 'confirmed'],
  ['processing', { invoice_state: 'awaiting payment' }, 'invoiced'],
  ['processing', { shipment_state: 'none', invoice_state: 'paid' }, 'invoiced'],
  ['done', { shipment_state: 'sent', invoice_state: 'paid' }, 'done'],
  ['done', { shipment_state: 'none', invoice_state: 'paid' }, 'done'],
  ['done', { shipment_state: 'none', invoice_state: 'none' }, 'cancelled'],
  ['cancelled', {}, 'cancelled'],
])('reads a sale in state %s with %j as %s', (state, others, expected) => {
  expect(read({ state, ...others })).toMatchObject({ state: expected, vendorState: state });
});

it('reads lines and payments exactly, and skips titles and failed payments', () => {
  const order = read({
    lines: [
      aLine({ quantity: 1.5, unit_price: decimal('-3.3333'), amount: decimal('-5.00') }),
      aLine({ type: 'title', product: null, quantity: null, unit_price: null, amount: null }),
      aLine({ product: null }),
    ],
    payments: [
      { id: 1, state: 'draft', amount: decimal('10.10'), journal: { name: 'Store credit' } },
      { id: 2, state: 'failed', amount: decimal('10.10'), journal: { name: 'Store credit' } },
    ],
  });
  expect(order.lines).toEqual([
    { item: 'SKU-1', quantity: '1.5', unitPrice: '-3.3333', amount: '-5.00' },
    { item: '', quantity: '2', unitPrice: '12.5000', amount: '25.00' },
  ]);
  expect(order.payments).toEqual([{ method: 'Store credit', amount: '10.10' }]);
});

it('reads a sum that no binary fraction has', () => {
  const order = read({ total_amount: decimal('9007199254740993.01') });
  expect(order.totals.total).toBe('9007199254740993.01');
});

it('reads the reference of a sale without a shop, and no number of a draft', () => {
  const order = read({ web_id: null, reference: 'by hand', number: null });
  expect(order.reference).toBe('by hand');
  expect(order).not.toHaveProperty('number');
});

it.each([
  ['is missing', without('total_amount'), 'total_amount'],
  ['is missing, which has rows of its own', without('payments'), 'payments'],
  ['is missing in a list', [aSale(), without('party')], 'party'],
  ['is missing with all others', 5, 'record'],
  ['is only an id', aSale({ currency: 1 }), 'currency'],
  ['is a float in a line', aSale({ lines: [aLine({ amount: 12.5 })] }), 'lines.amount'],
])('names a field that %s', (_, row, named) => {
  const answer = { body: row, status: 200 };
  const parse = (): unknown =>
    Array.isArray(row)
      ? narrow('find order', answer, v.array(saleRow))
      : narrow('find order', answer, saleRow);
  expect(parse).toThrow(`find order: the answer has no usable "${named}".`);
});

it.each([
  ['12.5000', '12.5000'],
  ['0E-10', '0.0000000000'],
  ['1E+3', '1000'],
  ['-1.25e2', '-125'],
  ['1.5E-3', '0.0015'],
  ['-12.345e1', '-123.45'],
  ['1e21', '1000000000000000000000'],
])('writes the decimal %s without an exponent', (text, plain) => {
  expect(plainDecimal(text)).toBe(plain);
});

it.each([
  ['3.00', '3'],
  ['3.10', '3.1'],
  ['30', '30'],
  ['0.0500', '0.05'],
])('has one text for %s', (text, short) => {
  expect(shortDecimal(text)).toBe(short);
});
