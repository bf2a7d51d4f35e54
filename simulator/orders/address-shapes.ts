// The addresses of an order: its billing address, and its shipping addresses as their own list shows them. Every
// person is invented and has an address at example.com.
import { dec4, taxOn, triple } from './money';
import type { Triple } from './money';
import { pick, wholeNumber } from '../random';
import type { Random } from '../random';

interface FormField {
  name: string;
  value: string | number | readonly string[];
}

/** The billing address inside an order. */
export interface BillingAddress {
  first_name: string;
  last_name: string;
  company: string;
  street_1: string;
  street_2: string;
  city: string;
  state: string;
  zip: string;
  country: string;
  country_iso2: string;
  phone: string;
  email: string;
  form_fields: FormField[];
}

/** One item of `GET /orders/{id}/shipping_addresses`, without its link to shipping quotes. */
export interface ShippingAddress extends BillingAddress, Triple<'cost'>, Triple<'handling_cost'> {
  id: number;
  order_id: number;
  items_total: number;
  items_shipped: number;
  shipping_method: string;
  base_cost: string;
  cost_tax_class_id: number;
  base_handling_cost: string;
  handling_cost_tax_class_id: number;
  shipping_zone_id: number;
  shipping_zone_name: string;
}

/** The fields of a shipping address that a caller may set; the others are generated. */
export type NewAddress = Partial<ShippingAddress>;

type Place = readonly [city: string, state: string, zip: string];

const places: readonly [Place, ...Place[]] = [
  ['Austin', 'Texas', '78701'],
  ['Portland', 'Oregon', '97205'],
  ['Madison', 'Wisconsin', '53703'],
];

const FLAT_RATE = 50_000;
const SHIPPING_TAX_CLASS = 2;

/** An invented customer at an invented address. */
export function makeBillingAddress(random: Random, overrides: Partial<BillingAddress>): BillingAddress {
  const first = pick(random, ['Ada', 'Ben', 'Chidi', 'Dora', 'Elif', 'Femi', 'Greta', 'Hugo']);
  const last = pick(random, ['Moss', 'Field', 'Okafor', 'Lindgren', 'Marsh', 'Reyes', 'Tanaka']);
  const [city, state, zip] = pick(random, places);
  return {
    first_name: first,
    last_name: last,
    company: '',
    street_1: `${wholeNumber(random, 1, 400)} Test Street`,
    street_2: '',
    city,
    state,
    zip,
    country: 'United States',
    country_iso2: 'US',
    phone: '5125550100',
    email: `${first}.${last}@example.com`.toLowerCase(),
    form_fields: [],
    ...overrides,
  };
}

/** A shipping address to the same person, unless overridden, at a flat rate. */
export function makeShippingAddress(
  ids: { id: number; order_id: number },
  billing: BillingAddress,
  overrides: NewAddress,
): ShippingAddress {
  return {
    ...ids,
    ...billing,
    items_total: 0,
    items_shipped: 0,
    shipping_method: 'Flat Rate',
    base_cost: dec4(FLAT_RATE),
    ...triple('cost', FLAT_RATE, taxOn(FLAT_RATE)),
    cost_tax_class_id: SHIPPING_TAX_CLASS,
    base_handling_cost: dec4(0),
    ...triple('handling_cost', 0, 0),
    handling_cost_tax_class_id: SHIPPING_TAX_CLASS,
    shipping_zone_id: 1,
    shipping_zone_name: 'United States',
    ...overrides,
  };
}
