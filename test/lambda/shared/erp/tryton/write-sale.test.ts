import { aMapping, aSalesOrder } from '../../../../support/sales-order';
import { sentLines } from '../../../../../lambda/shared/delivery/sent-lines';
import { missingPayments, newSale } from '../../../../../lambda/shared/erp/tryton/write-sale';
import type { SaleRow } from '../../../../../lambda/shared/erp/tryton/read-sale';

const document = aSalesOrder({
  payments: [
    { kind: 'store_credit', method: 'Store Credit', erpMethod: 'Store credit', amount: '10.1' },
    { kind: 'store_credit', method: 'Store Credit', erpMethod: 'Store credit', amount: '10.1' },
    { kind: 'gateway', method: 'Credit Card', erpMethod: 'Paid in the shop', amount: '12.2' },
  ],
});

const names = {
  company: 1,
  party: 2,
  shop: 3,
  currency: 4,
  warehouse: undefined,
  paymentTerm: undefined,
  invoiceAddress: 5,
  shipmentAddress: 6,
  products: new Map([['MUG-07', { id: 7, unit: 8 }]]),
};

const sale = newSale(document, sentLines(document, aMapping()), names);

it('a new sale has the key that Tryton keeps unique: the web shop and our reference', () => {
  expect(sale).toMatchObject({ web_shop: 3, web_id: 'BC-100', reference: 'BC-100', party: 2 });
});

it('the lines of a sale have exact prices, and the sequence by which the store finds its own', () => {
  const [[, lines] = []] = sale.lines;
  expect(lines?.[0]).toMatchObject({
    product: 7,
    unit: 8,
    quantity: 2,
    unit_price: { __class__: 'Decimal', decimal: '12.5' },
    sequence: 11,
  });
});

it.each([
  ['none', [], 2],
  ['one of two equal ones', ['10.10'], 1],
  ['both', ['10.10', '10.10'], 0],
  ['one that failed', ['failed'], 2],
])(
  'of the payments, a sale that has %s lacks the others; the gateway is the shop’s business',
  (_, known, lacking) => {
    const payments = known.map((amount, id) => ({
      id,
      state: amount === 'failed' ? 'failed' : 'draft',
      amount: amount === 'failed' ? '10.10' : amount,
      journal: { name: 'Store credit' },
    }));
    const row = { payments } as unknown as SaleRow;
    expect(missingPayments(row, document)).toHaveLength(lacking);
  },
);
