import type { Row } from '../../../../../lambda/shared/runtime/json';
import type { TrytonCall } from '../../../../../lambda/shared/erp/tryton/calls';
import { Sales } from '../../../../../lambda/shared/erp/tryton/sales';
import type { SaleResolver } from '../../../../../lambda/shared/erp/tryton/resolve-sale';
import { aMapping, aSalesOrder } from '../../../../support/sales-order';

const decimal = (text: string) => ({ __class__: 'Decimal', decimal: text });

const aSale = (overrides: Row = {}): Row => ({
  id: 5,
  number: '12',
  web_id: 'BC-100',
  reference: 'BC-100',
  state: 'quotation',
  shipment_state: 'none',
  invoice_state: 'none',
  party: 3,
  currency: { code: 'USD' },
  untaxed_amount: decimal('32.40'),
  tax_amount: decimal('0'),
  total_amount: decimal('32.40'),
  lines: [],
  payments: [],
  shipments: [],
  ...overrides,
});

/** Sales over a Tryton that answers each look with these rows, and each write with the first of them. */
function salesOf(...rows: readonly Row[]) {
  const asked: TrytonCall[] = [];
  const resolver = { company: () => Promise.resolve(1), journal: () => Promise.resolve(9) };
  const sales = new Sales(
    (request) => {
      asked.push(request);
      return Promise.resolve({ status: 200, body: request.method === 'GET' ? rows : rows[0] });
    },
    resolver as unknown as SaleResolver,
    aMapping(),
  );
  return { sales, asked };
}

it('a sale is looked for by every reference, with or without a shop, and by its id', async () => {
  const { sales, asked } = salesOf();
  await sales.find(['BC-100', 'BC-100-2'], '5');
  expect(asked).toMatchObject([
    {
      company: 1,
      domain: [
        'OR',
        ['web_id', 'in', ['BC-100', 'BC-100-2']],
        ['reference', 'in', ['BC-100', 'BC-100-2']],
        ['id', '=', 5],
      ],
    },
  ]);
});

it.each([
  ['a draft gets its number', { state: 'draft' }, 'POST', 'sale.sale/5/quote'],
  ['a quotation gets the payment that it lacks', {}, 'PUT', 'sale.sale/5'],
  [
    'a quotation that lacks none is confirmed',
    {
      payments: [{ id: 1, state: 'draft', amount: decimal('10.00'), journal: { name: 'Store credit' } }],
    },
    'POST',
    'sale.sale/5/confirm',
  ],
])('on its way to confirmed, %s', async (_, overrides, method, path) => {
  const document = aSalesOrder({
    payments: [{ kind: 'store_credit', method: 'Store Credit', erpMethod: 'Store credit', amount: '10' }],
  });
  const { sales, asked } = salesOf(aSale(overrides));
  const [order] = await sales.find(['BC-100']);
  await sales.confirm(order!, document, 1_000);
  expect(asked.slice(1)).toMatchObject([{ method, path, notAfter: 1_000 }]);
});
