// The personal data of an order: drops fields before it is stored, erases personal fields on request, and finds the email
// addresses in an order. Unknown fields are kept.
import { isRow } from '../runtime/json';
import type { Row } from '../runtime/json';

/** Fields that an advance writes, that the ledger's versions rely on, or that every consumer needs. */
export const NEVER_DROPPED: readonly string[] = [
  'id',
  'status_id',
  'status',
  'custom_status',
  'payment_status',
  'date_created',
  'date_modified',
  'date_shipped',
  'products',
  'shipping_addresses',
  'coupons',
  'replication',
  'expires_at',
];

/** Whether dropFields takes this: a field's name, or a path of names from the order's top. */
export function isDroppable(name: string): boolean {
  const isPath = /^[a-z_]\w*(\.[a-z_]\w*)*$/i.test(name);
  return isPath && !NEVER_DROPPED.includes(name) && !name.startsWith('replication.');
}

/**
 * The order without these fields. A name is dropped wherever it occurs, in lines, addresses, coupons and consignments
 * too; a path such as `shipping_addresses.phone` only there.
 */
export function dropFields<T extends Row>(order: T, names: readonly string[]): T {
  return names.length === 0 ? order : (without(order, new Set(names)) as T);
}

function without(value: unknown, names: ReadonlySet<string>, path = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => without(one, names, path));
  if (!isRow(value)) return value;
  const kept = Object.entries(value).flatMap(([name, inner]) => {
    const here = `${path}${name}`;
    // Not the store's: it has a state and a source of its own.
    if (here === 'replication') return [[name, inner]];
    return names.has(name) || names.has(here) ? [] : [[name, without(inner, names, `${here}.`)]];
  });
  return Object.fromEntries(kept);
}

/** The values under these names are about a person, at any depth. */
const PERSONAL: ReadonlySet<string> = new Set([
  'first_name',
  'last_name',
  'company',
  'street_1',
  'street_2',
  'city',
  'zip',
  'phone',
  'email',
  'recipient_email',
  'customer_id',
  'cart_id',
  'ip_address',
  'ip_address_v6',
  'customer_message',
  'staff_notes',
  'wrapping_message',
  'event_date',
]);

/** Lists of what a shopper was asked, and, in each of their items, where the answer is. */
const QUESTIONS: ReadonlySet<string> = new Set(['form_fields', 'configurable_fields', 'product_options']);
const ANSWERS: ReadonlySet<string> = new Set([
  'value',
  'display_value',
  'display_value_customer',
  'display_value_merchant',
]);

/** The types of product options that are answered by choosing something of the shop's. */
const CHOICES: ReadonlySet<unknown> = new Set(['Checkbox', 'Multiple choice', 'Product Pick List', 'Swatch']);

/** Where BigCommerce says null for a text that is not there. */
const NULLABLE: ReadonlySet<string> = new Set(['cart_id', 'event_date']);

/** How a webhook may spell the ids among them. */
const PERSONAL_IN_WEBHOOKS: readonly string[] = [...PERSONAL, 'cartId', 'customerId'];

/** The fields of a cart's webhook that are kept, all except those of the cart. */
const KEPT_OF_CARTS: ReadonlySet<string> = new Set(['type', 'orderId', 'order_id']);

/** A webhook's content without what leads to a shopper. A cart's id is one, and is called just `id` in its own scopes. */
export function withoutShopper(content: Row): Row {
  const { scope, data } = content;
  const isOfCart = typeof scope === 'string' && /(^|\/)cart\//.test(scope);
  const kept = isOfCart && isRow(data) ? { ...content, data: keepOfCart(data) } : content;
  return dropFields(kept, PERSONAL_IN_WEBHOOKS);
}

function keepOfCart(data: Row): Row {
  return Object.fromEntries(Object.entries(data).filter(([name]) => KEPT_OF_CARTS.has(name)));
}

/** The order with nothing personal in it: every field is there still, and holds what BigCommerce gives for none. */
export function erasePersonal<T extends Row>(order: T): T {
  return mapPersonal(order, (name, value) => {
    if (typeof value === 'string') return NULLABLE.has(name) ? null : '';
    if (typeof value === 'number' || typeof value === 'bigint') return 0;
    return Array.isArray(value) ? [] : value;
  }) as T;
}

/** All email addresses in what erasePersonal would erase, in lower case: those in a shopper's message too. */
export function personalEmails(order: Row): ReadonlySet<string> {
  const emails = new Set<string>();
  mapPersonal(order, (_, value) => {
    for (const text of textsIn(value)) for (const email of emailsIn(text)) emails.add(email);
  });
  return emails;
}

/** Gives what `map` makes of every personal value in place of it; objects under a personal name are gone into. */
function mapPersonal(
  value: unknown,
  map: (name: string, value: unknown) => unknown,
  names: ReadonlySet<string> = PERSONAL,
): unknown {
  if (Array.isArray(value)) return value.map((one) => mapPersonal(one, map, names));
  if (!isRow(value) || (names === ANSWERS && CHOICES.has(value.type))) return value;
  const mapped = Object.entries(value).map(([name, inner]) => {
    // Where an order is picked up: the shop's own address.
    if (name === 'location' && 'pickup_method_id' in value) return [name, inner];
    if (names.has(name) && !isRow(inner)) return [name, map(name, inner)];
    return [name, mapPersonal(inner, map, QUESTIONS.has(name) ? ANSWERS : names)];
  });
  return Object.fromEntries(mapped);
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The text itself, if it may be an address, and every part of it that may be one. */
function emailsIn(text: string): readonly string[] {
  // A run of signs is tried at its beginning only: at each of them, a message of nothing else would take seconds.
  const parts = text
    .split(/[\s"<>()[\]{},;:\\/]+/)
    .map((part) => part.replaceAll(/^[.'!?]+|(?<![.'!?])[.'!?]+$/g, ''));
  return [text.trim(), ...parts].filter((part) => part.includes('@')).map((email) => email.toLowerCase());
}
