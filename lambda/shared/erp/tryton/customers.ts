// Parties: finds a customer by our key, which Tryton keeps unique, creates one, and gives it the addresses that an order needs.
import * as v from 'valibot';
import type { ErpCustomer } from '../../delivery/erp-order';
import type { Mapping } from '../../delivery/mapping';
import type { Address, Party } from '../../delivery/sales-order';
import { ErpError } from '../../runtime/errors';
import { ADDRESS_FIELDS, addressRow, findAddress, missingAddresses, toAddressValues } from './addresses';
import type { AddressRow, AddressValues } from './addresses';
import type { Call } from './calls';
import type { Names } from './names';
import { narrow } from './values';

const ADDRESSES = ADDRESS_FIELDS.map((field) => `addresses.${field}`);
const CUSTOMER_FIELDS = ['code', 'active', 'replaced_by', ...ADDRESSES];

const id = v.pipe(v.number(), v.integer());
const partyRow = v.object({
  id,
  code: v.nullable(v.string()),
  // SQLite has no booleans of its own.
  active: v.union([v.boolean(), v.number()]),
  replaced_by: v.nullable(id),
  addresses: v.array(addressRow),
});
const addressesRow = v.object({ addresses: v.array(addressRow) });

export interface PartyAddresses {
  readonly party: number;
  /** In the order of the addresses that were asked for. */
  readonly ids: readonly number[];
}

/** The customers of one invocation. */
export class Customers {
  /** The addresses of a party, as this invocation last saw them. */
  private readonly addresses = new Map<number, readonly AddressRow[]>();

  constructor(
    private readonly call: Call,
    private readonly names: Names,
    private readonly match: Mapping['customer']['match'],
  ) {}

  /** By our key; else, if the mapping says so, the only one with the e-mail. A merged party stands for the one it was merged into. */
  async find({ key, email }: Party): Promise<readonly ErpCustomer[]> {
    const byKey = ['code', '=', key];
    const byEmail = [['contact_mechanisms', 'where', [emailClause(email)]]];
    const isByEmail = this.match === 'id-then-email' && email !== '';
    const domain = [isByEmail ? ['OR', byKey, byEmail] : byKey, ['active', 'in', [true, false]]];
    const call = 'find customer';
    const answer = await this.call({
      call,
      method: 'GET',
      path: 'party.party',
      domain,
      fields: CUSTOMER_FIELDS,
    });
    const rows = narrow(call, answer, v.array(partyRow));
    const ours = rows.filter(({ code }) => code === key);
    const others = rows.filter(({ code, active }) => code !== key && Boolean(active));
    const taken = ours.length > 0 ? ours : others.length === 1 ? others : [];
    return taken.map((row) => this.toCustomer(row));
  }

  /** One request, with the addresses and the ways to reach the customer. */
  async create(party: Party, addresses: readonly Address[], notAfter: number): Promise<ErpCustomer> {
    const values = await this.toValues(addresses);
    const call = 'create customer';
    const body = {
      name: party.name,
      code: party.key,
      // Without any, Tryton makes an empty one.
      addresses: values.length > 0 ? [['create', missingAddresses([], values)]] : [],
      contact_mechanisms: [['create', contactsOf(party)]],
    };
    const answer = await this.call({
      call,
      method: 'POST',
      path: 'party.party',
      fields: CUSTOMER_FIELDS,
      body,
      notAfter,
    });
    return this.toCustomer(narrow(call, answer, partyRow));
  }

  /**
   * The party, or the one that it was merged into, and the ids of its addresses. What is missing is added in one request, after
   * a look at what is there, so that a repeat adds nothing. A lost answer may leave an address that no order names; the next
   * attempt finds it. Throws ErpError `data` if the party is gone.
   */
  async addressIds(party: number, addresses: readonly Address[], notAfter?: number): Promise<PartyAddresses> {
    const values = await this.toValues(addresses);
    const known = this.addresses.has(party) ? party : await this.readAddresses(party);
    const rows = this.addresses.get(known) ?? [];
    const missing = missingAddresses(rows, values);
    const all = missing.length === 0 ? rows : await this.addAddresses(known, missing, notAfter);
    const ids = values.map((one) => {
      const found = findAddress(all, one);
      if (found !== undefined) return found.id;
      throw new ErpError('add address: Tryton stored another address than it was sent.', 'bug', true);
    });
    return { party: known, ids };
  }

  /** Reads the party's addresses; returns the party that stands for it now. */
  private async readAddresses(party: number): Promise<number> {
    const call = 'find addresses';
    const domain = [
      ['id', '=', party],
      ['active', 'in', [true, false]],
    ];
    const answer = await this.call({
      call,
      method: 'GET',
      path: 'party.party',
      domain,
      fields: CUSTOMER_FIELDS,
    });
    const [row] = narrow(call, answer, v.array(partyRow));
    if (row === undefined)
      throw new ErpError('find addresses: the customer is no longer in Tryton.', 'data', true);
    if (row.replaced_by !== null) return this.readAddresses(row.replaced_by);
    this.remember(party, row.addresses);
    return party;
  }

  private async addAddresses(party: number, missing: readonly AddressValues[], notAfter?: number) {
    const call = 'add address';
    const answer = await this.call({
      call,
      method: 'PUT',
      path: `party.party/${party}`,
      fields: ADDRESSES,
      body: { addresses: [['create', missing]] },
      ...(notAfter === undefined ? {} : { notAfter }),
    });
    return this.remember(party, narrow(call, answer, addressesRow).addresses);
  }

  private async toValues(addresses: readonly Address[]): Promise<readonly AddressValues[]> {
    const values: AddressValues[] = [];
    for (const address of addresses) values.push(await toAddressValues(address, this.names));
    return values;
  }

  private toCustomer({
    id: found,
    code,
    replaced_by: replacedBy,
    addresses,
  }: v.InferOutput<typeof partyRow>): ErpCustomer {
    if (replacedBy === null) this.remember(found, addresses);
    return { id: String(replacedBy ?? found), key: code ?? '' };
  }

  private remember(party: number, rows: readonly AddressRow[]): readonly AddressRow[] {
    this.addresses.set(party, rows);
    return rows;
  }
}

/** A comparison without case, in which `%` and `_` mean themselves. */
function emailClause(email: string) {
  return [
    ['type', '=', 'email'],
    ['value', 'ilike', email.replace(/[\\%_]/g, '\\$&')],
  ];
}

/** Tryton may refuse what is not an e-mail address or a phone number, so such texts go in as other contacts. */
function contactsOf({ email, phone = '' }: Party) {
  const isEmail = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email);
  const isPhone = /^\+[\d ().-]{7,20}$/.test(phone);
  return [
    { type: isEmail ? 'email' : 'other', value: email },
    { type: isPhone ? 'phone' : 'other', value: phone },
  ].filter(({ value }) => value.trim() !== '');
}
