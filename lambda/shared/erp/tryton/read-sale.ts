// Reads a sale: the fields that are requested with every call about a sale, and what they are in the words of every ERP.
import * as v from 'valibot';
import type { ErpOrder, ErpState } from '../../delivery/erp-order';
import { decimal, quantity } from './values';

/** A field that the user may not read is not in the answer, so that each of these is also a right of the user. */
export const SALE_FIELDS = [
  'number',
  'web_id',
  'reference',
  'state',
  'shipment_state',
  'invoice_state',
  'party',
  'currency.code',
  'untaxed_amount',
  'tax_amount',
  'total_amount',
  'lines.type',
  'lines.product.code',
  'lines.quantity',
  'lines.unit_price',
  'lines.amount',
  'payments.journal.name',
  'payments.amount',
  'payments.state',
  'shipments.state',
] as const;

const id = v.pipe(v.number(), v.integer());
const text = v.nullable(v.string());

export const saleRow = v.object({
  id,
  number: text,
  web_id: text,
  reference: text,
  state: v.string(),
  shipment_state: v.string(),
  invoice_state: v.string(),
  party: id,
  currency: v.object({ code: v.string() }),
  untaxed_amount: decimal,
  tax_amount: decimal,
  total_amount: decimal,
  lines: v.array(
    v.object({
      id,
      type: v.string(),
      product: v.nullable(v.object({ code: text })),
      quantity: v.nullable(quantity),
      unit_price: v.nullable(decimal),
      amount: v.nullable(decimal),
    }),
  ),
  payments: v.array(
    v.object({ id, state: v.string(), amount: decimal, journal: v.object({ name: v.string() }) }),
  ),
  shipments: v.array(v.object({ state: v.string() })),
});

export type SaleRow = v.InferOutput<typeof saleRow>;

export function toErpOrder(row: SaleRow): ErpOrder {
  return {
    id: String(row.id),
    ...(row.number === null || row.number === '' ? {} : { number: row.number }),
    // A sale that staff entered without a web shop has its reference only.
    reference: [row.web_id, row.reference].find(Boolean) ?? '',
    state: toState(row),
    vendorState: row.state,
    currency: row.currency.code,
    // Titles, comments and subtotals are no lines of the order.
    lines: row.lines
      .filter(({ type }) => type === 'line')
      .map(({ product, quantity: count, unit_price: unitPrice, amount }) => ({
        item: product?.code ?? '',
        quantity: count ?? '0',
        unitPrice: unitPrice ?? '0',
        amount: amount ?? '0',
      })),
    payments: livingPayments(row).map(({ journal, amount }) => ({ method: journal.name, amount })),
    totals: { net: row.untaxed_amount, tax: row.tax_amount, total: row.total_amount },
  };
}

export const livingPayments = ({ payments }: SaleRow): SaleRow['payments'] =>
  payments.filter(({ state }) => state !== 'failed');

const DRAFTS = ['draft', 'quotation'];
/** `shipped` is with the carrier; the sale itself does not show that before the shipment is `done`. */
const SHIPPED = ['shipped', 'done'];
const INVOICED = ['awaiting payment', 'partially paid', 'paid'];

function toState({ state, shipment_state: shipment, invoice_state: invoice, shipments }: SaleRow): ErpState {
  if (DRAFTS.includes(state)) return 'draft';
  if (state === 'cancelled') return 'cancelled';
  // Staff cancelled shipments and invoices and ignored the exceptions: Tryton has no other way to cancel a processed sale.
  if (state === 'done') return shipment === 'none' && invoice === 'none' ? 'cancelled' : 'done';
  const isShipped = ['partially shipped', 'sent'].includes(shipment);
  if (isShipped || shipments.some((one) => SHIPPED.includes(one.state))) return 'shipped';
  return INVOICED.includes(invoice) ? 'invoiced' : 'confirmed';
}
