// Where an order ships to, by the mapping's policy for several addresses and its shipping methods.
import type { StoreAddress } from './addresses';
import { Hold } from './hold';
import { useRule } from './mapping-rules';
import type { Mapping } from './mapping';
import type { Line, Shipping } from './sales-order';
import type { StoreOrder } from './store-order';

/** Throws Hold `several-addresses` and `unmapped-shipping-method`. */
export function shippingOf({ addresses }: StoreOrder, mapping: Mapping): readonly Shipping[] {
  if (addresses.length > 1 && mapping.addresses.several === 'hold') {
    throw new Hold('several-addresses', `${addresses.length} addresses`);
  }
  return addresses.slice(0, 1).map(({ address, method }) => {
    const erpMethod = useRule(mapping.shippingMethods, { method }, 'unmapped-shipping-method');
    return { address, method, ...(erpMethod === null ? {} : { erpMethod }) };
  });
}

/** All that ships goes to the one address of the document. */
export const atFirstAddress = (line: Line): Line =>
  line.addressIndex === undefined ? line : { ...line, addressIndex: 0 };

/** The customer's message, and what goes to other addresses than the first. */
export function noteOf({ note, addresses, lines }: StoreOrder): string {
  const others = addresses.slice(1).map((one) => {
    const here = lines.filter(({ addressId }) => addressId === one.id);
    const items = here.map(({ quantity, name }) => `${quantity} x ${name}`).join(', ');
    return `Ships to ${addressText(one)}${items === '' ? '' : `: ${items}`}`;
  });
  return [note, ...others].filter((part) => part !== '').join('\n');
}

function addressText({ address, method }: StoreAddress): string {
  const { name, company, street, postalCode, city, state, countryCode } = address;
  const parts = [
    name,
    company === name ? '' : company,
    ...street,
    `${postalCode} ${city}`.trim(),
    state,
    countryCode,
  ];
  const text = parts.filter((part) => part !== undefined && part !== '').join(', ');
  return method === '' ? text : `${text} (${method})`;
}
