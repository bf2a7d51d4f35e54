// The fields of an order that depend neither on its parts nor on its dates, with realistic values.
import { uuid, wholeNumber } from '../random';
import type { Random } from '../random';
import { statusLabel } from './statuses';

const paymentStatus: Readonly<Record<number, string>> = {
  0: '',
  1: '',
  4: 'refunded',
  5: 'void',
  6: 'declined',
  7: 'pending',
  12: 'held for review',
  14: 'partially refunded',
};

const currencies = {
  currency_id: 1,
  currency_code: 'USD',
  currency_exchange_rate: '1.0000000000',
  default_currency_id: 1,
  default_currency_code: 'USD',
};

/** Generates these fields for an order in the given status. */
export function plainFields(random: Random, statusId: number) {
  const label = statusLabel(statusId);
  return {
    status_id: statusId,
    status: label,
    custom_status: label,
    customer_id: wholeNumber(random, 0, 40),
    is_tax_inclusive_pricing: false,
    payment_method: 'Credit Card',
    payment_provider_id: null,
    payment_status: paymentStatus[statusId] ?? 'captured',
    refunded_amount: '0.0000',
    store_credit_amount: '0.0000',
    gift_certificate_amount: '0.0000',
    ip_address: `192.0.2.${wholeNumber(random, 1, 254)}`,
    ip_address_v6: '',
    geoip_country: 'United States',
    geoip_country_iso2: 'US',
    ...currencies,
    staff_notes: null,
    customer_message: null,
    is_deleted: false,
    ebay_order_id: '0',
    cart_id: uuid(random),
    is_email_opt_in: false,
    credit_card_type: null,
    order_source: 'www',
    channel_id: 1,
    external_source: null,
    external_id: null,
    external_merchant_id: null,
    external_order_id: '',
    tax_provider_id: 'BasicTaxProvider',
    store_default_currency_code: 'USD',
    store_default_to_transactional_exchange_rate: '1.0000000000',
    customer_locale: 'en',
  };
}
