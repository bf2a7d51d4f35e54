// deliveries: shows how the orders stand in the ERP and why, and takes the decisions that only a person can.
import { DELIVERY_REASONS } from '../../../lambda/shared/delivery/reasons';
import type { DeliveryReason } from '../../../lambda/shared/delivery/reasons';
import { serviceOptions } from '../../service/service-options';
import type { ServiceOptions } from '../../service/service-options';
import { defineCommand } from '../../terminal/command';
import type { Noun, Report, Terminal } from '../../terminal/command';
import { UsageError } from '../../terminal/command-error';
import { choice, flag, required, text, wholeNumber, withDefault } from '../../terminal/options';
import type { DeliveriesFlow } from './deps';
import { readOrderId, readOrderIds } from './order-ids';

const STATES = ['waiting', 'delivered', 'held', 'excluded', 'cancelled'] as const;
const REASONS = Object.keys(DELIVERY_REASONS) as readonly DeliveryReason[];

const order = { name: '<order>', summary: "the store's id of the order" };
const WORKER_ACTS = 'The command changes the row of the order, and a worker acts on it within seconds.';

const list = defineCommand({
  name: 'list',
  summary: 'List the deliveries that are held or waiting, and say what to do about each reason',
  options: {
    ...serviceOptions,
    state: choice('<state>', STATES, 'only deliveries in this state'),
    reason: choice('<code>', REASONS, 'only deliveries with this reason'),
    limit: withDefault(wholeNumber('<n>', [1, 10_000], 'how many to show'), 50),
  },
  examples: [
    'deliveries list --stage prod',
    'deliveries list --state held --reason unmapped-item --stage prod',
    'deliveries list --state delivered --local --output json',
  ],
  run: ({ state, reason, limit, ...options }, terminal) =>
    onDelivery(async () => (await import('./inspect')).list, { state, reason, limit }, options, terminal),
});

const show = defineCommand({
  name: 'show',
  summary: 'Show all details of the delivery of an order, and what to do',
  arguments: [order],
  options: serviceOptions,
  examples: ['deliveries show 100 --stage prod', 'deliveries show 100 --local --output json'],
  run: (options, terminal, [word]) => {
    const request = { orderId: readOrderId(word) };
    return onDelivery(async () => (await import('./inspect')).show, request, options, terminal);
  },
});

const retry = defineCommand({
  name: 'retry',
  summary: 'Let a worker look at orders now, or create their sales orders again',
  description: `${WORKER_ACTS} With --recreate it creates the sales order again, under the next reference: only for an order that is held because its sales order is gone or cancelled in the ERP.`,
  arguments: [{ name: '<order...>', summary: "the store's ids of the orders" }],
  options: {
    ...serviceOptions,
    recreate: flag('create the sales order again: reasons gone-from-erp and cancelled-in-erp'),
  },
  examples: ['deliveries retry 100 101 --stage prod', 'deliveries retry 100 --recreate --stage prod'],
  run: ({ recreate, ...options }, terminal, words) => {
    const request = { orderIds: readOrderIds(words), recreate };
    return onDelivery(async () => (await import('./change')).retry, request, options, terminal);
  },
});

const hold = defineCommand({
  name: 'hold',
  summary: 'Stop the delivery of an order until it is released',
  description: `${WORKER_ACTS} A request that the ERP is already working on is not stopped.`,
  arguments: [order],
  options: {
    ...serviceOptions,
    why: required(text('<text>', 'the reason, for the people who read the row')),
  },
  examples: ['deliveries hold 100 --why "waits for stock" --stage prod'],
  run: ({ why, ...options }, terminal, [word]) => {
    const request = { orderId: readOrderId(word), why: readWhy(why) };
    return onDelivery(async () => (await import('./change')).hold, request, options, terminal);
  },
});

const release = defineCommand({
  name: 'release',
  summary: "Lift a person's hold, or record that the ERP's version of an order stands",
  description: `${WORKER_ACTS} With --keep-erp the sales order stays as it is in the ERP, for exactly the version of the order that is held now. The next edit or cancellation is held again.`,
  arguments: [order],
  options: {
    ...serviceOptions,
    keepErp: flag("record that the ERP's version stands"),
    why: required(text('<text>', 'the reason, for the people who read the row')),
  },
  examples: [
    'deliveries release 100 --why "stock has arrived" --stage prod',
    'deliveries release 100 --keep-erp --why "agreed with the customer" --stage prod',
  ],
  run: ({ why, keepErp, ...options }, terminal, [word]) => {
    const request = { orderId: readOrderId(word), why: readWhy(why), keepErp };
    return onDelivery(async () => (await import('./change')).release, request, options, terminal);
  },
});

const compare = defineCommand({
  name: 'compare',
  summary: 'Show what the ERP holds of an order, next to what the store has now',
  description: 'The worker asks the ERP. Nothing is written.',
  arguments: [order],
  options: serviceOptions,
  examples: ['deliveries compare 100 --stage prod', 'deliveries compare 100 --local --output json'],
  run: (options, terminal, [word]) => {
    const request = { orderId: readOrderId(word) };
    return onDelivery(async () => (await import('./compare')).compare, request, options, terminal);
  },
});

const account = defineCommand({
  name: 'account',
  summary: 'Account for the delivery of every order of some days',
  description:
    'Every order whose replication ended on these days has a row, which is delivered, held, excluded, cancelled or ' +
    'open. Rows that are missing are added, and due. With --erp each order that was delivered on these days is also ' +
    'looked up in the ERP: run it after the ERP, or the Deliveries table, was restored from a backup. The exit code ' +
    'is 1 if an order of an earlier day is open, or the ERP does not have an order as it was delivered.',
  options: {
    ...serviceOptions,
    from: text('<day>', 'the first day, UTC; 14 days ago if omitted'),
    to: text('<day>', 'the last day; today if omitted'),
    erp: flag('also look up each delivered order in the ERP'),
  },
  examples: [
    'deliveries account --stage prod',
    'deliveries account --from 2026-11-01 --to 2026-11-20 --erp --stage prod',
  ],
  run: ({ from, to, erp, ...options }, terminal) =>
    onDelivery(async () => (await import('./account')).account, { from, to, erp }, options, terminal),
});

export const deliveries: Noun = {
  name: 'deliveries',
  summary: 'List, decide on, compare and account for the deliveries of orders into the ERP',
  commands: [list, show, retry, hold, release, compare, account],
};

/** A row has room for it, and people for reading it. */
const MOST_CHARACTERS_OF_WHY = 500;

/** Throws UsageError. */
function readWhy(given: string): string {
  const why = given.trim();
  if (why === '') throw new UsageError('--why requires a reason');
  if (why.length <= MOST_CHARACTERS_OF_WHY) return why;
  throw new UsageError(`--why has ${why.length} characters, and the limit is ${MOST_CHARACTERS_OF_WHY}`);
}

/** Runs a flow, which is imported only now, on the delivery that the options name. */
async function onDelivery<R>(
  load: () => Promise<DeliveriesFlow<R>>,
  request: R,
  options: ServiceOptions,
  terminal: Terminal,
): Promise<Report> {
  const [{ withDeps }, flow] = await Promise.all([import('./deps'), load()]);
  return withDeps(options, terminal, (deps) => flow(request, deps));
}
