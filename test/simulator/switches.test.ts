// The switches: each selects one reading of an uncertain behaviour.
import { createStore } from '../../simulator/index';
import type { Switches } from '../../simulator/index';
import { ask, fields, ids, rows } from '../support/store-client';
import { virtualTime } from '../support/virtual-time';

describe('switches', () => {
  const lists = async (path: string, switches: Partial<Switches>) => {
    const store = createStore({ ...virtualTime(), switches });
    const date_created = '2026-01-05T00:00:00Z';
    store.orders.add({
      date_created,
      lines: [{ type: 'digital' }, { is_bundled_product: true }],
      coupons: [{}],
    });
    store.orders.add({ date_created, status_id: 0, lines: [{ type: 'digital' }] });
    store.orders.add({ date_created: '2026-01-06T00:00:00Z', billing_address: { first_name: 'Zoë' } });
    store.orders.archive(102);
    return ask(store, 'GET', path);
  };

  it.each<[string, Partial<Switches>, unknown]>([
    ['/orders', {}, [100]],
    ['/orders', { archivedOrders: 'listed' }, [100, 102]],
    ['/orders', { incompleteOrders: 'listed' }, [100, 101]],
    ['/orders?is_deleted=true', { isDeletedFilter: 'only' }, [102]],
    ['/orders?is_deleted=true', { isDeletedFilter: 'also' }, [100, 102]],
    ['/orders?is_deleted=true', { isDeletedFilter: 'ignored' }, [100]],
    ['/orders?min_id=100', { idBounds: 'exclusive' }, 204],
    ['/orders?min_date_created=2026-01-05T00:00:00Z', { dateBounds: 'inclusive' }, [100]],
    ['/orders?min_date_created=2026-01-05T00:00:00Z', { dateBounds: 'exclusive' }, 204],
    ['/orders?status_id=7', { emptyList: 'array' }, []],
    ['/orders?limit=251', { overLimit: 'clamp' }, [100]],
  ])('the list %s with the switches %j has the expected orders', async (path, switches, expected) => {
    const answer = await lists(path, switches);
    expect(answer.status === 200 ? ids(answer) : answer.status).toEqual(expected);
  });

  it.each<[string, Partial<Switches>, Record<string, unknown>]>([
    ['/orders/100', { mixedCartIsDigital: true }, { order_is_digital: true }],
    ['/orders/100', { itemsTotalCountsBundled: false }, { items_total: 1 }],
    ['/orders/101', { digitalAddressCount: 1 }, { shipping_address_count: 1 }],
    [
      '/orders/100',
      { addressLink: 'shippingaddresses' },
      { shipping_addresses: { resource: '/orders/100/shippingaddresses' } },
    ],
    [
      '/orders/100?include=consignments',
      { consignmentsDefault: 'object' },
      { consignments: { pickups: [] } },
    ],
    [
      '/orders/100?include=consignments&consignment_structure=object',
      { emptyLineItems: true },
      { consignments: { downloads: [{ line_items: [] }] } },
    ],
  ])('the response to %s with the switches %j has the expected fields', async (path, switches, expected) => {
    expect((await lists(path, switches)).body).toMatchObject(expected);
  });

  it('switches remove the link to consignments and change their ids', async () => {
    expect((await lists('/orders/100', { consignmentsLink: false })).body).not.toHaveProperty('consignments');
    const { shipping } = fields(await lists('/orders/100/consignments', { consignmentIdIsAddressId: false }));
    const [address] = rows(await lists('/orders/100/shipping_addresses', {}));
    expect(shipping).not.toMatchObject([{ id: address?.id }]);
  });

  it('a switch writes the amounts of a coupon as numbers or as strings', async () => {
    expect((await lists('/orders/100/coupons', {})).body).toMatchObject([{ amount: 5, discount: 5 }]);
    const strings = await lists('/orders/100/coupons', { couponAmounts: 'string' });
    expect(strings.body).toMatchObject([{ amount: '5.0000', discount: '5.0000' }]);
  });

  it('a switch escapes slashes, all non-ASCII characters too, or nothing', async () => {
    const text = async (escaping: Switches['escaping']) => (await lists('/orders/102', { escaping })).text;
    expect(await text('slashes')).toMatch(/"Zoë".*"\\\/orders\\\/102/);
    expect(await text('all')).toMatch(/"Zo\\u00eb".*"\\\/orders\\\/102/);
    expect(await text('none')).toMatch(/"Zoë".*"\/orders\/102/);
  });

  it('a switch drops the fees that a PUT does not name', async () => {
    const store = createStore({ switches: { putWithoutFees: 'drop' } });
    store.orders.add({ fees: [{}] });
    await ask(store, 'PUT', '/orders/100', { status_id: 9 });
    expect(store.orders.fees(100)).toEqual([]);
  });

  it('K10: switches spell the cost of a fee differently under its own path and leave fees a link', async () => {
    const store = createStore({ switches: { feesSpelling: 'cost_exc_tax', includesFees: false } });
    store.orders.add({ fees: [{}] });
    const fees = await ask(store, 'GET', '/orders/100/fees');
    expect(fees.body).toMatchObject({ fees: [{ cost_exc_tax: '1.0000', cost_inc_tax: '1.0000' }] });
    expect(fees.text).not.toContain('cost_ex_tax');
    expect(fields(await ask(store, 'GET', '/orders/100?include=fees'))).toMatchObject({
      fees: { resource: '/orders/100/fees' },
    });
  });

  it('a switch answers JSON to every client', async () => {
    const store = createStore({ switches: { xmlWithoutAccept: false } });
    const answer = await ask(store, 'GET', '/time', undefined, { Accept: '*/*' });
    expect(answer.headers['content-type']).toBe('application/json');
  });
});
