// Addresses of the store, cleaned for an ERP.
import { cleanText } from './clean-text';
import type { Address } from './sales-order';
import { unusable } from './store-fields';
import type { Place } from './store-fields';

export const MAX_NAME = 200;

/** An address, and what only a shipping address has. */
export interface StoreAddress {
  /** 0 for the billing address. */
  readonly id: number;
  readonly method: string;
  readonly address: Address;
}

/** Narrows an address. Throws Hold `unusable-order` where its country is neither empty nor an alpha-2 code. */
export function addressOf(place: Place): StoreAddress {
  const { row } = place;
  const text = (name: string, length = MAX_NAME) => cleanText(row[name], length);
  const optional = (name: string, value: string) => (value === '' ? {} : { [name]: value });
  const company = text('company');
  return {
    id: typeof row.id === 'number' ? row.id : 0,
    method: text('shipping_method', 250),
    address: {
      name:
        [text('first_name', 100), text('last_name', 99)].filter((part) => part !== '').join(' ') || company,
      ...optional('company', company),
      street: [text('street_1'), text('street_2')].filter((line) => line !== ''),
      city: text('city'),
      postalCode: text('zip', 50),
      ...optional('state', text('state')),
      countryCode: countryOf(place),
      ...optional('phone', text('phone', 50)),
      ...optional('email', text('email', 254)),
    },
  };
}

function countryOf(place: Place): string {
  const code = place.row.country_iso2 ?? '';
  if (typeof code !== 'string' || !/^(?:[A-Za-z]{2})?$/.test(code)) throw unusable(place, 'country_iso2');
  return code.toUpperCase();
}
