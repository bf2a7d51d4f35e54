// The DeliveryKeys table: what belongs to no single order. Rows `slot#<n>`, `circuit`, `customer#<key>`, `account#<day>`.
import { randomUUID } from 'node:crypto';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Row } from '../runtime/json';
import { iso } from '../runtime/time';
import { aliasedUpdate, freeOrPast } from './aliased-update';
import type { Update } from './aliased-update';
import { unlessConditionFails } from './conditional-write';

/** The right to call the ERP, one of as many as `ErpConcurrency` says. */
export interface Slot {
  readonly name: string;
  readonly owner: string;
}

export interface Circuit {
  /** ISO time until which no worker calls the ERP, and after which one probes it. */
  readonly openUntil: string;
}

/** Who creates a customer in the ERP: by the same rule as an order, with a lease and an intent of its own. */
export interface CustomerRow {
  readonly key: string;
  /** The ERP's id, once it is known. */
  readonly id?: string;
  /** Until when the ERP may still be working on a create; ISO. */
  readonly until?: string;
  readonly leaseOwner?: string;
  readonly leaseUntil?: string;
}

/** What a change does not name stays; the id also ends lease and intent. */
export interface CustomerChange {
  /** The intent's end; ISO text. */
  readonly until?: string;
  /** The intent is settled. */
  readonly settled?: true;
  /** Ends lease and intent. */
  readonly id?: string;
  /** The lease is released. */
  readonly released?: true;
}

export interface DeliveryKeys {
  /** Takes a slot that is free or past, until `until`; undefined if none is. Owners are unique. Times are epoch milliseconds. */
  takeSlot(owner: string, slots: number, until: number, now: number): Promise<Slot | undefined>;
  /** Frees the slot, or keeps it from everyone until a later time. */
  releaseSlot(slot: Slot, keptUntil?: number): Promise<void>;
  circuit(): Promise<Circuit | undefined>;
  /** Opens the circuit until then, in whatever state it is. */
  openCircuit(until: number): Promise<void>;
  /** In one conditional write, if the circuit is as seen and over: this worker alone probes, until `until`. */
  probe(seen: Circuit, until: number, now: number): Promise<boolean>;
  closeCircuit(): Promise<void>;
  customer(key: string): Promise<CustomerRow | undefined>;
  /** Takes the customer's lease if it is free or past; returns the row as written, undefined if refused. */
  takeCustomer(key: string, owner: string, until: number, now: number): Promise<CustomerRow | undefined>;
  /** A conditional write of the lease's owner; returns false if refused. */
  changeCustomer(key: string, owner: string, change: CustomerChange): Promise<boolean>;
  /** Forgets an id that the ERP no longer accepts, if it is still this one. */
  forgetCustomer(key: string, id: string): Promise<void>;
  recordAccount(day: string, line: DeliveryAccount): Promise<void>;
  account(day: string): Promise<DeliveryAccount | undefined>;
}

/** One day of orders, by their last finish in the ledger, and how their deliveries stand. */
export interface DeliveryAccount {
  readonly day: string;
  readonly copied: number;
  readonly delivered: number;
  readonly held: number;
  readonly excluded: number;
  readonly cancelled: number;
  /** Due, waiting or in shadow. */
  readonly open: number;
  /** Told again by this account, since the row was missing or behind. */
  readonly told: number;
  readonly at: string;
}

interface KeysTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** Creates the access to the DeliveryKeys table. */
export function createDeliveryKeys(client: DynamoDBDocumentClient, tableName: string): DeliveryKeys {
  const table = { client, tableName };
  return {
    takeSlot: (...slot) => takeSlot(table, ...slot),
    releaseSlot: (slot, keptUntil) => releaseSlot(table, slot, keptUntil),
    circuit: () => findCircuit(table),
    openCircuit: (until) => put(table, { name: CIRCUIT, open_until: iso(until) }),
    probe: (seen, until, now) => probe(table, seen, until, now),
    closeCircuit: () => closeCircuit(table),
    customer: (key) => findCustomer(table, key),
    takeCustomer: (...lease) => takeCustomer(table, ...lease),
    changeCustomer: (key, owner, change) => changeCustomer(table, key, owner, change),
    forgetCustomer: (key, id) => forgetCustomer(table, key, id),
    recordAccount: (day, line) => put(table, { ...line, name: nameOfAccount(day) }),
    account: (day) => findAccount(table, day),
  };
}

const CIRCUIT = 'circuit';
const nameOfCustomer = (key: string) => `customer#${key}`;
const nameOfAccount = (day: string) => `account#${day}`;

async function takeSlot(
  table: KeysTable,
  owner: string,
  slots: number,
  until: number,
  now: number,
): Promise<Slot | undefined> {
  for (let nth = 1; nth <= slots; nth += 1) {
    const name = `slot#${nth}`;
    if ((await takeLease(table, name, owner, until, now)) !== undefined) return { name, owner };
  }
  return undefined;
}

