// Whom the ERP sells to: a customer of the store under our key, or a guest by the mapping's policy.
import { createHash } from 'node:crypto';
import { MAX_NAME } from './addresses';
import { cleanText } from './clean-text';
import type { Mapping } from './mapping';
import type { Party } from './sales-order';
import type { StoreOrder } from './store-order';

/** The party of an order. Without any name it is called by its number. */
export function partyOf(order: StoreOrder, { customer }: Mapping): Party {
  const { name, company, email = '', phone } = order.billing.address;
  const isGuest = order.customerId === 0;
  const only = isGuest && customer.guest === 'one' ? customer.guestName : null;
  const substitute = isGuest ? `Guest of order ${order.orderId}` : `Customer ${order.customerId}`;
  return {
    key: `${customer.prefix}${isGuest ? guestKey(order, customer.guest, email) : `C${order.customerId}`}`,
    kind: isGuest ? 'guest' : 'customer',
    name: cleanText(only, MAX_NAME) || name || substitute,
    ...(company === undefined || only !== null ? {} : { company }),
    email: only === null ? email : '',
    ...(phone === undefined || only !== null ? {} : { phone }),
  };
}

/** Without an e-mail address, as after erasing, a guest is known by the order. */
function guestKey({ orderId }: StoreOrder, policy: Mapping['customer']['guest'], email: string): string {
  if (policy === 'one') return 'GUEST';
  if (policy === 'per-order' || email === '') return `G${orderId}`;
  return `E${createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 16)}`;
}
