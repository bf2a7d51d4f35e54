// Parties: finds a customer by our key, which Tryton keeps unique, or creates one.
import type { ErpCustomer } from '../../delivery/erp-order';
import type { Mapping } from '../../delivery/mapping';
import type { Address, Party } from '../../delivery/sales-order';
import { missingAddresses } from './addresses';
import type { Call } from './calls';
import { PARTY_FIELDS, partyRow, readParties } from './party-addresses';
import type { PartyAddresses, PartyRow } from './party-addresses';
import { narrow } from './values';

/** The customers of one invocation. */
export class Customers {
  constructor(
    private readonly call: Call,
    private readonly addresses: PartyAddresses,
    private readonly match: Mapping['customer']['match'],
  ) {}

  /** By our key; else, if the mapping says so, the only one with the e-mail. A merged party stands for the one it was merged into. */
  async find({ key, email }: Party): Promise<readonly ErpCustomer[]> {
    const byKey = ['code', '=', key];
    const byEmail = [['contact_mechanisms', 'where', [emailClause(email)]]];
    const isByEmail = this.match === 'id-then-email' && email !== '';
    const condition = isByEmail ? ['OR', byKey, byEmail] : byKey;
    const rows = await readParties(this.call, 'find customer', condition);
    const ours = rows.filter(({ code }) => code === key);
    const others = rows.filter(({ code, active }) => code !== key && Boolean(active));
    const taken = ours.length > 0 ? ours : others.length === 1 ? others : [];
    return taken.map((row) => this.toCustomer(row));
  }

  /** One request, with the addresses and the ways to reach the customer. */
  async create(party: Party, addresses: readonly Address[], notAfter: number): Promise<ErpCustomer> {
    const values = await this.addresses.toValues(addresses);
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
      fields: PARTY_FIELDS,
      body,
      notAfter,
    });
    return this.toCustomer(narrow(call, answer, partyRow));
  }

  private toCustomer({ id: found, code, replaced_by: replacedBy, addresses }: PartyRow): ErpCustomer {
    if (replacedBy === null) this.addresses.remember(found, addresses, code);
    return { id: String(replacedBy ?? found), key: code ?? '' };
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
