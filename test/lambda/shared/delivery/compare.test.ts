// What an ERP shows, compared with the document that it was sent.
import { compareWithErp } from '../../../../lambda/shared/delivery/compare';
import type { ErpLine, ErpOrder } from '../../../../lambda/shared/delivery/erp-order';
import { sentLines } from '../../../../lambda/shared/delivery/sent-lines';
import type { Mapping } from '../../../../lambda/shared/delivery/mapping';
import type { SalesOrder } from '../../../../lambda/shared/delivery/sales-order';
import { generateOrder } from '../../../support/order-generator';
import { aMapping, aSalesOrder, aSnapshotToDeliver, documentOf } from '../../../support/sales-order';

/** The document as an ERP shows it that took the store's tax as lines. */
function shownBy(document: SalesOrder, mapping: Mapping, overrides: Partial<ErpOrder> = {}): ErpOrder {
  const lines = sentLines(document, mapping).map(({ item, quantity, unitPrice, amount }) => ({
    item,
    quantity,
    unitPrice,
    amount,
  }));
  const { gross } = document.totals;
  return {
    id: '1',
    reference: document.ref,
    state: 'draft',
    vendorState: 'draft',
    currency: document.currency,
    lines,
    payments: [],
    totals: { net: gross, tax: '0', total: gross },
    ...overrides,
  };
}

const mapping = aMapping();
const document = aSalesOrder();
const shown = shownBy(document, mapping);

const withLine = (nth: number, change: Partial<ErpLine>): Partial<ErpOrder> => ({
  lines: shown.lines.map((line, here) => (here === nth ? { ...line, ...change } : line)),
});

const lenient = aMapping({ tax: { owner: 'store', tolerance: '0.02', roundingItem: 'ROUNDING' } });

