// The sales of one invocation: finds them, creates and rewrites drafts, brings them closer to confirmed, cancels them.
import * as v from 'valibot';
import type { ErpCustomer, ErpOrder } from '../../delivery/erp-order';
import { sentLines } from '../../delivery/sent-lines';
import type { Mapping } from '../../delivery/mapping';
import type { SalesOrder } from '../../delivery/sales-order';
import { ErpError } from '../../runtime/errors';
import type { Call, TrytonCall } from './calls';
import { livingPayments, SALE_FIELDS, saleRow, toErpOrder } from './read-sale';
import type { SaleRow } from './read-sale';
import type { SaleResolver } from './resolve-sale';
import { missingPayments, newSale, paymentValues, rewrittenSale } from './write-sale';
import { narrow } from './values';

export class Sales {
  /** Sales as this invocation last saw them, by id. */
  private readonly seen = new Map<string, SaleRow>();

  constructor(
    private readonly call: Call,
    private readonly resolver: SaleResolver,
    private readonly mapping: Mapping,
  ) {}

  /** By web ID in any shop; by reference, for a sale that staff renamed or entered without a shop; by id. */
  async find(refs: readonly string[], id?: string): Promise<readonly ErpOrder[]> {
    const call = 'find order';
    const domain: unknown[] = ['OR', ['web_id', 'in', refs], ['reference', 'in', refs]];
    if (id !== undefined) domain.push(['id', '=', Number(id)]);
    const company = await this.resolver.company();
    const answer = await this.call({
      call,
      method: 'GET',
      path: 'sale.sale',
      domain,
      fields: SALE_FIELDS,
      company,
    });
    return narrow(call, answer, v.array(saleRow)).map((row) => this.see(row));
  }

  async create(document: SalesOrder, customer: ErpCustomer, notAfter: number): Promise<ErpOrder> {
    const names = await this.resolver.all(document, Number(customer.id), notAfter);
    const body = newSale(document, sentLines(document, this.mapping), names);
    return this.write('create order', { method: 'POST', path: 'sale.sale', body }, notAfter);
  }

  /** Only a draft can be changed, so a quotation is reopened first. */
  async rewrite(order: ErpOrder, document: SalesOrder, notAfter: number): Promise<ErpOrder> {
    const found = await this.rowOf(order);
    const names = await this.resolver.all(document, found.party, notAfter);
    const row = await this.withoutPayments(found, notAfter);
    if (row.state === 'quotation') await this.button(row, 'draft', 'reopen order', notAfter);
    const body = rewrittenSale(row, document, sentLines(document, this.mapping), names);
    return this.write('rewrite order', { method: 'PUT', path: `sale.sale/${row.id}`, body }, notAfter);
  }

  /** A draft becomes a quotation with a number, gets the payments that it lacks, and is confirmed; Tryton then processes it itself. */
  async confirm(order: ErpOrder, document: SalesOrder, notAfter: number): Promise<ErpOrder> {
    const row = await this.rowOf(order);
    if (row.state === 'draft') return this.button(row, 'quote', 'quote order', notAfter);
    const missing = missingPayments(row, document);
    if (missing.length === 0) return this.button(row, 'confirm', 'confirm order', notAfter);
    const company = await this.resolver.company();
    const payments: unknown[] = [];
    for (const payment of missing) {
      const journal = await this.resolver.journal(payment, document);
      payments.push(paymentValues(payment, document, row.party, company, journal));
    }
    const body = { payments: [['create', payments]] };
    return this.write('record payments', { method: 'PUT', path: `sale.sale/${row.id}`, body }, notAfter);
  }

  /** Tryton cancels drafts and quotations only, and no sale that has payments. */
  async cancel(order: ErpOrder, notAfter: number): Promise<ErpOrder> {
    const row = await this.withoutPayments(await this.rowOf(order), notAfter);
    return this.button(row, 'cancel', 'cancel order', notAfter);
  }

  /** Payments that are not under way yet can be removed; Tryton refuses to reopen or cancel a sale that has any. */
  private async withoutPayments(row: SaleRow, notAfter: number): Promise<SaleRow> {
    const payments = livingPayments(row).map(({ id }) => id);
    if (row.state !== 'quotation' || payments.length === 0) return row;
    const body = { payments: [['delete', payments]] };
    const order = await this.write(
      'remove payments',
      { method: 'PUT', path: `sale.sale/${row.id}`, body },
      notAfter,
    );
    return this.rowOf(order);
  }

  private button({ id }: SaleRow, name: string, call: string, notAfter: number): Promise<ErpOrder> {
    return this.write(call, { method: 'POST', path: `sale.sale/${id}/${name}`, body: {} }, notAfter);
  }

  private async write(call: string, request: Omit<TrytonCall, 'call'>, notAfter: number): Promise<ErpOrder> {
    const company = await this.resolver.company();
    const answer = await this.call({ ...request, call, fields: SALE_FIELDS, company, notAfter });
    return this.see(narrow(call, answer, saleRow));
  }

  private see(row: SaleRow): ErpOrder {
    this.seen.set(String(row.id), row);
    return toErpOrder(row);
  }

  /** The row behind an order that this invocation has shown. */
  private async rowOf({ id }: ErpOrder): Promise<SaleRow> {
    const known = this.seen.get(id);
    if (known !== undefined) return known;
    await this.find([], id);
    const found = this.seen.get(id);
    if (found !== undefined) return found;
    throw new ErpError('find order: the sale is no longer in Tryton.', 'retryable', true);
  }
}
