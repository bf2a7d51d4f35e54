// Erases the people in every stored order that contains an address, permanently, and keeps the totals.
import { setTimeout as sleep } from 'node:timers/promises';

import { awsClock } from '../../service/aws-clock';
import { outputOf, withService } from '../../service/service';
import type { Service } from '../../service/service';
import { recommend } from '../../service/service-options';
import type { ServiceOptions } from '../../service/service-options';
import { confirmByName } from '../../terminal/ask';
import type { Report, Terminal } from '../../terminal/command';
import { UsageError } from '../../terminal/command-error';
import { eraseOrder } from './erase-order';
import type { EraseDeps } from './erase-order';
import { erasureReport } from './erasure-report';
import type { Erasures } from './erasure-report';
import { findOrders } from './find-orders';
import type { FoundOrders } from './find-orders';

export interface EraseRequest {
  /** In lower case. */
  readonly email: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

export interface EraseAllDeps extends Terminal, Pick<EraseDeps, 'now' | 'sleep'> {
  readonly service: Pick<Service, 'stackName' | 'outputs'> & {
    readonly clients: Pick<Service['clients'], 'documents'>;
  };
  /** A command to recommend for the same service, such as `webhook send`. */
  readonly recommend: (command: string) => string;
}

interface EraseOptions extends ServiceOptions {
  readonly email: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** Throws CommandError for a problem that the user can fix, UsageError for no address. */
export function erase({ email, dryRun, yes, ...options }: EraseOptions, terminal: Terminal): Promise<Report> {
  const request = { email: readEmail(email), dryRun, yes };
  return withService(options, (service) => {
    const now = awsClock(service.clients.dynamoDb);
    const forThis = (command: string) => recommend(command, options);
    return eraseAll(request, { ...terminal, service, now, sleep, recommend: forThis });
  });
}

/** The message does not repeat the value, which may be an address. */
function readEmail(given: string): string {
  const email = given.trim().toLowerCase();
  if (/^[^@\s"<>]+@[^@\s"<>]+$/.test(email)) return email;
  throw new UsageError('--email requires one bare address, such as ada@example.com.');
}

/** Reads all orders before one is erased. Orders that could not be erased are the problem of the report. */
export async function eraseAll(request: EraseRequest, deps: EraseAllDeps): Promise<Report> {
  const { service, note, ask, recommend } = deps;
  const { email, dryRun, yes } = request;
  const tables = {
    ordersTable: outputOf(service, 'OrdersTableName'),
    orderPartsTable: outputOf(service, 'OrderPartsTableName'),
    ledgerTable: outputOf(service, 'LedgerTableName'),
    webhooksTable: outputOf(service, 'WebhooksTableName'),
  };
  const orderDeps = { now: deps.now, sleep: deps.sleep, documents: service.clients.documents, ...tables };
  const found = await findOrders(email, orderDeps, note);
  if (!dryRun && !yes && found.matching.length > 0) {
    for (const id of found.matching) note(`Would erase order ${id}.`);
    const orders = found.matching.length === 1 ? '1 order' : `${found.matching.length} orders`;
    const purpose = `To erase the people in ${orders} permanently`;
    await confirmByName(purpose, service.stackName, ask);
  }
  const erasures = dryRun
    ? { erased: found.matching, busy: [] }
    : await eraseEach(found, email, orderDeps, note);
  return erasureReport({ dryRun, found, erasures, table: tables.ordersTable }, recommend);
}

async function eraseEach(
  { toErase }: FoundOrders,
  email: string,
  deps: EraseDeps,
  note: Terminal['note'],
): Promise<Erasures> {
  const erased: number[] = [];
  const busy: number[] = [];
  for (const id of toErase) {
    const onWait = () => note(`A worker holds order ${id}: waiting for at most 5 min …`);
    const erasure = await eraseOrder(id, email, deps, onWait);
    if (erasure === 'busy') busy.push(id);
    if (erasure !== 'erased') continue;
    erased.push(id);
    note(`Erased order ${id}.`);
  }
  return { erased, busy };
}
