// The ids of everything that a sale names: company, shop, currency, products, addresses. Asked for before the sale is written, and
// remembered, so that the write itself is one request.
import type { ErpCustomer } from '../../delivery/erp-order';
import type { Mapping } from '../../delivery/mapping';
import type { Payment, SalesOrder } from '../../delivery/sales-order';
import { sentLines } from '../../delivery/sent-lines';
import { ConfigurationError, ErpError } from '../../runtime/errors';
import { addressesOf } from './addresses';
import type { Names } from './names';
import type { PartyAddresses } from './party-addresses';
import { storePayments } from './write-sale';
import type { SaleNames } from './write-sale';

type PartyNames = Pick<SaleNames, 'party' | 'invoiceAddress' | 'shipmentAddress'>;

/** Every method throws ErpError `data` or `configuration` for what Tryton does not have. */
export class SaleResolver {
  constructor(
    private readonly names: Names,
    private readonly addresses: PartyAddresses,
    private readonly mapping: Mapping,
  ) {}

  /** Reads what a write of the document needs, and adds the customer's missing addresses. */
  async prepare(document: SalesOrder, customer: ErpCustomer | undefined): Promise<void> {
    await this.headerNames(document);
    await this.products(document);
    for (const payment of storePayments(document)) await this.journal(payment, document);
    if (customer === undefined) return;
    const { id, key } = customer;
    // A customer that was matched by e-mail has the merchant's own code.
    if (key !== '' && this.mapping.customer.match === 'id') await this.addresses.assertKey(Number(id), key);
    await this.partyNames(document, Number(id));
  }

  company(): Promise<number> {
    return this.names.company(required(this.mapping.erp.company, 'erp.company'));
  }

  async journal({ erpMethod }: Payment, { currency }: SalesOrder): Promise<number> {
    return this.names.journal(erpMethod, currency, await this.company());
  }

  private async headerNames(document: SalesOrder): Promise<Omit<SaleNames, 'products' | keyof PartyNames>> {
    const company = await this.company();
    const { warehouse, paymentTerm } = this.mapping.erp;
    const shop = await this.names.shop(required(document.channel.shop, 'channels[].use.shop'), company);
    return {
      company,
      shop: shop.id,
      currency: await this.names.currency(document.currency),
      warehouse: warehouse ? await this.names.warehouse(warehouse, company) : shop.warehouses[0],
      paymentTerm: paymentTerm ? await this.names.paymentTerm(paymentTerm, company) : undefined,
    };
  }

  /** All ids that a sale of the document needs. A missing address is added to the party, not later than `notAfter`. */
  async all(document: SalesOrder, party: number, notAfter: number): Promise<SaleNames> {
    const header = await this.headerNames(document);
    const products = await this.products(document);
    return { ...header, products, ...(await this.partyNames(document, party, notAfter)) };
  }

  private async partyNames(document: SalesOrder, buyer: number, notAfter?: number): Promise<PartyNames> {
    const { invoice, shipment } = addressesOf(document);
    const { party, ids } = await this.addresses.ids(buyer, [invoice, shipment], notAfter);
    const [invoiceAddress, shipmentAddress] = ids as readonly [number, number];
    return { party, invoiceAddress, shipmentAddress };
  }

  private async products(document: SalesOrder): Promise<SaleNames['products']> {
    const codes = sentLines(document, this.mapping).map(({ item }) => item);
    const products = await this.names.products(codes);
    const missing = [...new Set(codes)].filter((code) => !products.has(code));
    if (missing.length === 0) return products;
    throw new ErpError(
      `Tryton has no salable product with the code ${missing.map((code) => `"${code}"`).join(', ')}.`,
      'data',
      true,
    );
  }
}

function required(value: string | null | undefined, place: string): string {
  if (value) return value;
  throw new ConfigurationError(`The mapping has no ${place}, which Tryton needs.`);
}
