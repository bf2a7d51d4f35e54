import {
  findAddress,
  missingAddresses,
  toAddressValues,
} from '../../../../../lambda/shared/erp/tryton/addresses';
import type { AddressValues } from '../../../../../lambda/shared/erp/tryton/addresses';
import { Names } from '../../../../../lambda/shared/erp/tryton/names';
import type { TrytonCall } from '../../../../../lambda/shared/erp/tryton/calls';
import type { Address } from '../../../../../lambda/shared/delivery/sales-order';

const subdivisions = [
  { id: 21, name: 'California', code: 'US-CA' },
  { id: 22, name: 'New York', code: 'US-NY' },
  { id: 23, name: 'Twin', code: 'US-T1' },
  { id: 24, name: 'twin', code: 'US-T2' },
];

/** Tryton with one country, and the paths that it was asked for. */
function aTryton() {
  const asked: string[] = [];
  let time = 0;
  const call = ({ path }: TrytonCall) => {
    asked.push(path);
    return Promise.resolve({ status: 200, body: path === 'country.country' ? [{ id: 2 }] : subdivisions });
  };
  const names = new Names(call, new Map(), () => time);
  return { asked, names, pass: (ms: number) => (time += ms) };
}

const anAddress = (overrides: Partial<Address> = {}): Address => ({
  name: 'Ada Moss',
  street: ['1 Test Street', ' ', 'Floor 2'],
  city: 'Austin',
  postalCode: '78701',
  countryCode: 'US',
  ...overrides,
});

it('puts the person after the company, and each line of the street on its own', async () => {
  const { names } = aTryton();
  expect(await toAddressValues(anAddress({ company: 'Moss Ltd' }), names)).toEqual({
    party_name: 'Moss Ltd',
    attn: 'Ada Moss',
    street: '1 Test Street\nFloor 2',
    postal_code: '78701',
    city: 'Austin',
    country: 2,
    subdivision: null,
  });
});

it.each([
  ['California', 21, 'Austin'],
  ['new york', 22, 'Austin'],
  ['CA', 21, 'Austin'],
  ['US-NY', 22, 'Austin'],
  ['Atlantis', null, 'Austin, Atlantis'],
  ['Twin', null, 'Austin, Twin'],
  ['', null, 'Austin'],
])('finds the state "%s", or keeps it with the city', async (state, subdivision, city) => {
  const { names } = aTryton();
  expect(await toAddressValues(anAddress({ state }), names)).toMatchObject({ subdivision, city });
});

it('remembers what Tryton has for five minutes, and asks again for what it does not have', async () => {
  const { names, asked, pass } = aTryton();
  await toAddressValues(anAddress({ state: 'California' }), names);
  await toAddressValues(anAddress({ state: 'California' }), names);
  expect(asked).toEqual(['country.country', 'country.subdivision']);
  await toAddressValues(anAddress({ state: 'Atlantis' }), names);
  await toAddressValues(anAddress({ state: 'Atlantis' }), names);
  expect(asked).toHaveLength(4);
  pass(5 * 60_000);
  await toAddressValues(anAddress({ state: 'California' }), names);
  expect(asked).toHaveLength(6);
});

const values: AddressValues = {
  party_name: 'Ada Moss',
  attn: null,
  street: '1 Test Street',
  postal_code: '78701',
  city: 'Austin',
  country: 2,
  subdivision: null,
};

it('takes the oldest of equal addresses, and an empty text for none', () => {
  const rows = [
    { ...values, id: 9, attn: '' },
    { ...values, id: 4, city: ' Austin ', street: '1  Test\nStreet' },
    { ...values, id: 3, city: 'Dallas' },
  ];
  expect(findAddress(rows, values)?.id).toBe(4);
});

it.each(['party_name', 'attn', 'street', 'postal_code', 'city', 'country', 'subdivision'] as const)(
  'tells addresses apart by their %s',
  (field) => {
    const other = { ...values, [field]: field === 'country' || field === 'subdivision' ? 99 : 'other' };
    expect(findAddress([{ ...other, id: 1 }], values)).toBeUndefined();
    expect(missingAddresses([{ ...other, id: 1 }], [values, other, values])).toEqual([values]);
  },
);
