// An ERP in memory, on virtual time, of each kind: it refuses a second order with our key, overwrites the first one, or knows
// no key. What is created, confirmed, rewritten or cancelled may land long after the caller has gone. It keeps the history of
// each record, from which simulated-erp/breaches.ts tells whether the promise was kept.
import type { ErpCustomer, ErpFacts, ErpOrder } from '../../lambda/shared/delivery/erp-order';
import type { Party, SalesOrder, SentLine } from '../../lambda/shared/delivery/sales-order';
import type { Erp } from '../../lambda/shared/erp/erp';
import { ErpError } from '../../lambda/shared/runtime/errors';
import { ErpRecords, shown } from './simulated-erp/records';
import type { CustomerRecord, ErpRecord, RecordRules, What } from './simulated-erp/records';
import { Requests } from './simulated-erp/requests';
import type { RequestHabits, RequestTime } from './simulated-erp/requests';
import { staffOf } from './simulated-erp/staff';

/** How long it may need for a request whose caller is gone, by kind of key, as the ERPs of that kind do. */
export const SETTLE_MS = { refuses: 20_000, overwrites: 120_000, none: 600_000 } as const;

export interface ErpOptions {
  readonly time: RequestTime;
  /** From 0 to 1. */
  readonly random?: () => number;
  readonly facts?: Partial<ErpFacts>;
  /** The lines that a document becomes in an ERP. */
  readonly sentLines: (document: SalesOrder) => readonly SentLine[];
  readonly habits?: Partial<Omit<RequestHabits, 'settleMs'>>;
  readonly canAmend?: boolean;
  readonly canCancel?: boolean;
  /** A draft gets its number by a request of its own, before it is confirmed. */
  readonly numbersFirst?: boolean;
}

export type SimulatedErp = ReturnType<typeof createSimulatedErp>;

/** A connection of one invocation. */
export interface Connection {
  readonly requestTimeoutMs: number;
  /** The clock of the caller, by which its requests leave too late; the world's by default. */
  readonly now?: () => number;
  /** The lines that a document becomes under the caller's mapping; those of the options by default. */
  readonly sentLines?: ErpOptions['sentLines'];
}

export function createSimulatedErp(options: ErpOptions) {
  const { time, random = () => 0.5 } = options;
  const facts = factsOf(options.facts);
  const rules: RecordRules = { ...facts, roundsOtherwise: false, items: undefined };
  const habits: RequestHabits = {
    latencyMs: 0,
    failures: 0,
    troubles: [],
    late: 0,
    isDown: false,
    credentialsAreWrong: false,
    ...options.habits,
    settleMs: facts.settleMs,
  };
  const records = new ErpRecords(rules, time.now, random);
  const requests = new Requests(time, random, habits);
  const inner: Inner = { options, facts, records, requests, rules, now: time.now };
  return {
    facts,
    /** Live: whether it rounds otherwise, and which items it has. */
    rules,
    /** Live. */
    habits,
    records,
    requests,
    history: records.history,
    staff: staffOf(records),
    connect: ({ sentLines, ...connection }: Connection = { requestTimeoutMs: 30_000 }): Erp =>
      connect(sentLines ? { ...inner, options: { ...options, sentLines } } : inner, connection),
  };
}

interface Inner {
  readonly options: ErpOptions;
  readonly facts: ErpFacts;
  readonly records: ErpRecords;
  readonly requests: Requests;
  readonly rules: RecordRules;
  readonly now: () => number;
}

function factsOf(facts: Partial<ErpFacts> = {}): ErpFacts {
  const { orderKey = 'refuses' } = facts;
  return {
    orderKey,
    customerKey: orderKey === 'none' ? 'refuses' : orderKey,
    settleMs: SETTLE_MS[orderKey],
    findLagMs: 0,
    digits: 4,
    ...facts,
  };
}

function connect(inner: Inner, connection: Connection): Erp {
  const { options, facts, records, requests, rules } = inner;
  const { requestTimeoutMs } = connection;
  const send = requests.send.bind(requests);
  return {
    facts,
    check: () => send('check', requestTimeoutMs, () => []),
    missingItems: (skus) =>
      send('missingItems', requestTimeoutMs, () =>
        skus.filter((sku) => rules.items !== undefined && !rules.items.has(sku)),
      ),
    findOrders: (refs, id) => send('findOrders', requestTimeoutMs, () => findOrders(inner, refs, id)),
    findCustomers: (party) => send('findCustomers', requestTimeoutMs, () => findCustomers(inner, party)),
    prepare: (document, customer) =>
      send('prepare', requestTimeoutMs, () => {
        records.refuseUnknownItems(options.sentLines(document));
        if (customer !== undefined) assertCustomer(records, customer);
      }),
    createCustomer: leaving(inner, connection, 'createCustomer', (_, party) =>
      toCustomer(records.createCustomer(party)),
    ),
    createDraft: leaving(inner, connection, 'createDraft', (sentAt, document, customer) => {
      if (!records.customers.has(customer.id)) throw new ErpError('party: no such record', 'data', true, 400);
      return shown(records.create(document, options.sentLines(document), sentAt, customer.id));
    }),
    ...writesOf(inner, connection),
    preview: (document) => options.sentLines(document),
  };
}

