// Everything that a story of deliveries happens in: time, the store, tables, the queue, the ERP, and what is deployed.
import { sentLines } from '../../../../lambda/shared/delivery/sent-lines';
import type { LoadedMapping } from '../../../../lambda/shared/delivery/mapping';
import type { Snapshot } from '../../../../lambda/shared/order/order';
import { randomFrom } from '../../../../simulator/random';
import { NOON } from '../../../support/builders';
import { aMapping } from '../../../support/sales-order';
import { createSimulatedErp } from '../../../support/simulated-erp';
import { virtualTime } from '../../../support/virtual-time';
import type { VirtualTime } from '../../../support/virtual-time';
import { DELIVERIES_VISIBILITY_MS, Sqs } from '../sqs';
import type { DeliveryPlan } from './plan';
import { createRows } from './rows';
import { DeliveredStore } from './store';

/** The items that the ERP sells; the plans' orders have others as well. */
const ITEMS = ['SKU-1', 'SKU-2', 'SKU-3', 'SKU-4', 'NEW-2'];
const SPECIAL = ['SHIPPING', 'HANDLING', 'WRAPPING', 'FEE', 'DISCOUNT', 'TAX', 'GIFT'];

const currencies = [{ currency: 'USD', use: {} }, { currency: 'JPY', use: {} }, { else: 'hold' }] as const;

/** The first has no rule for channel 2; under the second one an item has another name, and one that was unknown is known. */
export const MAPPINGS: readonly [LoadedMapping, LoadedMapping] = [
  { digest: 'mapping-1', mapping: aMapping({ currencies, items: { by: 'sku', rename: {}, else: 'hold' } }) },
  {
    digest: 'mapping-2',
    mapping: aMapping({
      currencies,
      items: { by: 'sku', rename: { 'SKU-2': 'NEW-2', LOST: 'SKU-3' }, else: 'hold' },
      channels: [
        { channelId: 1, use: { shop: 'first' } },
        { channelId: 2, use: { shop: 'second' } },
        { else: 'hold' },
      ],
    }),
  },
];

export type Stage = ReturnType<typeof setUp>;

/** Deliveries begin in shadow, or are live from the beginning. */
export const modeAt = (ms: number, { liveFromMs }: DeliveryPlan): 'shadow' | 'live' =>
  ms < liveFromMs ? 'shadow' : 'live';

/** What a story of the replication shares with that of its deliveries. */
export interface Shared {
  readonly time: VirtualTime;
  readonly snapshots: Map<number, Snapshot>;
}

export function setUp(plan: DeliveryPlan, shared?: Shared) {
  const time = shared?.time ?? virtualTime(NOON);
  const random = randomFrom(plan.seed, 'deliveries');
  const habits = {
    queue: { ...plan.queue },
    tables: { failures: plan.tableFailures },
    stream: { ...plan.stream },
  };
  /** Live. */
  const settings = {
    mapping: MAPPINGS[0],
    mode: modeAt(0, plan),
    isPaused: false,
  };
  const wake: { worker: () => void } = { worker: () => undefined };
  const sqs = new Sqs(time, random, habits.queue, () => wake.worker(), DELIVERIES_VISIBILITY_MS);
  const records: { onRecord: (snapshot: Snapshot) => void } = { onRecord: () => undefined };
  const store = new DeliveredStore(time.now, (snapshot) => records.onRecord(snapshot), shared?.snapshots);
  const rows = createRows(time, random, habits.tables);
  const { facts, latencyMs, canAmend, canCancel, numbersFirst, failures, troubles, late } = plan.erp;
  const erp = createSimulatedErp({
    time,
    random,
    facts,
    canAmend,
    canCancel,
    numbersFirst,
    habits: { latencyMs, failures, troubles, late },
    sentLines: (document) => sentLines(document, settings.mapping.mapping),
  });
  erp.rules.items = shared ? undefined : new Set([...ITEMS, ...SPECIAL]);
  const at = (ms: number, run: () => unknown) => void time.setTimer(() => void run(), ms);
  return {
    plan,
    time,
    random,
    habits,
    settings,
    wake,
    sqs,
    records,
    store,
    rows,
    erp,
    alerts: [] as { readonly at: number; readonly subject: string }[],
    struck: { killed: 0, lostRecords: 0 },
    /** What the worker logged of each order. */
    trace: [] as { readonly at: number; readonly orderId: number; readonly text: string }[],
    at,
  };
}
