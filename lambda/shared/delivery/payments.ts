// How an order is paid: by gift certificates and store credit, and for what is due after them by its payment method.
import { useRule } from './mapping-rules';
import type { Mapping } from './mapping';
import { formatAmount } from './money';
import type { Payment } from './sales-order';
import type { StoreOrder } from './store-order';
import type { Sums } from './sums';

/** A payment before any mapping. */
export type StorePayment = Omit<Payment, 'erpMethod'>;

/** BigCommerce's offline methods by their names, which a merchant can change. */
const OFFLINE = new Set([
  'bank deposit',
  'bank transfer',
  'cash',
  'cash on delivery',
  'check',
  'cheque',
  'manual',
  'money order',
  'pay in store',
  'purchase order',
]);

/** What pays the order, in the store's words; nothing where nothing is paid. */
export function storePayments(order: StoreOrder, { gross, redeemed }: Sums): readonly StorePayment[] {
  const { giftCertificates, storeCredit, paymentMethod } = order;
  const kind = OFFLINE.has(paymentMethod.toLowerCase()) ? 'offline' : 'gateway';
  const payments = [
    { kind: 'gift_certificate', method: 'Gift Certificate', amount: giftCertificates },
    { kind: 'store_credit', method: 'Store Credit', amount: storeCredit },
    { kind, method: paymentMethod, amount: gross - redeemed },
  ] as const;
  return payments
    .filter(({ amount }) => amount > 0n)
    .map((payment) => ({ ...payment, amount: formatAmount(payment.amount) }));
}

/** Throws Hold `unmapped-payment-method` where the mapping has none for one of them. */
export function paymentsOf(payments: readonly StorePayment[], mapping: Mapping): readonly Payment[] {
  return payments.map((payment) => ({
    ...payment,
    erpMethod: useRule(mapping.paymentMethods, { method: payment.method }, 'unmapped-payment-method'),
  }));
}
