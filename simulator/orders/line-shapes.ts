// An order line as `GET /orders/{id}/products` shows it, generated from as little as its type and quantity.
import { digitalProducts, physicalProducts } from './catalogue';
import type { CatalogueProduct } from './catalogue';
import { dec4, taxOn, triple, units } from './money';
import type { Triple } from './money';
import { pick, wholeNumber } from '../random';
import type { Random } from '../random';

/** One line of an order, with all fields in the order of the OpenAPI file. */
export interface OrderLine
  extends Triple<'price'>, Triple<'total'>, Triple<'cost_price'>, Triple<'wrapping_cost'> {
  id: number;
  order_id: number;
  product_id: number;
  variant_id: number;
  order_address_id: number;
  order_pickup_method_id: number;
  name: string;
  name_customer: string;
  name_merchant: string;
  sku: string;
  upc: string;
  type: 'physical' | 'digital' | 'giftcertificate';
  base_price: string;
  base_total: string;
  weight: string;
  width: string;
  height: string;
  depth: string;
  quantity: number;
  base_cost_price: string;
  is_refunded: boolean;
  quantity_refunded: number;
  refund_amount: string;
  return_id: number;
  wrapping_id: number;
  wrapping_name: string | null;
  base_wrapping_cost: string;
  wrapping_message: string;
  quantity_shipped: number;
  event_name: string | null;
  event_date: string | null;
  fixed_shipping_cost: string;
  ebay_item_id: string;
  ebay_transaction_id: string;
  option_set_id: number | null;
  parent_order_product_id: number | null;
  is_bundled_product: boolean;
  bin_picking_number: string;
  external_id: string | null;
  brand: string;
  gift_certificate_id: number | null;
  discounted_total_inc_tax: string;
  applied_discounts: { id: string; amount: string; name: string; code: string | null; target: string }[];
  product_options: Record<string, unknown>[];
  configurable_fields: { name: string; value: string }[];
}

/** The fields of a line that a caller may set; the others are generated. A known id changes its line. */
export type NewLine = Partial<OrderLine>;

const products = {
  physical: physicalProducts,
  digital: digitalProducts,
  giftcertificate: [{ name: 'Gift Certificate', sku: '', price: '50.0000' }],
} as const;

/** A complete line for an order; `overrides` replace generated fields. */
export function makeLine(
  random: Random,
  ids: { id: number; order_id: number; order_address_id: number },
  overrides: NewLine,
): OrderLine {
  const type = overrides.type ?? 'physical';
  const { name, sku, price } = pick<Pick<CatalogueProduct, 'name' | 'sku' | 'price'>>(random, products[type]);
  const isGift = type === 'giftcertificate';
  const exTax = units(overrides.price_ex_tax ?? overrides.base_price ?? price);
  const fullName = overrides.name ?? name;
  const line: OrderLine = {
    ...ids,
    product_id: isGift ? 0 : wholeNumber(random, 70, 199),
    variant_id: isGift ? 0 : wholeNumber(random, 300, 999),
    order_pickup_method_id: 0,
    name: fullName,
    name_customer: fullName,
    name_merchant: fullName,
    sku,
    upc: '',
    type,
    base_price: dec4(exTax),
    ...triple('price', exTax, isGift ? 0 : taxOn(exTax)),
    ...zeroTotals,
    ...measures(type),
    quantity: 1,
    base_cost_price: dec4(Math.round(exTax / 2)),
    ...triple('cost_price', Math.round(exTax / 2), 0),
    ...unusedFields,
    gift_certificate_id: isGift ? ids.id : null,
    applied_discounts: [],
    product_options: [],
    configurable_fields: [],
  };
  return changeLine(line, overrides);
}

/** The line after changes; its totals are recomputed unless the changes name them. */
export function changeLine(line: OrderLine, changes: NewLine): OrderLine {
  const changed = { ...line, ...changes };
  const exTax = units(changed.price_ex_tax) * changed.quantity;
  const tax = units(changed.price_tax) * changed.quantity;
  const totals = { base_total: dec4(exTax), ...triple('total', exTax, tax) };
  return { ...changed, ...totals, discounted_total_inc_tax: dec4(exTax + tax), ...changes };
}

const zeroTotals = { base_total: '0.0000', ...triple('total', 0, 0), discounted_total_inc_tax: '0.0000' };

function measures(type: OrderLine['type']): Pick<OrderLine, 'weight' | 'width' | 'height' | 'depth'> {
  const one = type === 'physical' ? '1.0000' : '0.0000';
  return { weight: one, width: one, height: one, depth: one };
}

const unusedFields = {
  is_refunded: false,
  quantity_refunded: 0,
  refund_amount: '0.0000',
  return_id: 0,
  wrapping_id: 0,
  wrapping_name: null,
  base_wrapping_cost: '0.0000',
  ...triple('wrapping_cost', 0, 0),
  wrapping_message: '',
  quantity_shipped: 0,
  event_name: null,
  event_date: null,
  fixed_shipping_cost: '0.0000',
  ebay_item_id: '',
  ebay_transaction_id: '',
  option_set_id: null,
  parent_order_product_id: null,
  is_bundled_product: false,
  bin_picking_number: '',
  external_id: null,
  brand: '',
};
