// A member of staff who works in Tryton: with a key of its own, and without the adapter.
import type { Tryton } from '../../scripts/local/tryton';
import type { Staff } from '../erp/under-test';

type Row = Readonly<Record<string, unknown>> & { readonly id: number };

export interface TrytonStaff extends Staff {
  /** Enters a customer without a key of ours; returns the id. */
  readonly enterCustomer: (email: string) => Promise<string>;
  /** Leaves a sale with its reference only, as one that was entered by hand. */
  readonly clearWebShop: (orderId: string) => Promise<void>;
  readonly deleteSale: (orderId: string) => Promise<void>;
}

export function staffOf({
  url,
  database,
  staffKey,
}: Pick<Tryton, 'url' | 'database' | 'staffKey'>): TrytonStaff {
  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

  async function ask(
    method: string,
    path: string,
    query: Record<string, string> = {},
    body?: unknown,
  ): Promise<unknown> {
    const answer = await fetch(
      `${url}/${database}/rest/model/${path}?${new URLSearchParams(query).toString()}`,
      {
        method,
        headers: {
          Authorization: `bearer ${staffKey}`,
          'Content-Type': 'application/json',
          'X-Tryton-Context': base64({ company: 1 }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
    );
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Staff: ${method} ${path} answered ${answer.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  const find = async (model: string, domain: unknown, field = 'id') =>
    (await ask('GET', model, {
      d: base64(domain).replaceAll('+', '-').replaceAll('/', '_'),
      f: field,
    })) as Row[];
  const press = async (model: string, id: number, ...buttons: string[]) => {
    for (const button of buttons) await ask('POST', `${model}/${id}/${button}`, {}, {});
  };
  const saleOf = async (id: string, field: string) =>
    (await ask('GET', `sale.sale/${id}`, { f: field })) as Row;

  return {
    ordersUnder: async (ref) => (await find('sale.sale', [['web_id', '=', ref]])).length,
    customersUnder: async (key) => (await find('party.party', [['code', '=', key]])).length,
    addressesOf: async (id) => (await find('party.address', [['party', '=', Number(id)]])).length,
    nameOf: async (id) => String(((await ask('GET', `party.party/${id}`, { f: 'name' })) as Row).name),
    renameCustomer: async (id, name) => {
      await ask('PUT', `party.party/${id}`, {}, { name });
    },
    shipsTo: async (id) => {
      const sale = await saleOf(id, 'shipment_address.full_address');
      return String((sale.shipment_address as Row).full_address);
    },
    async ship(id) {
      for (const { id: shipment } of (await saleOf(id, 'shipments.id')).shipments as Row[]) {
        await press('stock.shipment.out', shipment, 'assign_force', 'pick', 'pack', 'ship');
      }
    },
    async invoice(id) {
      for (const { id: invoice } of (await saleOf(id, 'invoices.id')).invoices as Row[]) {
        await press('account.invoice', invoice, 'validate_invoice', 'post');
      }
    },
    async enterCustomer(email) {
      const contacts = [['create', [{ type: 'email', value: email }]]];
      const { id } = (await ask(
        'POST',
        'party.party',
        {},
        { name: email, contact_mechanisms: contacts },
      )) as Row;
      return String(id);
    },
    clearWebShop: async (id) => {
      await ask('PUT', `sale.sale/${id}`, {}, { web_shop: null, web_id: null });
    },
    deleteSale: async (id) => {
      await ask('DELETE', `sale.sale/${id}`);
    },
    renameOrder: async (id, ref) => {
      await ask('PUT', `sale.sale/${id}`, {}, { web_id: ref });
    },
  };
}
