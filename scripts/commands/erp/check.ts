// erp check: the mapping file against itself, against the ERP, and against the stored orders of the last days.
import type { LoadedMapping } from '../../../lambda/shared/delivery/mapping';
import { createFinishedOrders } from '../../../lambda/shared/tables/finished-orders';
import { readMapping } from '../../packages/mapping-file';
import { withDelivery } from '../../service/delivery-service';
import type { DeliveryDeps } from '../../service/delivery-service';
import { checkMapping } from '../../service/delivery-tasks';
import { outputOf, requireStack } from '../../service/service';
import type { ServiceOptions } from '../../service/service-options';
import { outputsOf } from '../../stack/stack-state';
import type { Report, Terminal } from '../../terminal/command';
import { withStopSignal } from '../../terminal/signals';
import type { CheckDeps } from './check-deps';
import { checkRecentOrders } from './check-orders';
import { checkReport } from './check-report';

interface CheckOptions extends ServiceOptions {
  /** Undefined for the file of the project. */
  readonly file: string | undefined;
  readonly days: number;
}

export interface CheckRequest {
  readonly mapping: LoadedMapping;
  /** Its file; undefined for erp/mapping.json. */
  readonly file?: string | undefined;
  readonly days: number;
}

/** Throws CommandError for a file that is not usable, which is found before any call, and if the worker fails. */
export async function check({ file, days, ...options }: CheckOptions, { note }: Terminal): Promise<Report> {
  const mapping = await readMapping(file);
  return withStopSignal('Interrupted. Nothing was changed.', (stop) =>
    withDelivery(options, async ({ service, now, recommend }) => {
      const finished = createFinishedOrders(service.clients.documents, await ledgerTableOf(service));
      return checkAll({ mapping, file, days }, { service, now, recommend, finished, note, stop });
    }),
  );
}

/** The ledger knows which orders were stored when, and only the stack of the replication names it. */
async function ledgerTableOf({ clients, parameters }: DeliveryDeps['service']): Promise<string> {
  const stackName = parameters['ReplicationStackName'] ?? '';
  const outputs = outputsOf(await requireStack(clients, stackName));
  return outputOf({ stackName, outputs }, 'LedgerTableName');
}

/** Checks the orders also where the mapping has findings: both lists are worked through together. */
export async function checkAll({ mapping, file, days }: CheckRequest, deps: CheckDeps): Promise<Report> {
  deps.note('The worker compares the mapping with the ERP …');
  const checked = await checkMapping(mapping.mapping, deps.service);
  const canAskErp = !checked.findings.some(({ about }) => about === 'credentials' || about === 'erp');
  const orders = days > 0 && canAskErp ? await checkRecentOrders(mapping, days, deps) : undefined;
  return checkReport({ checked, orders, days, file, isSkipped: days > 0 && !canAskErp }, deps.recommend);
}
