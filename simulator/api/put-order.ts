// Changes an order through the API. A PUT works like a PATCH, refuses the whole request if a field is read-only, and
// answers with the full order. There is no version and no compare-and-set: the last write wins.
import { arrayError, invalidField, json, nothing, notFound } from './response';
import type { Answer } from './response';
import type { KeptOrder, NewOrder } from '../orders/order-defaults';
import { isRecord } from '../json';
import { objectBody } from './routing';
import type { Call, Route } from './routing';
import { showOrder } from './order-view';
import { isStatusId, STATUS } from '../orders/statuses';
import type { Switches } from '../switches';

const scope = 'store_v2_orders';

/** The routes that change orders. */
export const orderChangeRoutes: readonly Route[] = [
  { method: 'PUT', template: '/v2/orders/{id}', scope, run: putOrder },
  { method: 'DELETE', template: '/v2/orders/{id}', scope, run: archiveOrder },
];

function putOrder(call: Call): Answer {
  const { orders, switches } = call.store;
  const before = orders.kept(call.ids.id ?? 0);
  if (!before) return notFound(switches);
  const body = objectBody(call);
  if (!body) return arrayError(400, 'The request body is not a JSON object.', switches);
  const refused = refusal(body, switches);
  if (refused) return refused;
  orders.edit(before.fields.id, changesFrom(body, before, switches), 'api');
  const after = orders.kept(before.fields.id);
  return after ? json(showOrder(call, after), switches) : notFound(switches);
}

function archiveOrder(call: Call): Answer {
  const { orders, switches } = call.store;
  const id = call.ids.id ?? 0;
  if (!orders.kept(id)) return notFound(switches);
  orders.archive(id, 'api');
  return nothing();
}

// [docs-old] and the OpenAPI file's `readOnly`.
const readOnly = new Set(
  (
    'id date_modified date_shipped status cart_id order_source external_id payment_status coupons ' +
    'coupon_discount subtotal_tax shipping_cost_tax handling_cost_tax wrapping_cost_tax total_tax ' +
    'shipping_cost_tax_class_id handling_cost_tax_class_id wrapping_cost_tax_class_id currency_id ' +
    'currency_code currency_exchange_rate default_currency_id default_currency_code store_credit_amount ' +
    'gift_certificate_amount shipping_address_count is_email_opt_in external_merchant_id'
  ).split(' '),
);

// The fields that a PUT stores unchanged, each with its required type.
const writable: Readonly<Record<string, 'string' | 'number' | 'boolean' | undefined>> = {
  customer_id: 'number',
  channel_id: 'number',
  items_total: 'number',
  items_shipped: 'number',
  is_deleted: 'boolean',
  order_is_digital: 'boolean',
  payment_method: 'string',
  payment_provider_id: 'string',
  staff_notes: 'string',
  customer_message: 'string',
  external_order_id: 'string',
  external_source: 'string',
  customer_locale: 'string',
  ip_address: 'string',
  ebay_order_id: 'string',
  tax_provider_id: 'string',
};

/** An address or a fee: an object whose costs, if any, are numbers or numeric texts. */
function isPart(value: unknown): boolean {
  return (
    isRecord(value) &&
    Object.entries(value).every(([name, cost]) => !/cost|price/.test(name) || isMoney(cost))
  );
}

function isLine(value: unknown): boolean {
  if (!isRecord(value) || !isPart(value)) return false;
  const { quantity = 1, type = 'physical' } = value;
  const types = ['physical', 'digital', 'giftcertificate'];
  return Number.isSafeInteger(quantity) && Number(quantity) >= 0 && types.includes(String(type));
}

function isMoney(value: unknown): boolean {
  const isText = typeof value === 'string' && value.trim() !== '';
  return (isText || typeof value === 'number') && Number.isFinite(Number(value));
}

type Body = Readonly<Record<string, unknown>>;

function refusal(body: Body, switches: Switches): Answer | undefined {
  const readOnlyField = Object.keys(body).find((name) => readOnly.has(name));
  if (readOnlyField !== undefined) {
    const advice = 'Please remove it from your request before trying again.';
    return arrayError(400, `The field '${readOnlyField}' cannot be written to. ${advice}`, switches);
  }
  if ('status_id' in body && !isStatusId(body.status_id)) return invalidField('status_id', switches);
  const wrong = Object.entries(body).find(([name, value]) => !isValidField(name, value));
  return wrong ? invalidField(wrong[0], switches) : undefined;
}

function isValidField(name: string, value: unknown): boolean {
  if (name === 'products') return Array.isArray(value) && value.every(isLine);
  if (name === 'fees' || name === 'shipping_addresses') return Array.isArray(value) && value.every(isPart);
  if (name === 'billing_address') return isRecord(value);
  const type = writable[name];
  return type === undefined || typeof value === type;
}

function changesFrom(body: Body, before: KeptOrder, switches: Switches): NewOrder {
  const plain = Object.entries(body).filter(([name]) => writable[name] !== undefined);
  const fallback = switches.putWithoutStatus === 'pending' ? STATUS.PENDING : before.fields.status_id;
  const products = recordsIn(body.products);
  const places = recordsIn(body.shipping_addresses);
  const fees = recordsIn(body.fees) ?? (switches.putWithoutFees === 'drop' ? [] : undefined);
  const isRepeated = Object.keys(body).length === 1 && body.status_id === before.fields.status_id;
  return {
    ...Object.fromEntries(plain),
    status_id: isStatusId(body.status_id) ? body.status_id : fallback,
    ...(isRecord(body.billing_address) ? { billing_address: body.billing_address } : {}),
    ...(fees && (fees.length > 0 || before.fees.length > 0) ? { fees } : {}),
    ...(products ? { lines: linesAfter(before, products) } : {}),
    ...(places ? { addresses: merged(before.addresses, places) } : {}),
    ...(isRepeated && !switches.sameStatusBumpsDate ? { date_modified: before.fields.date_modified } : {}),
  };
}

/** The lines after the edit: a known id changes a line and clears its discounts; quantity 0 removes it. */
function linesAfter(before: KeptOrder, products: readonly Body[]): Body[] {
  const edits = products.map((line) =>
    before.lines.some(({ id }) => id === line.id) ? { ...line, applied_discounts: [] } : line,
  );
  return merged(before.lines, edits).filter(({ quantity }) => quantity !== 0);
}

/** The existing items with their edits, and then the new ones. */
function merged(before: readonly { readonly id: number }[], edits: readonly Body[]): Body[] {
  const kept = before.map(({ id }) => ({ ...edits.find((edit) => edit.id === id), id }));
  return [...kept, ...edits.filter((edit) => !before.some(({ id }) => id === edit.id))];
}

function recordsIn(value: unknown): Body[] | undefined {
  return Array.isArray(value) ? value.filter(isRecord) : undefined;
}
