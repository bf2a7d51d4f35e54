// The totals and counts of an order, computed from its lines, addresses, coupons and fees.
import type { ShippingAddress } from './address-shapes';
import type { OrderLine } from './line-shapes';
import { dec4, triple, units } from './money';
import type { Coupon, Fee, OrderFields } from './order-shapes';
import type { Switches } from '../switches';

interface OrderParts {
  readonly lines: readonly OrderLine[];
  readonly addresses: readonly ShippingAddress[];
  readonly coupons: readonly Coupon[];
  readonly fees: readonly Fee[];
}

/** The fields of an order that follow from its parts. Discounts lower the total, not the subtotal. */
export function totals(parts: OrderParts, switches: Switches) {
  const { lines, addresses, coupons, fees } = parts;
  const goods = { exTax: sum(lines, 'total_ex_tax'), tax: sum(lines, 'total_tax') };
  const shipping = { exTax: sum(addresses, 'cost_ex_tax'), tax: sum(addresses, 'cost_tax') };
  const fee = { exTax: sum(fees, 'cost_ex_tax'), tax: sum(fees, 'cost_tax') };
  const charged = goods.exTax + shipping.exTax + fee.exTax;
  // No coupon takes off more than there is to pay.
  const discount = Math.min(sum(coupons, 'discount'), charged);
  return {
    ...triple('subtotal', goods.exTax, goods.tax),
    base_shipping_cost: dec4(shipping.exTax),
    ...triple('shipping_cost', shipping.exTax, shipping.tax),
    base_handling_cost: dec4(0),
    ...triple('handling_cost', 0, 0),
    base_wrapping_cost: dec4(0),
    ...triple('wrapping_cost', 0, 0),
    shipping_cost_tax_class_id: 2,
    handling_cost_tax_class_id: 2,
    wrapping_cost_tax_class_id: 3,
    ...triple('total', charged - discount, goods.tax + shipping.tax + fee.tax),
    discount_amount: dec4(0),
    coupon_discount: dec4(discount),
    ...counts(lines, addresses, switches),
  };
}

function counts(
  lines: readonly OrderLine[],
  addresses: readonly ShippingAddress[],
  switches: Switches,
): Pick<OrderFields, 'items_total' | 'items_shipped' | 'order_is_digital' | 'shipping_address_count'> {
  const counted = lines.filter((line) => !line.is_bundled_product || switches.itemsTotalCountsBundled);
  const digital = lines.filter(({ type }) => type === 'digital' || type === 'giftcertificate');
  const isAllDigital = lines.length > 0 && digital.length === lines.length;
  return {
    items_total: counted.reduce((total, line) => total + line.quantity, 0),
    items_shipped: counted.reduce((total, line) => total + line.quantity_shipped, 0),
    order_is_digital: switches.mixedCartIsDigital ? digital.length > 0 : isAllDigital,
    shipping_address_count: addresses.length > 0 ? addresses.length : switches.digitalAddressCount,
  };
}

function sum<Field extends string>(
  parts: readonly Readonly<Record<Field, string | number>>[],
  field: Field,
): number {
  return parts.reduce((total, part) => total + units(part[field]), 0);
}
