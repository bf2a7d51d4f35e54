// The lines as an ERP gets them.
import { sentLines } from '../../../../lambda/shared/delivery/sent-lines';
import type { Row } from '../../../../lambda/shared/runtime/json';
import {
  aLineToDeliver,
  aMapping,
  aSnapshotToDeliver,
  documentOf,
  sides,
} from '../../../support/sales-order';

const linesOf = (line: Row, total: string, currency = 'USD') => {
  const mapping = aMapping({ currencies: [{ else: {} }] });
  const order = aSnapshotToDeliver({
    default_currency_code: currency,
    products: [
      aLineToDeliver({ ...sides('price', '', '', ''), ...sides('total', total, total, '0'), ...line }),
    ],
    ...sides('subtotal', total, total, '0'),
    ...sides('shipping_cost', '0', '0', '0'),
    ...sides('total', total, total, '0'),
  });
  return sentLines(documentOf(order, mapping), mapping);
};

const textsOf = (quantity: number, total: string, currency?: string) =>
  linesOf({ quantity }, total, currency).map(
    (line) => `${line.quantity} at ${line.unitPrice}: ${line.amount}`,
  );

describe('sentLines', () => {
  it('the lines of the document are sent with the tax as lines of its own item', () => {
    const mapping = aMapping();
    expect(sentLines(documentOf(aSnapshotToDeliver()), mapping)).toEqual([
      {
        kind: 'item',
        lineId: 11,
        item: 'MUG-07',
        description: 'Stoneware Mug',
        quantity: '2',
        unitPrice: '12.5',
        amount: '25',
      },
      {
        kind: 'shipping',
        item: 'SHIPPING',
        description: 'Flat Rate',
        quantity: '1',
        unitPrice: '5',
        amount: '5',
      },
      { kind: 'tax', item: 'TAX', description: 'Tax', quantity: '1', unitPrice: '2', amount: '2' },
      {
        kind: 'tax',
        item: 'TAX',
        description: 'Tax on shipping',
        quantity: '1',
        unitPrice: '0.4',
        amount: '0.4',
      },
    ]);
  });

  it.each<[string, number, string, string, readonly string[]]>([
    ['an exact unit price has as few decimals as possible', 4, '10.00', 'USD', ['4 at 2.5: 10']],
    ['a third is rounded by the ERP to the amount', 3, '10.00', 'USD', ['3 at 3.333: 10']],
    ['a third of yen is rounded to whole yen', 3, '100', 'JPY', ['3 at 33.3: 100']],
    ['a free line has a price of nothing', 7, '0', 'USD', ['7 at 0: 0']],
    [
      'a dollar for three thousand is sent at two prices',
      3_000,
      '1.00',
      'USD',
      ['2900 at 0: 0', '100 at 0.01: 1'],
    ],
    [
      'a large sum for a huge quantity is sent at two prices',
      999_999,
      '1234567.89',
      'USD',
      ['543087 at 1.23: 667997.01', '456912 at 1.24: 566570.88'],
    ],
    [
      'no price lands on half a cent, which ERPs round either way',
      150,
      '0.01',
      'USD',
      ['149 at 0: 0', '1 at 0.01: 0.01'],
    ],
  ])('%s', (_, quantity, total, currency, expected) => {
    expect(textsOf(quantity, total, currency)).toEqual(expected);
  });

  it("the store's own price is sent where it comes to the amount", () => {
    expect(linesOf({ quantity: 3, price_ex_tax: '3.3334' }, '10.00')).toMatchObject([
      { unitPrice: '3.3334', amount: '10' },
    ]);
    expect(linesOf({ quantity: 3, price_ex_tax: '9.0000' }, '10.00')).toMatchObject([
      { unitPrice: '3.333', amount: '10' },
    ]);
  });

  it('both parts of a line that is sent at two prices have its id and description', () => {
    expect(linesOf({ quantity: 3_000, name: 'Screw' }, '1.00')).toMatchObject([
      { lineId: 11, item: 'MUG-07', description: 'Screw' },
      { lineId: 11, item: 'MUG-07', description: 'Screw' },
    ]);
  });

  it('the description has the name and what the shopper chose or wrote, on one line', () => {
    const product_options = [
      { display_name: 'Size', display_value: 'S' },
      { display_name: 'Text', display_value: 'Für\n\tZoë 🌻' },
    ];
    expect(linesOf({ name: 'Mug\u0000', product_options }, '25')[0]?.description).toBe(
      'Mug; Size: S; Text: Für Zoë 🌻',
    );
  });

  it('a description is at most 1,000 characters long and halves no emoji', () => {
    const product_options = Array.from({ length: 3 }, () => ({
      display_name: 'Text',
      display_value: '🌻'.repeat(600),
    }));
    const description = linesOf({ product_options }, '25')[0]?.description ?? '';
    expect(Array.from(description)).toHaveLength(1_000);
    expect(description).not.toMatch(/\p{Surrogate}/u);
  });
});
