// The values of a sale: what createDraft sends, and what rewriteDraft replaces.
import type { Payment, SalesOrder, SentLine } from '../../delivery/sales-order';
import { livingPayments } from './read-sale';
import type { SaleRow } from './read-sale';
import { shortDecimal, toDate, toDecimal } from './values';

/** PostgreSQL's integer, in which Tryton stores a line's sequence. */
const MAX_SEQUENCE = 2_147_483_647;

/** The ids of what a sale names; a preview has texts in their places. */
export interface SaleNames<Id = number> {
  readonly company: Id;
  readonly party: Id;
  readonly shop: Id;
  readonly currency: Id;
  readonly warehouse: Id | undefined;
  readonly paymentTerm: Id | undefined;
  readonly invoiceAddress: Id;
  readonly shipmentAddress: Id;
  readonly products: ReadonlyMap<string, { readonly id: Id; readonly unit: Id }>;
}

/** The values that a new sale and a rewritten one have in common. on_change does not run over REST: units and addresses are sent. */
function headerValues<Id>(document: SalesOrder, names: SaleNames<Id>) {
  return {
    currency: names.currency,
    invoice_address: names.invoiceAddress,
    shipment_address: names.shipmentAddress,
    sale_date: toDate(document.placedAt),
    comment: commentOf(document),
    ...(names.warehouse === undefined ? {} : { warehouse: names.warehouse }),
    ...(names.paymentTerm === undefined ? {} : { payment_term: names.paymentTerm }),
  };
}

/** The whole of a new sale. The shop and the web ID are unique together: they are what makes a create safe. */
export function newSale<Id>(document: SalesOrder, lines: readonly SentLine[], names: SaleNames<Id>) {
  return {
    company: names.company,
    party: names.party,
    web_shop: names.shop,
    web_id: document.ref,
    reference: document.ref,
    ...headerValues(document, names),
    lines: [['create', lineValues(lines, names.products)]],
  };
}

/** The changes that turn a draft into the document. */
export function rewrittenSale(
  row: SaleRow,
  document: SalesOrder,
  lines: readonly SentLine[],
  names: SaleNames,
) {
  return {
    ...headerValues(document, names),
    lines: [
      // Titles and comments are staff's own.
      ['delete', row.lines.filter(({ type }) => type === 'line').map(({ id }) => id)],
      ['create', lineValues(lines, names.products)],
    ],
  };
}

function lineValues<Id>(lines: readonly SentLine[], products: SaleNames<Id>['products']) {
  // Lines that the store does not have, such as shipping, follow its own.
  const last = Math.max(0, ...lines.map(({ lineId = 0 }) => lineId));
  return lines.map(({ lineId, item, description, quantity, unitPrice }, nth) => {
    const sequence = lineId ?? last + nth + 1;
    return {
      type: 'line',
      product: products.get(item)?.id,
      unit: products.get(item)?.unit,
      quantity: Number(quantity),
      unit_price: toDecimal(unitPrice),
      description,
      ...(sequence > MAX_SEQUENCE ? {} : { sequence }),
    };
  });
}

/** The shopper's message and the shipping method, for which a plain sale has no field. */
function commentOf({ note, shipping }: SalesOrder): string {
  const method = shipping[0]?.erpMethod;
  return [note, method === undefined ? '' : `Shipping method: ${method}`]
    .filter((text) => text !== '')
    .join('\n');
}

/** What pays in Tryton: the gateway's payments are the shop's business. */
export const storePayments = ({ payments }: SalesOrder): readonly Payment[] =>
  payments.filter(({ kind }) => kind === 'gift_certificate' || kind === 'store_credit');

/** Gift certificates and store credit of the document that the sale does not have yet. */
export function missingPayments(row: SaleRow, document: SalesOrder): readonly Payment[] {
  const known = livingPayments(row).map(({ journal, amount }) => paymentKey(journal.name, amount));
  return storePayments(document).filter(({ erpMethod, amount }) => {
    const at = known.indexOf(paymentKey(erpMethod, amount));
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}

const paymentKey = (method: string, amount: string): string => JSON.stringify([method, shortDecimal(amount)]);

export function paymentValues(
  { amount }: Payment,
  document: SalesOrder,
  party: number,
  company: number,
  journal: number,
) {
  return {
    company,
    kind: 'receivable',
    party,
    journal,
    date: toDate(document.placedAt),
    amount: toDecimal(amount),
    reference: document.ref,
  };
}
