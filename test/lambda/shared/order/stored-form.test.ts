// What consignments keep of an order that is stored: nothing that its lists show, and all that they do not.
import { withoutRepeats } from '../../../../lambda/shared/order/stored-form';
import { aWholeLine } from '../../../support/builders';

const lines = [1, 2, 3, 4].map((id) => aWholeLine({ id, quantity: id }));
const [one, two, three, four] = lines;
const slim = (id: number) => ({ id, quantity: id });
const address = {
  id: 5,
  order_id: 100,
  street_1: '1 Test Street',
  base_cost: '5.0000',
  form_fields: [{ name: 'a' }],
};
const { order_id: _, ...shown } = address;

const order = (consignments: unknown) => ({ products: lines, shipping_addresses: [address], consignments });
const stored = (consignments: unknown) => withoutRepeats(order(consignments)).consignments;

const whole = {
  pickups: [{ id: 9, location: { id: 1, city: 'Austin' }, line_items: [one] }],
  shipping: [{ ...shown, base_cost: 5, line_items: [two], shipping_quotes: { url: '' } }],
  downloads: [{ recipient_email: 'ada@example.com', line_items: three }],
  email: { gift_certificates: [{ recipient_email: 'ada@example.com', line_items: { 0: four } }] },
};
const once = {
  pickups: [{ id: 9, location: { id: 1, city: 'Austin' }, line_items: [slim(1)] }],
  shipping: [{ id: 5, line_items: [slim(2)], shipping_quotes: { url: '' } }],
  downloads: [{ recipient_email: 'ada@example.com', line_items: slim(3) }],
  email: { gift_certificates: [{ recipient_email: 'ada@example.com', line_items: { 0: slim(4) } }] },
};

it('the stored form keeps of each line its id and quantity, and of each address its id, in every kind of consignment', () => {
  expect(stored(whole)).toEqual(once);
  expect(stored([whole])).toEqual([once]);
  expect(stored({ ...whole, shipping: { 0: whole.shipping[0] } })).toEqual({
    ...once,
    shipping: { 0: once.shipping[0] },
  });
});

it('the stored form changes nothing else of an order, and nothing a second time', () => {
  expect(withoutRepeats(order(whole))).toEqual({ ...order(whole), consignments: once });
  expect(withoutRepeats(order(once))).toEqual(order(once));
});

it.each([
  ['a link to them', { url: 'https://store.example/', resource: '/orders/100/consignments' }],
  ['a line that is in no list', { pickups: [{ line_items: [aWholeLine({ id: 7 })] }] }],
  ['lines that are links', { pickups: [{ line_items: [{ url: '', resource: '/orders/100/products/1' }] }] }],
  ['an address of another id', { shipping: [{ ...shown, id: 6, line_items: [] }] }],
  ['another street', { shipping: [{ id: 5, street_1: '2 Test Street', line_items: [] }] }],
  ['another cost', { shipping: [{ id: 5, base_cost: 5.01, line_items: [] }] }],
  ['a cost that is no text of it', { shipping: [{ id: 5, base_cost: true, line_items: [] }] }],
  ['a field that the address has not', { shipping: [{ id: 5, a_new_field: null, line_items: [] }] }],
  ['a warning', { shipping: [{ id: 5, __warning__: { message: 'only 50' }, line_items: [] }] }],
  ['nothing', null],
])('the stored form keeps %s', (_what, consignments) => {
  expect(stored(consignments)).toEqual(consignments);
});
