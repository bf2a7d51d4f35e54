// The options of restore.
import { serviceOptions } from '../../service/service-options';
import { choice, flag, required, text, wholeNumber } from '../../terminal/options';
import type { OptionsOf } from '../../terminal/options';

/** The tables of the stack that delivers orders into an ERP. */
export const deliveryTables = ['Deliveries', 'DeliveryKeys'] as const;

export const tables = ['Orders', 'OrderParts', 'Ledger', 'Jobs', 'Webhooks', ...deliveryTables] as const;

/** Whether the table is one of the stack that delivers orders into an ERP. */
export const isOfDelivery = (table: string): boolean => deliveryTables.some((one) => one === table);

export const restoreOptions = {
  ...serviceOptions,
  table: required(choice('<table>', tables, "the service's own table")),
  from: required(text('<table>', 'the copy, as "aws dynamodb restore-table-to-point-in-time" made it')),
  order: wholeNumber('<id>', [1, 999_999_999], 'only the rows of this order'),
  overwrite: flag('also replace existing rows that differ; only while the service is paused'),
  yes: flag('do not ask for confirmation'),
} as const;

export type RestoreOptions = OptionsOf<typeof restoreOptions>;

/** The options without those that name the service. */
export type RestoreRequest = Pick<RestoreOptions, 'table' | 'from' | 'order' | 'overwrite' | 'yes'>;
