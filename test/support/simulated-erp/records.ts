// The records of the simulated ERP, its own arithmetic, and the history of each change: when, by whom, and what it left.
import type {
  ErpCustomer,
  ErpOrder,
  ErpPayment,
  ErpState,
  KeyPromise,
} from '../../../lambda/shared/delivery/erp-order';
import type { Party, SalesOrder, SentLine } from '../../../lambda/shared/delivery/sales-order';
import { ErpError } from '../../../lambda/shared/runtime/errors';
import { lineAmount, minorUnit, toAmount } from './amounts';

export type RecordLine = Pick<SentLine, 'kind' | 'item' | 'quantity' | 'unitPrice'>;

/** A sales order as the ERP keeps it. Records are replaced, never changed in place. */
export interface ErpRecord {
  readonly id: string;
  readonly number?: string;
  readonly reference: string;
  /** What the ERP enforces or overwrites by; staff who enter an order give it none. */
  readonly key?: string;
  readonly state: ErpState;
  readonly currency: string;
  readonly lines: readonly RecordLine[];
  readonly payments: readonly ErpPayment[];
  /** What the ERP's arithmetic differs by, in 1/10,000. */
  readonly off: bigint;
  readonly customerId?: string;
  /** Finds do not show it: it is archived, or the user has no right to it. */
  readonly isHidden: boolean;
  /** From when finds by reference show it; epoch milliseconds. */
  readonly visibleAt: number;
  /** The store's order that it is for; the ERP itself does not know it. */
  readonly orderId: number;
}

export type Who = 'us' | 'staff' | 'restore';

export type What =
  | 'create'
  | 'overwrite'
  | 'rewrite'
  | 'number'
  | 'pay'
  | 'confirm'
  | 'amend'
  | 'cancel'
  | 'edit'
  | 'delete'
  | 'rename'
  | 'advance'
  | 'hide'
  | 'restore';

/** One change of one record. Times are epoch milliseconds by the world's clock. */
export interface ErpChange {
  readonly at: number;
  readonly by: Who;
  readonly what: What;
  readonly before: ErpRecord | undefined;
  /** Undefined once it is gone. */
  readonly after: ErpRecord | undefined;
  /** Of our requests: when it was sent. */
  readonly sentAt?: number;
}

export interface CustomerRecord extends ErpCustomer {
  readonly email: string;
  readonly madeAt: number;
  readonly visibleAt: number;
}

/** What the records need to know; all of it is live. */
export interface RecordRules {
  orderKey: KeyPromise;
  customerKey: KeyPromise;
  findLagMs: number;
  /** Totals come out one minor unit too high. */
  roundsOtherwise: boolean;
  /** The items that it sells; undefined if it sells every one. */
  items: ReadonlySet<string> | undefined;
}

export type Change = Omit<ErpChange, 'at' | 'before' | 'after'>;

/** What a backup holds. */
export interface Backup {
  readonly records: ReadonlyMap<string, ErpRecord>;
  readonly customers: ReadonlyMap<string, CustomerRecord>;
  readonly nextId: number;
}

export class ErpRecords {
  readonly all = new Map<string, ErpRecord>();
  readonly customers = new Map<string, CustomerRecord>();
  readonly history: ErpChange[] = [];
  private nextId = 1;

  constructor(
    private readonly rules: RecordRules,
    private readonly now: () => number,
    private readonly random: () => number,
  ) {}

  /** Replaces a record, and notes the change. */
  write(id: string, after: ErpRecord | undefined, change: Change): void {
    this.history.push({ ...change, at: this.now(), before: this.all.get(id), after });
    if (after === undefined) this.all.delete(id);
    else this.all.set(id, after);
  }

  /** Throws ErpError `data` if it is gone. */
  existing(id: string): ErpRecord {
    const record = this.all.get(id);
    if (record === undefined) throw new ErpError('id: no such record', 'data', true, 404);
    return record;
  }

  /** Creates an order, or does with a taken key what the ERP does. Throws ErpError `duplicate` and `data`. */
  create(document: SalesOrder, lines: readonly RecordLine[], sentAt: number, customerId?: string): ErpRecord {
    this.refuseUnknownItems(lines);
    const { orderKey } = this.rules;
    const taken = [...this.all.values()].find(({ key }) => key === document.ref);
    if (orderKey === 'refuses' && taken)
      throw new ErpError('web_id: the key is taken', 'duplicate', true, 400);
    const content = this.contentOf(document, lines);
    if (orderKey === 'overwrites' && taken) {
      const after = { ...taken, ...content, reference: document.ref };
      this.write(taken.id, after, { by: 'us', what: 'overwrite', sentAt });
      return after;
    }
    const after = {
      ...this.newRecord(document.ref, document.orderId),
      ...content,
      ...(orderKey === 'none' ? {} : { key: document.ref }),
      ...(customerId === undefined ? {} : { customerId }),
      visibleAt: this.now() + Math.round(this.random() * this.rules.findLagMs),
    };
    this.write(after.id, after, { by: 'us', what: 'create', sentAt });
    return after;
  }

