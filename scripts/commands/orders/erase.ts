// npm run erase: erases the people in every stored order that carries an address, for good, and keeps the totals.
import { setTimeout as sleep } from 'node:timers/promises';

import { paginateScan } from '@aws-sdk/lib-dynamodb';

import { MissingPartsError } from '../../../lambda/shared/runtime/errors';
import { personalEmails } from '../../../lambda/shared/order/personal-data';
import { awsClock } from '../../service/aws-clock';
import { readArguments, runAsCommand } from '../../terminal/arguments';
import { CommandError } from '../../terminal/command-error';
import { eraseOrder, readOrder, type EraseDeps } from './erase-order';
import { outputOf, withService, type Service } from '../../service/service';
import { serviceFlags, serviceUsage, fromFlags } from '../../service/service-flags';

const usage = `Usage: npm run erase -- --email <address> [options]

Finds every stored order that carries the address, erases all that is personal in it, and notes in the ledger that it
is never to be stored again. Totals, lines, statuses and ids stay. It cannot be taken back.
Run it again after a restore: it removes what came back.

  --email         of the customer, or of the recipient of a parcel, a download or a gift certificate
  --dry-run       say which orders it would erase, and change nothing
${serviceUsage}`;

const flags = { ...serviceFlags, email: { type: 'string' }, 'dry-run': { type: 'boolean' } } as const;

interface Wish {
  /** In lower case. */
  readonly email: string;
  readonly dryRun: boolean;
}

type Print = (line: string) => void;
type EraseService = Pick<Service, 'stackName' | 'outputs'> & {
  readonly clients: Pick<Service['clients'], 'documents'>;
};
type Time = Pick<EraseDeps, 'now' | 'sleep'>;

/** Runs one command line. Throws CommandError, in plain words, for all that the caller can put right. */
export async function erase(args: readonly string[], print: Print): Promise<void> {
  const { values } = readArguments(flags, usage, { args });
  const wish = { email: readEmail(values.email), dryRun: values['dry-run'] ?? false };
  await withService(fromFlags(values), (service) => {
    const now = awsClock(service.clients.dynamoDb);
    return eraseAll(service, wish, print, { now, sleep });
  });
}

/** The message leaves out what was given: it may be an address all the same. */
function readEmail(given: string | undefined): string {
  const email = given?.trim().toLowerCase();
  if (email === undefined) throw new CommandError(`Whose orders? Give --email.\n\n${usage}`);
  if (/^[^@\s"<>]+@[^@\s"<>]+$/.test(email)) return email;
  throw new CommandError('--email takes one bare address, such as ada@example.com.');
}

export async function eraseAll(
  service: EraseService,
  { email, dryRun }: Wish,
  print: Print,
  time: Time,
): Promise<void> {
  const ordersTable = outputOf(service, 'OrdersTableName');
  const orderPartsTable = outputOf(service, 'OrderPartsTableName');
  const ledgerTable = outputOf(service, 'LedgerTableName');
  const webhooksTable = outputOf(service, 'WebhooksTableName');
  const tables = { ordersTable, orderPartsTable, ledgerTable, webhooksTable };
  const deps = { ...time, documents: service.clients.documents, ...tables };
  const count = { looked: 0, found: 0 };
  const busy: number[] = [];
  const unreadable: number[] = [];
  for await (const { id, emails, wasErased, isWhole } of ordersIn(deps)) {
    count.looked += 1;
    if (!isWhole) unreadable.push(id);
    if (count.looked % PROGRESS_ORDERS === 0) print(`Looked at ${count.looked} orders …`);
    if (!emails.has(email) && (dryRun || !wasErased)) continue;
    const onWait = () => print(`Order ${id} is with a worker: waiting for it, five minutes at most …`);
    const erasure = dryRun ? 'erased' : await eraseOrder(id, email, deps, onWait);
    if (erasure === 'busy') busy.push(id);
    if (erasure !== 'erased') continue;
    count.found += 1;
    print(dryRun ? `Would erase order ${id}.` : `Erased order ${id}.`);
  }
  if (count.found > 0 || busy.length === 0) print(sum(count, dryRun, ordersTable));
  if (unreadable.length > 0) throw new CommandError(notReadable(unreadable));
  if (busy.length > 0) throw new CommandError(notErased(busy));
}

const PROGRESS_ORDERS = 10_000;

/** Every row of the table; in what order is DynamoDB's own affair. */
async function* ordersIn(deps: EraseDeps) {
  const { documents: client, ordersTable: TableName } = deps;
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    for (const item of Items) {
      const order = await readOrder(item, deps).catch((error: unknown) => {
        if (error instanceof MissingPartsError) return undefined;
        throw error;
      });
      const emails = order === undefined ? new Set<string>() : personalEmails(order);
      const wasErased = order?.replication?.erased_at !== undefined;
      yield { id: Number(item['id']), emails, wasErased, isWhole: order !== undefined };
    }
  }
}

interface Count {
  readonly looked: number;
  readonly found: number;
}

function sum({ looked, found }: Count, dryRun: boolean, table: string): string {
  if (found === 0) return `No order carries this address: looked at ${looked} in ${table}.`;
  const those = `${found} of ${looked} orders in ${table}`;
  return dryRun
    ? `A dry run: it would erase ${those}; nothing was changed.`
    : `Erased ${those}.\n${notReached}`;
}

const notReached = `Not reached: the tables' backups, which go back 35 days (a restored copy has the orders as they were); its stream,
which keeps them for 24 hours; BigCommerce itself; and whoever has taken the orders on. These get a MODIFY event for each,
whose new image has replication.erased_at.`;

const notReadable = (ids: readonly number[]) =>
  `Parts of order ${ids.join(', ')} are missing, so that nobody can say whom they are about. Send each to the worker, which ` +
  'stores it anew (npm run webhook -- send --order), and run this again.';

const notErased = (ids: readonly number[]) =>
  `Not erased, since a worker had it for five minutes or stored it meanwhile: order ${ids.join(', ')}. Run it again.`;

runAsCommand(module, () => erase(process.argv.slice(2), console.log));
