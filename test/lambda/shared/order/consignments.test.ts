// Which lines that come with an order are believed, and what shows that an order has not changed.
import { linesOf } from '../../../../lambda/shared/order/consignments';
import { anOrder, anOrderWithLines, aWholeLine } from '../../../support/builders';

const consignments = (overrides: object) => ({
  consignments: { pickups: [], shipping: [], downloads: [], email: { gift_certificates: [] }, ...overrides },
});

describe('the lines of an order', () => {
  it('the lines of an order are those of all its consignments, by id', () => {
    const [one, two, three, four] = [1, 2, 3, 4].map((id) => aWholeLine({ id }));
    const order = anOrder({
      items_total: 4,
      ...consignments({
        pickups: [{ line_items: [four] }],
        shipping: [{ line_items: [three] }, { line_items: [] }],
        downloads: [{ line_items: [one] }],
        email: { gift_certificates: [{ line_items: [two] }] },
      }),
    });
    expect(linesOf(order)).toEqual([one, two, three, four]);
  });

  it('the lines of an order are read in both documented forms, a single object in place of a list and the older array', () => {
    const line = aWholeLine({ type: 'digital' });
    const downloads = [{ recipient_email: 'ada@example.com', line_items: line }];
    const { consignments: one } = consignments({ downloads });
    expect(linesOf(anOrder({ items_total: 1, consignments: one }))).toEqual([line]);
    expect(linesOf(anOrder({ items_total: 1, consignments: [one] }))).toEqual([line]);
  });

  it('the lines of an order are read from numbered objects in place of lists, of groups as of lines', () => {
    const [one, two] = [1, 2].map((id) => aWholeLine({ id }));
    const order = anOrder({
      items_total: 2,
      ...consignments({
        shipping: { 0: { line_items: { 1: two } } },
        email: { gift_certificates: { 3: { line_items: [one] } } },
      }),
    });
    expect(linesOf(order)).toEqual([one, two]);
  });

  const line = aWholeLine({ quantity: 2 });
  it.each<[string, object]>([
    [
      'they did not come',
      { consignments: { url: 'https://store.example/', resource: '/orders/100/consignments' } },
    ],
    ['there are none', { items_total: 0, ...consignments({}) }],
    ['there are several older forms', { consignments: [{}, {}] }],
    [
      'they are cut',
      consignments({ shipping: [{ line_items: [line], __warning__: { message: 'only 50' } }] }),
    ],
    ['all of them are cut', consignments({ shipping: [{ line_items: [line] }], __warning__: {} })],
    ['quantities do not add up', { items_total: 3 }],
    ['the order does not count', { items_total: undefined }],
    ['one is there twice', { items_total: 4, ...consignments({ shipping: [{ line_items: [line, line] }] }) }],
    ['one is a link', consignments({ shipping: [{ line_items: [line, { url: '', resource: '' }] }] })],
    [
      'one has no price',
      consignments({ shipping: [{ line_items: [{ ...line, price_inc_tax: undefined }] }] }),
    ],
    ['one has no id', consignments({ shipping: [{ line_items: [{ ...line, id: 0 }] }] })],
    ['they are an empty object', consignments({ shipping: [{ line_items: {} }] })],
    ['one is no object', consignments({ shipping: [{ line_items: [line, null] }] })],
  ])('the lines of an order are not believed where %s', (_why, overrides) => {
    expect(linesOf(anOrderWithLines([line]))).toEqual([line]);
    expect(linesOf(anOrderWithLines([line], overrides))).toBeUndefined();
  });
});
