// What createDraft would send, with names in the places of Tryton's ids; for people to read. Sends nothing.
import type { Mapping } from '../../delivery/mapping';
import { sentLines } from '../../delivery/sent-lines';
import type { SalesOrder } from '../../delivery/sales-order';
import { addressesOf } from './addresses';
import { newSale, storePayments } from './write-sale';

export function previewSale(document: SalesOrder, mapping: Mapping): unknown {
  const lines = sentLines(document, mapping);
  const { company, warehouse, paymentTerm } = mapping.erp;
  const { invoice, shipment } = addressesOf(document);
  return {
    'sale.sale': newSale<unknown>(document, lines, {
      company,
      party: document.party.key,
      shop: document.channel.shop,
      currency: document.currency,
      warehouse: warehouse ?? 'the first warehouse of the shop',
      paymentTerm: paymentTerm ?? undefined,
      invoiceAddress: invoice,
      shipmentAddress: shipment,
      products: new Map(lines.map(({ item }) => [item, { id: item, unit: 'the unit of sale' }])),
    }),
    'account.payment': storePayments(document).map(({ erpMethod, amount }) => ({
      journal: erpMethod,
      amount,
    })),
  };
}