  /** Throws ErpError `data` and `duplicate`. */
  createCustomer(party: Party): CustomerRecord {
    const taken = [...this.customers.values()].find(({ key }) => key === party.key);
    if (taken && this.rules.customerKey === 'refuses')
      throw new ErpError('code: the key is taken', 'duplicate', true, 400);
    if (taken && this.rules.customerKey === 'overwrites') return taken;
    const id = `c${this.takeId()}`;
    const visibleAt = this.now() + Math.round(this.random() * this.rules.findLagMs);
    const customer = { id, key: party.key, email: party.email, madeAt: this.now(), visibleAt };
    this.customers.set(id, customer);
    return customer;
  }

  /** A draft with nothing in it. */
  newRecord(reference: string, orderId: number): ErpRecord {
    return {
      id: String(this.takeId()),
      reference,
      state: 'draft',
      currency: 'USD',
      lines: [],
      payments: [],
      off: 0n,
      isHidden: false,
      visibleAt: this.now(),
      orderId,
    };
  }

  /** The part of a record that a document decides. */
  contentOf(
    document: SalesOrder,
    lines: readonly RecordLine[],
  ): Pick<ErpRecord, 'currency' | 'lines' | 'off'> {
    const { currency } = document;
    const off = this.rules.roundsOtherwise ? minorUnit(currency) : 0n;
    const kept = lines.map(({ kind, item, quantity, unitPrice }) => ({ kind, item, quantity, unitPrice }));
    return { currency, lines: kept, off };
  }

  refuseUnknownItems(lines: readonly RecordLine[]): void {
    const { items } = this.rules;
    const unknown = lines.findIndex(({ item }) => items !== undefined && item !== '' && !items.has(item));
    if (unknown >= 0) throw new ErpError(`lines[${unknown}].item: no such item`, 'data', true, 400);
  }

  backup(): Backup {
    return { records: new Map(this.all), customers: new Map(this.customers), nextId: this.nextId };
  }

  /** As it was then: later records are gone, deleted ones are there again, and ids are given a second time. */
  restore({ records, customers, nextId }: Backup): void {
    for (const record of [...this.all.values()]) {
      if (!records.has(record.id)) this.history.push(this.restored(record, undefined));
    }
    for (const record of records.values()) {
      if (this.all.get(record.id) !== record)
        this.history.push(this.restored(this.all.get(record.id), record));
    }
    this.all.clear();
    for (const record of records.values()) this.all.set(record.id, record);
    this.customers.clear();
    for (const customer of customers.values()) this.customers.set(customer.id, customer);
    this.nextId = nextId;
  }

  private restored(before: ErpRecord | undefined, after: ErpRecord | undefined): ErpChange {
    return { at: this.now(), by: 'restore', what: 'restore', before, after };
  }

  private takeId(): number {
    return this.nextId++;
  }
}

/** What the ERP's arithmetic makes of the lines: the store's tax is a line as any other, `off` is a tax that the ERP adds. */
export function totalsOf({
  lines,
  currency,
  off,
}: Pick<ErpRecord, 'lines' | 'currency' | 'off'>): ErpOrder['totals'] {
  const net = lines.reduce(
    (all, { quantity, unitPrice }) => all + lineAmount(quantity, unitPrice, currency),
    0n,
  );
  return { net: toAmount(net), tax: toAmount(off), total: toAmount(net + off) };
}

/** What the port shows of a record. */
export function shown(record: ErpRecord): ErpOrder {
  const { id, number, reference, state, currency, lines, payments } = record;
  return {
    id,
    ...(number === undefined ? {} : { number }),
    reference,
    state,
    vendorState: state,
    currency,
    lines: lines.map(({ item, quantity, unitPrice }) => ({
      item,
      quantity,
      unitPrice,
      amount: toAmount(lineAmount(quantity, unitPrice, currency)),
    })),
    payments,
    totals: totalsOf(record),
  };
}

/** Whether it counts as a sales order of its store order. */
export const isLiving = ({ state }: ErpRecord): boolean => state !== 'cancelled';