async function releaseSlot(table: KeysTable, { name, owner }: Slot, keptUntil?: number): Promise<void> {
  await update(table, name, {
    set: { lease_until: keptUntil === undefined ? undefined : iso(keptUntil) },
    remove: keptUntil === undefined ? ['lease_owner', 'lease_until'] : ['lease_owner'],
    condition: '#lease_owner = :owner',
    values: { owner },
  });
}

async function findCircuit(table: KeysTable): Promise<Circuit | undefined> {
  const { open_until: openUntil } = (await find(table, CIRCUIT)) ?? {};
  return typeof openUntil === 'string' ? { openUntil } : undefined;
}

async function probe(table: KeysTable, seen: Circuit, until: number, now: number): Promise<boolean> {
  // The SDK repeats a write whose answer was lost: by this mark the repetition is recognized.
  const mark = randomUUID();
  const isTaken = await update(table, CIRCUIT, {
    set: { open_until: iso(until), probe: mark },
    condition: '#open_until = :seen AND #open_until <= :now',
    values: { seen: seen.openUntil, now: iso(now) },
  });
  return isTaken !== undefined || (await find(table, CIRCUIT))?.probe === mark;
}

async function closeCircuit(table: KeysTable): Promise<void> {
  await update(table, CIRCUIT, {
    remove: ['open_until', 'probe'],
    condition: 'attribute_exists(#open_until)',
  });
}

async function findCustomer(table: KeysTable, key: string): Promise<CustomerRow | undefined> {
  const item = await find(table, nameOfCustomer(key));
  return item && toCustomer(key, item);
}

async function takeCustomer(table: KeysTable, key: string, owner: string, until: number, now: number) {
  const item = await takeLease(table, nameOfCustomer(key), owner, until, now);
  return item && toCustomer(key, item);
}

async function changeCustomer(
  table: KeysTable,
  key: string,
  owner: string,
  change: CustomerChange,
): Promise<boolean> {
  const { until, settled, id, released } = change;
  const lease = id === undefined && released === undefined ? [] : ['lease_owner', 'lease_until'];
  const intent = id === undefined && settled === undefined ? [] : ['intent_until'];
  const changed = await update(table, nameOfCustomer(key), {
    set: { id, intent_until: intent.length === 0 ? until : undefined },
    remove: [...lease, ...intent],
    condition: '#lease_owner = :owner',
    values: { owner },
  });
  if (changed !== undefined || id === undefined) return changed !== undefined;
  // The SDK repeats a write whose answer was lost: then the row knows the id already.
  return (await findCustomer(table, key))?.id === id;
}

async function forgetCustomer(table: KeysTable, key: string, id: string): Promise<void> {
  await update(table, nameOfCustomer(key), { remove: ['id'], condition: '#id = :id', values: { id } });
}

async function findAccount(table: KeysTable, day: string): Promise<DeliveryAccount | undefined> {
  const { name: _, ...line } = (await find(table, nameOfAccount(day))) ?? {};
  return line.day === undefined ? undefined : (line as unknown as DeliveryAccount);
}

/** Takes the lease of a row that may be absent; returns the row as it stands with the lease. */
async function takeLease(table: KeysTable, name: string, owner: string, until: number, now: number) {
  const taken = await update(table, name, {
    set: { lease_owner: owner, lease_until: iso(until) },
    condition: freeOrPast('lease_until'),
    values: { now: iso(now) },
  });
  if (taken !== undefined) return taken;
  const item = await find(table, name);
  // The SDK repeats a write whose answer was lost: the refusal may be of this very lease.
  return item?.lease_owner === owner ? item : undefined;
}

/** A customer's row as it lies in the table. */
interface StoredCustomer {
  readonly id?: string;
  readonly intent_until?: string;
  readonly lease_owner?: string;
  readonly lease_until?: string;
}

function toCustomer(key: string, item: StoredCustomer): CustomerRow {
  const { id, intent_until: until, lease_owner: leaseOwner, lease_until: leaseUntil } = item;
  return {
    key,
    ...(id === undefined ? {} : { id }),
    ...(until === undefined ? {} : { until }),
    ...(leaseOwner === undefined ? {} : { leaseOwner }),
    ...(leaseUntil === undefined ? {} : { leaseUntil }),
  };
}

async function find({ client, tableName }: KeysTable, name: string): Promise<Row | undefined> {
  const look = new GetCommand({ TableName: tableName, Key: { name }, ConsistentRead: true });
  return (await client.send(look)).Item;
}

async function put({ client, tableName }: KeysTable, Item: Row): Promise<void> {
  await client.send(new PutCommand({ TableName: tableName, Item }));
}

/** The row as written; undefined if the condition fails. */
async function update(
  { client, tableName }: KeysTable,
  name: string,
  change: Update,
): Promise<Row | undefined> {
  const command = new UpdateCommand({ TableName: tableName, Key: { name }, ...aliasedUpdate(change) });
  return (await unlessConditionFails(client.send(command)))?.Attributes;
}
