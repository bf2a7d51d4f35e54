// Resolves the names and codes of the mapping and of documents to Tryton's ids. Found ones are remembered for five minutes by the
// container; what Tryton does not have is asked again each time.
import * as v from 'valibot';
import { ErpError } from '../../runtime/errors';
import type { ErpFailure } from '../../runtime/errors';
import type { Call, TrytonCall } from './calls';
import { narrow } from './values';

const REMEMBERED_MS = 5 * 60 * 1000;

/** What a container remembers, by kind and name. */
export type Remembered = Map<string, { readonly value: unknown; readonly until: number }>;

export interface Shop {
  readonly id: number;
  readonly warehouses: readonly number[];
}

export interface Product {
  readonly id: number;
  /** The id of the unit in which the product is sold. */
  readonly unit: number;
}

const id = v.pipe(v.number(), v.integer());
const idRow = v.object({ id });
const shopRow = v.object({ id, warehouses: v.array(id) });
const productRow = v.object({ id, code: v.string(), sale_uom: v.nullable(id), default_uom: id });
const subdivisionRow = v.object({ id, name: v.string(), code: v.nullable(v.string()) });

/** Every method throws ErpError: `configuration` if no order can succeed without the name, else `data`. */
export class Names {
  constructor(
    private readonly call: Call,
    private readonly remembered: Remembered,
    private readonly now: () => number,
  ) {}

  company(name: string): Promise<number> {
    const domain = [['party.name', '=', name]];
    return this.one('company', name, { path: 'company.company', domain }, idRow, 'configuration').then(toId);
  }

  shop(name: string, company: number): Promise<Shop> {
    const request = { path: 'web.shop', domain: [['name', '=', name]], fields: ['warehouses'], company };
    return this.one('web shop', name, request, shopRow, 'configuration');
  }

  warehouse(name: string, company: number): Promise<number> {
    const domain = [
      ['name', '=', name],
      ['type', '=', 'warehouse'],
    ];
    const request = { path: 'stock.location', domain, company };
    return this.one('warehouse', name, request, idRow, 'configuration').then(toId);
  }

  paymentTerm(name: string, company: number): Promise<number> {
    const request = { path: 'account.invoice.payment_term', domain: [['name', '=', name]], company };
    return this.one('payment term', name, request, idRow, 'configuration').then(toId);
  }

  currency(code: string): Promise<number> {
    const request = { path: 'currency.currency', domain: [['code', '=', code]] };
    return this.one('currency', code, request, idRow, 'data').then(toId);
  }

  country(code: string): Promise<number> {
    const request = { path: 'country.country', domain: [['code', '=', code]] };
    return this.one('country', code, request, idRow, 'data').then(toId);
  }

  /** A payment journal has one currency, so that the same name may stand for one journal per currency. */
  journal(name: string, currency: string, company: number): Promise<number> {
    const domain = [
      ['name', '=', name],
      ['currency.code', '=', currency],
    ];
    const request = { path: 'account.payment.journal', domain, company };
    return this.one('payment journal', `${name} (${currency})`, request, idRow, 'data').then(toId);
  }

  /** Throws ErpError `data` if the company has no payment journal of this name in any currency. */
  async anyJournal(name: string, company: number): Promise<void> {
    const request = { path: 'account.payment.journal', domain: [['name', '=', name]], company };
    const rows = await this.rows('payment journal', request, idRow);
    if (rows.length === 0) throw new ErpError(`Tryton has no payment journal "${name}".`, 'data', true);
  }

  /** By its name or its ISO code; undefined if the country has no such subdivision, or several. */
  async subdivision(country: string, state: string): Promise<number | undefined> {
    const known = this.recall('subdivision', `${country} ${state}`);
    if (known !== undefined) return known as number;
    const domain = [['country.code', '=', country]];
    const request = { path: 'country.subdivision', domain, fields: ['name', 'code'] };
    const rows = await this.rows('subdivision', request, subdivisionRow);
    const isSame = (text: string | null) => text?.toLowerCase() === state.toLowerCase();
    const found = rows.filter(
      ({ name, code }) => isSame(name) || isSame(code) || isSame((code ?? '').slice(3)),
    );
    const [only] = found;
    if (only === undefined || found.length > 1) return undefined;
    return this.remember('subdivision', `${country} ${state}`, only.id);
  }

  /** Those of the products that Tryton has and sells, by code. */
  async products(codes: readonly string[]): Promise<ReadonlyMap<string, Product>> {
    const asked = [...new Set(codes)];
    const unknown = asked.filter((code) => this.recall('product', code) === undefined);
    if (unknown.length > 0) {
      const domain = [
        ['code', 'in', unknown],
        ['salable', '=', true],
      ];
      const request = { path: 'product.product', domain, fields: ['code', 'sale_uom', 'default_uom'] };
      for (const row of await this.rows('products', request, productRow)) {
        this.remember<Product>('product', row.code, { id: row.id, unit: row.sale_uom ?? row.default_uom });
      }
    }
    const known = new Map<string, Product>();
    for (const code of asked) {
      const product = this.recall('product', code);
      if (product !== undefined) known.set(code, product as Product);
    }
    return known;
  }

  /** Forgets everything, after Tryton has refused a record: what was remembered may be gone. */
  forget(): void {
    this.remembered.clear();
  }

  private async one<T>(
    kind: string,
    name: string,
    request: Omit<TrytonCall, 'call' | 'method'>,
    schema: v.GenericSchema<unknown, T>,
    failure: ErpFailure,
  ): Promise<T> {
    const known = this.recall(kind, name) as T | undefined;
    if (known !== undefined) return known;
    const [found, another] = await this.rows(kind, request, schema);
    if (found !== undefined && another === undefined) return this.remember(kind, name, found);
    const problem = found === undefined ? 'no' : 'more than one';
    throw new ErpError(`Tryton has ${problem} ${kind} "${name}".`, failure, true);
  }

  private async rows<T>(
    kind: string,
    request: Omit<TrytonCall, 'call' | 'method'>,
    schema: v.GenericSchema<unknown, T>,
  ) {
    const call = `find ${kind}`;
    const answer = await this.call({ ...request, call, method: 'GET', fields: request.fields ?? ['id'] });
    return narrow(call, answer, v.array(schema));
  }

  private recall(kind: string, name: string): unknown {
    const known = this.remembered.get(`${kind}: ${name}`);
    return known === undefined || known.until <= this.now() ? undefined : known.value;
  }

  private remember<T>(kind: string, name: string, value: T): T {
    this.remembered.set(`${kind}: ${name}`, { value, until: this.now() + REMEMBERED_MS });
    return value;
  }
}

const toId = ({ id: found }: { readonly id: number }): number => found;
