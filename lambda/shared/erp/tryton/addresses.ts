// The addresses of an order. Tryton stores addresses with the party, and a sale names two of them, so an address that the party
// lacks is added to it before the order. What the party already has is never changed.
import * as v from 'valibot';
import type { Address, SalesOrder } from '../../delivery/sales-order';
import type { Names } from './names';

export const ADDRESS_FIELDS = [
  'party_name',
  'attn',
  'street',
  'postal_code',
  'city',
  'country',
  'subdivision',
] as const;

const id = v.pipe(v.number(), v.integer());
const text = v.nullable(v.string());

export const addressRow = v.object({
  id,
  party_name: text,
  attn: text,
  street: text,
  postal_code: text,
  city: text,
  country: v.nullable(id),
  subdivision: v.nullable(id),
});

export type AddressRow = v.InferOutput<typeof addressRow>;
export type AddressValues = Omit<AddressRow, 'id'>;

/** Where the order is invoiced, and where it ships; an order that is picked up has one address. */
export function addressesOf({ billing, shipping }: SalesOrder): {
  readonly invoice: Address;
  readonly shipment: Address;
} {
  return { invoice: billing, shipment: shipping[0]?.address ?? billing };
}

/** The address as Tryton stores it. A state that Tryton does not know as a subdivision follows the city, so that it is not lost. */
export async function toAddressValues(address: Address, names: Names): Promise<AddressValues> {
  const { name, company = '', street, city, postalCode, state = '', countryCode } = address;
  const country = await names.country(countryCode);
  const subdivision = state === '' ? undefined : await names.subdivision(countryCode, state);
  const isUnknownState = state !== '' && subdivision === undefined;
  return {
    party_name: textOrNull(company === '' ? name : company),
    attn: company === '' ? null : textOrNull(name),
    street: textOrNull(
      street
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .join('\n'),
    ),
    postal_code: textOrNull(postalCode),
    city: textOrNull(isUnknownState ? [city.trim(), state].filter((part) => part !== '').join(', ') : city),
    country,
    subdivision: subdivision ?? null,
  };
}

/** The party's address with these values; the oldest, if it has several. */
export function findAddress(rows: readonly AddressRow[], values: AddressValues): AddressRow | undefined {
  return rows.filter((row) => isSameAddress(row, values)).sort((one, other) => one.id - other.id)[0];
}

/** Those of the values that no row has, each once. */
export function missingAddresses(
  rows: readonly AddressRow[],
  values: readonly AddressValues[],
): readonly AddressValues[] {
  const missing = values.filter((one) => findAddress(rows, one) === undefined);
  return missing.filter((one, nth) => missing.findIndex((other) => isSameAddress(other, one)) === nth);
}

export const isSameAddress = (one: AddressValues, other: AddressValues): boolean =>
  keyOf(one) === keyOf(other);

/** Tryton changes spaces, and writes a missing text as null or as an empty one. */
function keyOf(values: AddressValues): string {
  const { party_name, attn, street, postal_code, city, country, subdivision } = values;
  const texts = [party_name, attn, street, postal_code, city].map((text) =>
    (text ?? '').split(/\s+/).filter((word) => word !== ''),
  );
  return JSON.stringify([texts, country, subdivision]);
}

const textOrNull = (value: string): string | null => (value.trim() === '' ? null : value.trim());
