// The addresses of parties, as one invocation last saw them. What a party lacks is added to it, and what it has is never changed.
import * as v from 'valibot';
import type { Address } from '../../delivery/sales-order';
import { ErpError } from '../../runtime/errors';
import {
  ADDRESS_FIELDS,
  addressRow,
  findAddress,
  isSameAddress,
  missingAddresses,
  toAddressValues,
} from './addresses';
import type { AddressRow, AddressValues } from './addresses';
import type { Call } from './calls';
import type { Names } from './names';
import { narrow } from './values';

const ADDRESSES = ADDRESS_FIELDS.map((field) => `addresses.${field}`);
export const PARTY_FIELDS: readonly string[] = ['code', 'active', 'replaced_by', ...ADDRESSES];

const id = v.pipe(v.number(), v.integer());
export const partyRow = v.object({
  id,
  code: v.nullable(v.string()),
  // SQLite has no booleans of its own.
  active: v.union([v.boolean(), v.number()]),
  replaced_by: v.nullable(id),
  addresses: v.array(addressRow),
});
const addressesRow = v.object({ addresses: v.array(addressRow) });

export type PartyRow = v.InferOutput<typeof partyRow>;

/** The parties that meet a condition, inactive ones too: a merged party is inactive. `name` is the call's, for messages. */
export async function readParties(
  call: Call,
  name: string,
  condition: unknown,
): Promise<readonly PartyRow[]> {
  const domain = [condition, ['active', 'in', [true, false]]];
  const answer = await call({ call: name, method: 'GET', path: 'party.party', domain, fields: PARTY_FIELDS });
  return narrow(name, answer, v.array(partyRow));
}

export interface FoundAddresses {
  readonly party: number;
  /** In the order of the addresses that were asked for. */
  readonly ids: readonly number[];
}

export class PartyAddresses {
  private readonly seen = new Map<number, readonly AddressRow[]>();
  /** The codes of the parties that this invocation has seen. */
  private readonly codes = new Map<number, string | null>();

  constructor(
    private readonly call: Call,
    private readonly names: Names,
  ) {}

  /**
   * The party, or the one that it was merged into, and the ids of its addresses. What is missing is added in one request, after
   * a look at what is there, so that a repeat adds nothing. A lost answer may leave an address that no order names; the next
   * attempt finds it. Throws ErpError `data` if the party is gone.
   */
  async ids(party: number, addresses: readonly Address[], notAfter?: number): Promise<FoundAddresses> {
    const values = await this.toValues(addresses);
    const known = this.seen.has(party) ? party : await this.read(party);
    const rows = this.seen.get(known) ?? [];
    const missing = missingAddresses(rows, values);
    const added = missing.length === 0 ? [] : await this.add(known, missing, rows, notAfter);
    const ids = values.map((one) => {
      const found = findAddress(rows, one) ?? added[missing.findIndex((sent) => isSameAddress(sent, one))];
      if (found !== undefined) return found.id;
      throw new ErpError('add address: Tryton does not show what it was sent.', 'bug', true);
    });
    return { party: known, ids };
  }

  /**
   * Throws ErpError `data` unless the party is the customer with our key, or was merged with it. After a restore from a backup, or
   * in another database, an id that is remembered may be another customer's.
   */
  async assertKey(party: number, key: string): Promise<void> {
    if (!this.codes.has(party)) await this.read(party);
    if (this.codes.get(party) === key) return;
    const call = 'find customer';
    const rows = await readParties(this.call, call, ['code', '=', key]);
    const isMerged = rows.some((row) => row.replaced_by === party);
    if (!isMerged) throw new ErpError(`${call}: the remembered customer has another code.`, 'data', true);
  }

  /** Reads the party's addresses; returns the party that stands for it now. */
  private async read(party: number): Promise<number> {
    const call = 'find addresses';
    const [row] = await readParties(this.call, call, ['id', '=', party]);
    if (row === undefined) throw new ErpError(`${call}: the customer is no longer in Tryton.`, 'data', true);
    this.codes.set(party, row.code);
    if (row.replaced_by !== null) return this.read(row.replaced_by);
    this.remember(party, row.addresses);
    return party;
  }

  /** Returns the new rows in the order of what was sent: Tryton may have changed a text, but not the order. */
  private async add(
    party: number,
    missing: readonly AddressValues[],
    before: readonly AddressRow[],
    notAfter?: number,
  ): Promise<readonly AddressRow[]> {
    const call = 'add address';
    const answer = await this.call({
      call,
      method: 'PUT',
      path: `party.party/${party}`,
      fields: ADDRESSES,
      body: { addresses: [['create', missing]] },
      ...(notAfter === undefined ? {} : { notAfter }),
    });
    const rows = this.remember(party, narrow(call, answer, addressesRow).addresses);
    return rows
      .filter((row) => !before.some((known) => known.id === row.id))
      .sort((one, other) => one.id - other.id);
  }

  /** What an answer has shown of a party. */
  remember(party: number, rows: readonly AddressRow[], code?: string | null): readonly AddressRow[] {
    this.seen.set(party, rows);
    if (code !== undefined) this.codes.set(party, code);
    return rows;
  }

  async toValues(addresses: readonly Address[]): Promise<readonly AddressValues[]> {
    const values: AddressValues[] = [];
    for (const address of addresses) values.push(await toAddressValues(address, this.names));
    return values;
  }
}
