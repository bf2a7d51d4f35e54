// The formats of responses.
import { createStore } from '../../../simulator/index';
import { ask, ids } from '../../support/store-client';

it('a response is XML if the client does not accept JSON, unless the path ends in .json', async () => {
  const store = createStore();
  store.orders.add();
  const xml = await ask(store, 'GET', '/orders', undefined, { Accept: '*/*' });
  expect(xml.headers['content-type']).toBe('application/xml');
  expect(xml.text).toMatch(/<orders><item><id>100<\/id>/);
  expect(ids(await ask(store, 'GET', '/orders.json', undefined, { Accept: '*/*' }))).toEqual([100]);
});
