import { createAdapter } from '../../../../lambda/shared/erp/adapters';
import { ConfigurationError } from '../../../../lambda/shared/runtime/errors';
import { aMapping } from '../../../support/sales-order';

const settings = {
  url: 'http://127.0.0.1:1',
  requestTimeoutMs: 1_000,
  mapping: aMapping(),
  credentials: () => Promise.resolve('{"key":"k"}'),
  callsUntil: 0,
  now: () => 0,
};

it('creates the adapter that the name names', () => {
  expect(createAdapter('tryton')(settings).facts).toMatchObject({ orderKey: 'refuses', digits: 4 });
});

it.each(['netsuite', 'constructor', ''])('says which adapters there are, when "%s" is none', (name) => {
  const create = () => createAdapter(name);
  expect(create).toThrow(ConfigurationError);
  expect(create).toThrow('Set ErpAdapter to one of these: tryton.');
});

it('says which entry of the mapping is missing, when the database is', () => {
  const mapping = aMapping({ erp: { company: 'Merchant' } });
  expect(() => createAdapter('tryton')({ ...settings, mapping })).toThrow('The mapping has no erp.database');
});
