// restore: puts rows of a restored copy of a table back into the service's own table.
import { defineCommand } from '../../terminal/command';
import { restoreOptions } from './options';

export const restore = defineCommand({
  name: 'restore',
  summary: 'Put back the rows of a restored copy that a table of the service lacks',
  description:
    'Rows that are there stay as they are; --overwrite replaces them, and asks first. Rows of people who were ' +
    "erased after the copy's moment are not put back. Restore the Ledger before Orders, and Orders before " +
    'OrderParts; then run "orders erase" again for each address that was erased after that moment.',
  options: restoreOptions,
  examples: [
    'restore --table Orders --from OrderReplication-prod-Orders-restored --stage prod',
    'restore --table Orders --from OrderReplication-prod-Orders-restored --order 100 --overwrite --stage prod',
  ],
  run: async (options, terminal) => (await import('./restore')).restore(options, terminal),
});
