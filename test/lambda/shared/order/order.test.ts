// Which ids and answers from outside are orders.
import { toRawOrder, toOrderId } from '../../../../lambda/shared/order/order';
import { anOrder } from '../../../support/builders';

describe('an order id from outside', () => {
  it.each([1, 4242, '4242', Number.MAX_SAFE_INTEGER])('an order id from outside may be %p', (id) =>
    expect(toOrderId(id)).toBe(Number(id)),
  );
  it.each([
    0,
    -1,
    1.5,
    NaN,
    Infinity,
    2 ** 53,
    '',
    '0',
    '01',
    '1e3',
    ' 1',
    '../customers',
    '1/../2',
    null,
    {},
    [1],
    true,
  ])('an order id from outside may not be %p', (id) => expect(toOrderId(id)).toBeUndefined());
});

it('an order is known by its id and status id', () => {
  expect(toRawOrder(anOrder())).toEqual(anOrder());
  for (const value of [null, [], 'x', {}, { id: 1 }, { id: '1', status_id: 1 }, { id: 1, status_id: null }]) {
    expect(toRawOrder(value)).toBeUndefined();
  }
});
