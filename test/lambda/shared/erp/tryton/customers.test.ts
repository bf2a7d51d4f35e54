import { Customers } from '../../../../../lambda/shared/erp/tryton/customers';
import { PartyAddresses } from '../../../../../lambda/shared/erp/tryton/party-addresses';
import { Names } from '../../../../../lambda/shared/erp/tryton/names';
import type { TrytonCall } from '../../../../../lambda/shared/erp/tryton/calls';
import type { Party } from '../../../../../lambda/shared/delivery/sales-order';
import type { Row } from '../../../../../lambda/shared/runtime/json';

const party: Party = {
  key: 'BC-C7',
  kind: 'customer',
  name: 'Ada Moss',
  email: 'ada_m@example.com',
  phone: '+1 512-555-0100',
};

const aRow = (overrides: Row = {}): Row => ({
  id: 5,
  code: 'BC-C7',
  active: true,
  replaced_by: null,
  addresses: [],
  ...overrides,
});

const address = {
  party_name: 'Ada Moss',
  attn: null,
  street: '1 Test Street',
  postal_code: '78701',
  city: 'Austin',
  country: 2,
  subdivision: null,
};

const home = {
  name: 'Ada Moss',
  street: ['1 Test Street'],
  city: 'Austin',
  postalCode: '78701',
  countryCode: 'US',
};

function find(rows: readonly Row[], match: 'id' | 'id-then-email' = 'id-then-email') {
  const asked: TrytonCall[] = [];
  const call = (request: TrytonCall) => Promise.resolve((asked.push(request), { status: 200, body: rows }));
  const addresses = new PartyAddresses(call, new Names(call, new Map(), () => 0));
  const customers = new Customers(call, addresses, match);
  return { asked, addresses, customers, found: customers.find(party) };
}

it('takes the customer with our key before any with the e-mail address, inactive or not', async () => {
  const { found } = find([aRow({ id: 9, code: '12' }), aRow({ active: 0 })]);
  expect(await found).toEqual([{ id: '5', key: 'BC-C7' }]);
});

it('takes the customer into whom staff merged ours', async () => {
  expect(await find([aRow({ active: false, replaced_by: 8 })]).found).toEqual([{ id: '8', key: 'BC-C7' }]);
});

it('adds an address to the customer into whom staff merged the one that is known', async () => {
  const rows: Record<string, Row[]> = {
    5: [aRow({ active: false, replaced_by: 8 })],
    8: [aRow({ id: 8, addresses: [{ ...address, id: 80 }] })],
  };
  const call = ({ domain }: TrytonCall) =>
    Promise.resolve({
      status: 200,
      body: rows[String((domain as [[string, string, number]])[0][2])] ?? [{ id: 2 }],
    });
  const addresses = new PartyAddresses(call, new Names(call, new Map(), () => 0));
  expect(await addresses.ids(5, [home, home])).toEqual({ party: 8, ids: [80, 80] });
});

it('takes the addresses that it adds in the order in which it sends them, whatever Tryton makes of their texts', async () => {
  const answers = [[{ id: 2 }], [aRow({ addresses: [{ ...address, id: 80 }] })]];
  const added = [81, 80, 82].map((id) => ({ ...address, id, street: 'CHANGED' }));
  const call = ({ method }: TrytonCall) =>
    Promise.resolve({ status: 200, body: method === 'PUT' ? { addresses: added } : answers.shift() });
  const addresses = new PartyAddresses(call, new Names(call, new Map(), () => 0));
  const [one, two] = ['2 Test Street', '3 Test Street'].map((street) => ({ ...home, street: [street] }));
  expect(await addresses.ids(5, [two!, home, one!, two!])).toEqual({ party: 5, ids: [81, 80, 82, 81] });
});

it('says that a known customer is gone', async () => {
  const { addresses, found } = find([]);
  await found;
  await expect(addresses.ids(5, [])).rejects.toMatchObject({ failure: 'data', provesRefusal: true });
});

describe('a customer that is remembered', () => {
  const answering = (byId: Row, byCode: readonly Row[]) => {
    const call = ({ domain }: TrytonCall) =>
      Promise.resolve({ status: 200, body: JSON.stringify(domain).includes('"code"') ? byCode : [byId] });
    return new PartyAddresses(call, new Names(call, new Map(), () => 0)).assertKey(5, party.key);
  };

  it('is taken if it has our key, or was merged with the one that has it', async () => {
    await expect(answering(aRow(), [])).resolves.toBeUndefined();
    const merged = [aRow({ id: 4, active: false, replaced_by: 5 })];
    await expect(answering(aRow({ code: '12' }), merged)).resolves.toBeUndefined();
  });

  it.each([['no one'], ['another party']])('is refused if %s has our key and it has another', async (who) => {
    const others = who === 'no one' ? [] : [aRow({ id: 9 })];
    await expect(answering(aRow({ code: '12' }), others)).rejects.toMatchObject({
      failure: 'data',
      provesRefusal: true,
    });
  });
});

it.each([
  ['the only active one', [aRow({ id: 9, code: '12' }), aRow({ id: 10, code: '13', active: false })], ['9']],
  ['none of two', [aRow({ id: 9, code: '12' }), aRow({ id: 10, code: null })], []],
])('takes of the customers with the e-mail address %s', async (_, rows, ids) => {
  expect((await find(rows).found).map(({ id }) => id)).toEqual(ids);
});

it('asks for the key only, unless the mapping matches by e-mail address', async () => {
  const { asked, found } = find([], 'id');
  await found;
  expect(asked[0]?.domain).toEqual([
    ['code', '=', 'BC-C7'],
    ['active', 'in', [true, false]],
  ]);
});

it.each([
  ['ada@example.com', '+1 (512) 555-0100', ['email', 'phone']],
  ['ada at example', '555 0100', ['other', 'other']],
  ['', '', []],
])('sends "%s" and "%s" in forms that Tryton does not refuse', async (email, phone, types) => {
  const { asked, customers, found } = find([]);
  await found;
  const made = customers.create({ ...party, email, phone }, [], 0);
  await expect(made).rejects.toThrow('the answer has no usable');
  const { body } = asked[1] as {
    body: { contact_mechanisms: [[string, { type: string }[]]]; addresses: unknown[] };
  };
  expect(body.contact_mechanisms[0][1].map(({ type }) => type)).toEqual(types);
  expect(body.addresses).toEqual([]);
});

it('creates a customer with our key, which Tryton keeps unique', async () => {
  const asked: TrytonCall[] = [];
  const call = (request: TrytonCall) => Promise.resolve((asked.push(request), { status: 200, body: aRow() }));
  const customers = new Customers(call, new PartyAddresses(call, new Names(call, new Map(), () => 0)), 'id');
  expect(await customers.create(party, [], 1_000)).toEqual({ id: '5', key: 'BC-C7' });
  expect(asked).toMatchObject([
    { method: 'POST', body: { code: 'BC-C7', name: 'Ada Moss' }, notAfter: 1_000 },
  ]);
});