function assertCustomer({ customers }: ErpRecords, { id, key }: ErpCustomer): void {
  const found = customers.get(id);
  if (found === undefined || (key !== '' && found.key !== key))
    throw new ErpError('party: no such record', 'data', true, 400);
}

function writesOf(
  inner: Inner,
  connection: Connection,
): Pick<Erp, 'rewriteDraft' | 'confirm' | 'amend' | 'cancel'> {
  const { options, records } = inner;
  const { canAmend = false, canCancel = false } = options;
  const replace = (what: What) => (sentAt: number, order: ErpOrder, document: SalesOrder) => {
    const record = inState(records, order, what === 'amend' ? 'confirmed' : 'draft');
    const lines = options.sentLines(document);
    records.refuseUnknownItems(lines);
    return put(inner, what, sentAt, { ...record, ...records.contentOf(document, lines) });
  };
  const cancel = (sentAt: number, order: ErpOrder) => {
    const record = inState(records, order, 'draft', 'confirmed');
    return put(inner, 'cancel', sentAt, { ...record, state: 'cancelled' });
  };
  return {
    rewriteDraft: leaving(inner, connection, 'rewriteDraft', replace('rewrite')),
    confirm: leaving(inner, connection, 'confirm', (sentAt, order, document) =>
      confirmStep(inner, order, document, sentAt),
    ),
    ...(canAmend && { amend: leaving(inner, connection, 'amend', replace('amend')) }),
    ...(canCancel && { cancel: leaving(inner, connection, 'cancel', cancel) }),
  };
}

type Writing = Required<
  Pick<Erp, 'createCustomer' | 'createDraft' | 'rewriteDraft' | 'confirm' | 'amend' | 'cancel'>
>;
type Before<All extends unknown[]> = All extends [...infer Others, number] ? Others : never;

/** A writing request: it leaves before the caller's `notAfter`, or not at all. */
function leaving<Call extends keyof Writing>(
  { requests, now }: Inner,
  { requestTimeoutMs, now: callersNow = now }: Connection,
  call: Call,
  effect: (sentAt: number, ...args: Before<Parameters<Writing[Call]>>) => Awaited<ReturnType<Writing[Call]>>,
): Writing[Call] {
  const write = async (...all: unknown[]) => {
    const args = all.slice(0, -1) as Before<Parameters<Writing[Call]>>;
    if (callersNow() >= Number(all.at(-1)))
      throw new ErpError(`${call}: too late to leave`, 'retryable', true);
    return requests.send(call, requestTimeoutMs, (sentAt) => effect(sentAt, ...args));
  };
  return write as Writing[Call];
}

/** One step closer to confirmed: a number, a payment that is missing, or confirmed. */
function confirmStep(inner: Inner, order: ErpOrder, document: SalesOrder, sentAt: number): ErpOrder {
  const { records, options } = inner;
  const record = inState(records, order, 'draft');
  const { id } = record;
  if (options.numbersFirst === true && record.number === undefined)
    return put(inner, 'number', sentAt, { ...record, number: `SO${id}` });
  const missing = document.payments.find(
    ({ kind, erpMethod, amount }) =>
      (kind === 'gift_certificate' || kind === 'store_credit') &&
      !record.payments.some((one) => one.method === erpMethod && one.amount === amount),
  );
  if (missing) {
    const payments = [...record.payments, { method: missing.erpMethod, amount: missing.amount }];
    return put(inner, 'pay', sentAt, { ...record, payments });
  }
  return put(inner, 'confirm', sentAt, { ...record, number: record.number ?? `SO${id}`, state: 'confirmed' });
}

function put({ records }: Inner, what: What, sentAt: number, after: ErpRecord): ErpOrder {
  records.write(after.id, after, { by: 'us', what, sentAt });
  return shown(after);
}

/** Throws ErpError `data` if it is gone or in another state. */
function inState(records: ErpRecords, { id }: ErpOrder, ...states: readonly ErpRecord['state'][]): ErpRecord {
  const record = records.existing(id);
  if (!states.includes(record.state)) throw new ErpError('state: not allowed', 'data', true, 400);
  return record;
}

/** By id immediately; by reference once its find shows it. */
function findOrders({ records, now }: Inner, refs: readonly string[], id?: string): readonly ErpOrder[] {
  return [...records.all.values()]
    .filter((one) => !one.isHidden)
    .filter((one) => one.id === id || (refs.includes(one.reference) && one.visibleAt <= now()))
    .map(shown);
}

function findCustomers({ records, now }: Inner, { key }: Party): readonly ErpCustomer[] {
  return [...records.customers.values()]
    .filter((one) => one.key === key && one.visibleAt <= now())
    .map(toCustomer);
}

const toCustomer = ({ id, key }: CustomerRecord): ErpCustomer => ({ id, key });