describe('compareWithErp', () => {
  it('an order that shows what was sent is equal, whatever the order of its lines', () => {
    expect(compareWithErp(document, mapping, shown)).toEqual({ kind: 'equal' });
    expect(compareWithErp(document, mapping, { ...shown, lines: [...shown.lines].reverse() })).toEqual({
      kind: 'equal',
    });
  });

  it('an order that shows the tax as its own is equal', () => {
    const lines = shown.lines.filter(({ item }) => item !== 'TAX');
    const order = { ...shown, lines, totals: { net: '30.00', tax: '2.40', total: '32.40' } };
    expect(compareWithErp(document, mapping, order)).toEqual({ kind: 'equal' });
  });

  it('a price that the ERP shows with fewer decimals is equal as long as the amount is', () => {
    expect(compareWithErp(document, mapping, { ...shown, ...withLine(0, { unitPrice: '12.49' }) })).toEqual({
      kind: 'equal',
    });
  });

  it.each<[string, Partial<ErpOrder>, string]>([
    ['a line less', { lines: shown.lines.slice(1) }, 'the ERP lacks 2 x MUG-07 for 25'],
    [
      'a line more',
      { lines: [...shown.lines, { item: '', quantity: '1', unitPrice: '0', amount: '0' }] },
      'the ERP has 1 x no item for 0',
    ],
    ['a line twice', { lines: [...shown.lines, shown.lines[0]!] }, 'the ERP has 2 x MUG-07 for 25'],
    [
      'another quantity',
      withLine(0, { quantity: '3' }),
      'the ERP lacks 2 x MUG-07 for 25; the ERP has 3 x MUG-07 for 25',
    ],
    [
      'another price',
      withLine(1, { unitPrice: '6', amount: '6' }),
      'the ERP lacks 1 x SHIPPING for 5; the ERP has 1 x SHIPPING for 6',
    ],
    [
      'another item',
      withLine(0, { item: 'TOTE-01' }),
      'the ERP lacks 2 x MUG-07 for 25; the ERP has 2 x TOTE-01 for 25',
    ],
    ['one of two lines of tax', { lines: shown.lines.slice(0, 3) }, 'the ERP lacks 1 x TAX for 0.4'],
    [
      'no tax at all',
      { lines: shown.lines.slice(0, 2), totals: { net: '30', tax: '0', total: '30' } },
      'the ERP lacks 1 x TAX for 2; the ERP lacks 1 x TAX for 0.4',
    ],
    [
      'a line that rounds, without such an item',
      { lines: [...shown.lines, { item: 'ROUNDING', quantity: '1', unitPrice: '0.01', amount: '0.01' }] },
      'the ERP has 1 x ROUNDING for 0.01',
    ],
  ])('an order with %s has other lines than were sent', (_, overrides, detail) => {
    expect(compareWithErp(document, mapping, { ...shown, ...overrides })).toEqual({
      kind: 'other-lines',
      detail,
    });
  });

  it.each<[string, Partial<ErpOrder>, string]>([
    [
      'another total',
      { totals: { net: '32.4', tax: '0', total: '32.41' } },
      'total 32.4 in the store, 32.41 in the ERP',
    ],
    [
      'tax of its own on top',
      { totals: { net: '32.4', tax: '2.59', total: '34.99' } },
      'total 32.4 in the store, 34.99 in the ERP; tax 2.4 in the store, 4.99 in the ERP',
    ],
    ['another currency', { currency: 'EUR' }, 'currency USD in the store, EUR in the ERP'],
    [
      'another amount at our price',
      withLine(0, { amount: '24.99' }),
      'amount of MUG-07 25 in the store, 24.99 in the ERP',
    ],
    [
      'a total that is no amount',
      { totals: { net: '', tax: '0', total: '' } },
      'total 32.4 in the store, no amount in the ERP',
    ],
  ])('an order of our lines with %s has other totals', (_, overrides, detail) => {
    expect(compareWithErp(document, mapping, { ...shown, ...overrides })).toEqual({
      kind: 'totals-differ',
      detail,
    });
  });

  it('amounts may differ by the tolerance of the mapping, and by no more', () => {
    const order = (total: string) => ({ ...shown, totals: { net: total, tax: '0', total } });
    const kindOf = (total: string) => compareWithErp(document, lenient, order(total)).kind;
    expect(['32.38', '32.42', '32.37', '32.43'].map(kindOf)).toEqual([
      'equal',
      'equal',
      'totals-differ',
      'totals-differ',
    ]);
  });

  it('a line that rounds within the tolerance is the ERP’s own', () => {
    const lines = [...shown.lines, { item: 'ROUNDING', quantity: '1', unitPrice: '0.01', amount: '0.01' }];
    const order = { ...shown, lines, totals: { net: '32.41', tax: '0', total: '32.41' } };
    expect(compareWithErp(document, lenient, order)).toEqual({ kind: 'equal' });
  });

  it('one item may stand for all costs, the tax and what the ERP rounds', () => {
    const names = ['shipping', 'handling', 'wrapping', 'fee', 'discount', 'tax', 'giftCertificate'] as const;
    const special = Object.fromEntries(names.map((name) => [name, 'MISC'])) as Mapping['special'];
    const one = aMapping({ special, tax: { owner: 'store', tolerance: '0.00', roundingItem: 'MISC' } });
    const sold = documentOf(aSnapshotToDeliver(), one);
    const order = shownBy(sold, one);
    const own = {
      lines: order.lines.slice(0, 2),
      totals: { net: '30', tax: '2.4', total: '32.4' },
    };
    expect(compareWithErp(sold, one, order)).toEqual({ kind: 'equal' });
    expect(compareWithErp(sold, one, { ...order, ...own })).toEqual({ kind: 'equal' });
    expect(compareWithErp(sold, one, { ...order, lines: order.lines.slice(1) }).kind).toBe('other-lines');
  });

  it('a long list of differences is cut', () => {
    const lines = Array.from({ length: 20 }, (_, nth) => ({
      item: `X-${nth}`,
      quantity: '1',
      unitPrice: '1',
      amount: '1',
    }));
    const compared = compareWithErp(document, mapping, { ...shown, lines: [...shown.lines, ...lines] });
    expect(compared).toMatchObject({
      kind: 'other-lines',
      detail: expect.stringMatching(/; 15 more$/) as string,
    });
  });

  it('every generated order is equal to itself, and not to one with a line less', () => {
    const wide = aMapping({ addresses: { several: 'first' }, currencies: [{ else: {} }] });
    const wrong = Array.from({ length: 300 }, (_, seed) => seed).filter((seed) => {
      const one = documentOf(generateOrder(seed).snapshot, wide);
      const order = shownBy(one, wide);
      const less = { ...order, lines: order.lines.slice(1) };
      return (
        compareWithErp(one, wide, order).kind !== 'equal' ||
        compareWithErp(one, wide, less).kind !== 'other-lines'
      );
    });
    expect(wrong).toEqual([]);
  });
});
