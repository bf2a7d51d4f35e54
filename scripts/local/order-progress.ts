// Reads the state of every order in the store and in the tables, describes it, and compares it with the expected outcome.
import { GetCommand, paginateScan } from '@aws-sdk/lib-dynamodb';

import type { LedgerRow } from '../../lambda/shared/order/ledger-row';
import { deathText, reasonText } from '../../lambda/shared/order/reasons';
import { statusName } from '../../lambda/shared/order/status';
import type { Snapshot } from '../../lambda/shared/order/order';
import { readSnapshot } from '../../lambda/shared/tables/orders';
import { toLedgerRow } from '../../lambda/shared/tables/stored-ledger-row';
import type { Clients } from '../service/clients';
import { deliveryInWords, isDeliveryUnderWay } from './delivery-progress';
import type { DeliveryProgress } from './delivery-progress';
import type { Expectation } from './expectation';
import type { OrderRow } from './orders-table-view';

/** An order of the local run. */
export interface FollowedOrder {
  readonly id: number;
  readonly story: string;
  /** The status when it was first seen, and now; undefined with a real store, where each read would use its quota. */
  readonly statusBefore?: number;
  readonly statusNow?: number;
  /** Undefined if every outcome is right. */
  readonly expected?: Expectation;
  /** The numbers of its products, shipping addresses and coupons in the store. */
  readonly counts?: Counts;
}

export interface Counts {
  readonly products: number;
  readonly addresses: number;
  readonly coupons: number;
}

export interface OrderProgress extends FollowedOrder {
  readonly ledger: LedgerRow | undefined;
  readonly snapshot: Snapshot | undefined;
  /** Undefined in a run without an ERP. */
  readonly delivery?: DeliveryProgress;
}

interface Tables {
  readonly ledgerTable: string;
  readonly ordersTable: string;
  readonly orderPartsTable: string;
}

/** Makes a reader that reads the ledger at each call, and a snapshot only if its ledger row has changed. */
export function createProgressReader({ documents }: Pick<Clients, 'documents'>, tables: Tables) {
  const known = new Map<number, { readonly row: string; readonly snapshot: Snapshot | undefined }>();

  const parts = { client: documents, tableName: tables.orderPartsTable };

  const snapshotOf = async (id: number, ledger: LedgerRow | undefined): Promise<Snapshot | undefined> => {
    const row = JSON.stringify(ledger ?? null);
    const cached = known.get(id);
    if (cached?.row === row) return cached.snapshot;
    const { Item } = await documents.send(
      new GetCommand({ TableName: tables.ordersTable, Key: { id }, ConsistentRead: true }),
    );
    const snapshot = Item === undefined ? undefined : await readSnapshot(Item, parts);
    known.set(id, { row, snapshot });
    return snapshot;
  };
  const ledgerRows = async (): Promise<LedgerRow[]> => {
    const rows: LedgerRow[] = [];
    const scan = { TableName: tables.ledgerTable, ConsistentRead: true };
    for await (const { Items = [] } of paginateScan({ client: documents }, scan)) {
      rows.push(...Items.map((row) => toLedgerRow(row)));
    }
    return rows.sort((one, other) => one.order_id - other.order_id);
  };
  return {
    ledgerRows,
    async read(orders: readonly FollowedOrder[]): Promise<OrderProgress[]> {
      const rows = new Map((await ledgerRows()).map((row) => [row.order_id, row]));
      return Promise.all(
        orders.map(async (order) => {
          const ledger = rows.get(order.id);
          return { ...order, ledger, snapshot: await snapshotOf(order.id, ledger) };
        }),
      );
    },
  };
}

/** The order as a row of the table. */
export function toRow(order: OrderProgress): OrderRow {
  const { id, story, ledger, snapshot, delivery } = order;
  const before = ledger?.status_before ?? order.statusBefore;
  const after = order.statusNow ?? ledger?.status_after ?? before;
  return {
    id,
    story,
    statusBefore: nameOf(before),
    statusAfter: nameOf(after),
    stored: snapshot === undefined ? '' : countsInWords(countsOf(snapshot)),
    outcome: outcome(order),
    salesOrder: delivery === undefined ? '' : deliveryInWords(delivery, snapshot !== undefined),
  };
}

