// restore: copies rows from a restored copy of a table back into the service's own table.
import { defineCommand } from '../../terminal/command';
import { restoreOptions } from './options';

export const restore = defineCommand({
  name: 'restore',
  summary: 'Restore the rows that a table of the service lacks from a copy of it',
  description:
    'Existing rows stay unchanged; --overwrite replaces them, after a confirmation. Rows of people who were erased ' +
    'after the time of the copy are not restored. Restore the Ledger before Orders, and Orders before OrderParts. ' +
    'Then run "orders erase" again for each address that was erased after that time. After Deliveries or DeliveryKeys, ' +
    'run "deliveries account --erp", which looks every delivered order up in the ERP.',
  options: restoreOptions,
  examples: [
    'restore --table Orders --from OrderReplication-prod-Orders-restored --stage prod',
    'restore --table Orders --from OrderReplication-prod-Orders-restored --order 100 --overwrite --stage prod',
  ],
  run: async (options, terminal) => (await import('./restore')).restore(options, terminal),
});
