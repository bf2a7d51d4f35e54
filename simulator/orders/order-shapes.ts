// An order as the API shows it, with every field, and its smaller parts: links, coupons, fees.
import type { BillingAddress } from './address-shapes';
import { triple } from './money';
import type { Triple } from './money';

/** The address of a sub-resource. */
export interface Link {
  url: string;
  resource: string;
}

type Cost<Name extends string> = Triple<`${Name}_cost`> &
  Record<`base_${Name}_cost`, string> &
  Record<`${Name}_cost_tax_class_id`, number>;

/** The fields of an order without its links. */
export interface OrderFields
  extends Triple<'subtotal'>, Cost<'shipping'>, Cost<'handling'>, Cost<'wrapping'>, Triple<'total'> {
  id: number;
  customer_id: number;
  date_created: string;
  date_modified: string;
  date_shipped: string;
  status_id: number;
  status: string;
  is_tax_inclusive_pricing: boolean;
  items_total: number;
  items_shipped: number;
  payment_method: string;
  payment_provider_id: string | number | null;
  payment_status: string;
  refunded_amount: string;
  order_is_digital: boolean;
  store_credit_amount: string;
  gift_certificate_amount: string;
  ip_address: string;
  ip_address_v6: string;
  geoip_country: string;
  geoip_country_iso2: string;
  currency_id: number;
  currency_code: string;
  currency_exchange_rate: string;
  default_currency_id: number;
  default_currency_code: string;
  staff_notes: string | null;
  customer_message: string | null;
  discount_amount: string;
  coupon_discount: string;
  shipping_address_count: number;
  is_deleted: boolean;
  ebay_order_id: string;
  cart_id: string | null;
  billing_address: BillingAddress;
  is_email_opt_in: boolean;
  credit_card_type: string | null;
  order_source: string;
  channel_id: number;
  external_source: string | null;
  external_id: string | null;
  external_merchant_id: string | null;
  tax_provider_id: string;
  store_default_currency_code: string;
  store_default_to_transactional_exchange_rate: string;
  custom_status: string;
  customer_locale: string;
  external_order_id: string;
}

/** An order with the links to its sub-resources, as a GET without `include` shows it. */
export interface Order extends OrderFields {
  products: Link;
  shipping_addresses: Link;
  coupons: Link;
  consignments?: Link;
  fees: Link;
}

/** One item of `GET /orders/{id}/coupons`. */
export interface Coupon {
  id: number;
  coupon_id: number;
  order_id: number;
  code: string | null;
  amount: string | number;
  type: number;
  discount: string | number;
}

/** A fee of an order. */
export interface Fee {
  id: number;
  type: string;
  display_name_customer: string;
  display_name_merchant: string;
  source: string;
  base_cost: string;
  cost_ex_tax: string;
  cost_inc_tax: string;
  cost_tax: string;
  tax_class_id: number | null;
}

/** A complete fee from the fields that are known. */
export function makeFee(id: number, known: Partial<Fee>): Fee {
  return {
    type: 'custom_fee',
    display_name_customer: 'Fee',
    display_name_merchant: 'Fee',
    source: 'AA',
    base_cost: '1.0000',
    ...triple('cost', 10_000, 0),
    tax_class_id: null,
    ...known,
    id,
  };
}

/** A complete coupon from the fields that are known. */
export function makeCoupon(ids: { id: number; order_id: number }, known: Partial<Coupon>): Coupon {
  return { coupon_id: 1, code: 'SPRING', amount: 5, type: 2, discount: 5, ...known, ...ids };
}