const nameOf = (statusId: number | undefined) => (statusId === undefined ? '' : statusName(statusId));

const countsOf = ({ products, shipping_addresses, coupons }: Snapshot): Counts => ({
  products: products.length,
  addresses: shipping_addresses.length,
  coupons: coupons.length,
});

function countsInWords({ products, addresses, coupons }: Counts): string {
  const words = [count(products, 'line'), count(addresses, 'address', 'addresses'), count(coupons, 'coupon')];
  return words.filter((word) => word !== '').join(', ');
}

const count = (number: number, one: string, many = `${one}s`) =>
  number === 0 ? '' : `${number} ${number === 1 ? one : many}`;

function outcome({ ledger, expected }: OrderProgress): string {
  switch (ledger?.state) {
    case 'queued':
      return 'queued';
    case 'replicated':
      return 'stored and advanced';
    case 'copied':
      return `stored, status unchanged: ${whyOf(ledger)}`;
    case 'skipped':
      return `not stored: ${whyOf(ledger)}`;
    case 'dead':
      return `dead letter: ${whyOf(ledger)}`;
    case undefined:
      if (ledger !== undefined) return 'in progress: a worker has it';
      return expected?.stored === false
        ? `not queued: ${expected.why ?? ''}`
        : 'waiting for a poll or a webhook';
  }
}

/** The reason in words; for a dead letter also its error. */
function whyOf({ state, reason, status_id: statusId, last_error: error }: LedgerRow): string {
  if (reason === undefined) return '';
  return state === 'dead' ? deathText(reason, error) : reasonText(reason, statusId);
}

/** Whether a worker has not finished the order, or its delivery. */
export const isUnderWay = (order: OrderProgress): boolean =>
  isReplicationUnderWay(order) ||
  (order.delivery !== undefined && isDeliveryUnderWay(order.delivery, order.snapshot !== undefined));

const isReplicationUnderWay = ({ ledger, expected }: OrderProgress): boolean =>
  ledger === undefined ? expected?.stored === true : ledger.state === undefined || ledger.state === 'queued';

/** The differences from the expected outcome, in words; empty if there are none. */
export function shortcomings(order: OrderProgress): string[] {
  const { id, expected, ledger, snapshot, counts } = order;
  const problems: string[] = [];
  if (isReplicationUnderWay(order)) problems.push('it is not finished');
  if (ledger?.state === 'dead') problems.push(`it is a dead letter: ${whyOf(ledger)}`);
  if (expected !== undefined) {
    if (expected.stored && snapshot === undefined) problems.push('it is not in the Orders table');
    if (!expected.stored && snapshot !== undefined) problems.push('it is in the Orders table');
    const status = expected.advancedTo ?? order.statusBefore;
    if (order.statusNow !== status) {
      problems.push(`the store shows ${nameOf(order.statusNow)} instead of ${nameOf(status)}`);
    }
    if (expected.stored && snapshot?.status_id !== status) {
      problems.push(`the snapshot shows ${nameOf(snapshot?.status_id)} instead of ${nameOf(status)}`);
    }
    const state = expected.advancedTo === undefined ? 'copied' : 'replicated';
    if (expected.stored && snapshot?.replication.state !== state)
      problems.push(`the snapshot is not ${state}`);
  }
  if (snapshot !== undefined && counts !== undefined && !sameCounts(countsOf(snapshot), counts)) {
    problems.push(`${countsInWords(countsOf(snapshot))} of ${countsInWords(counts)} were stored`);
  }
  return problems.map((problem) => `Order ${id} (${order.story}): ${problem}.`);
}

const sameCounts = (one: Counts, other: Counts) =>
  one.products === other.products && one.addresses === other.addresses && one.coupons === other.coupons;
