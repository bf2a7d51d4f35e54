// orders: commands for stored orders.
import { serviceOptions } from '../../service/service-options';
import { defineCommand } from '../../terminal/command';
import type { Noun } from '../../terminal/command';
import { flag, required, text } from '../../terminal/options';

const erase = defineCommand({
  name: 'erase',
  summary: 'Erase the people in every stored order that contains an email address, permanently',
  description:
    'Erases all personal data in these orders, and marks them in the ledger, so that the data is never stored again. ' +
    'Totals, lines, statuses and ids stay. Shows the orders and asks for confirmation. Run it again after a restore, ' +
    'which may have brought data back.',
  options: {
    ...serviceOptions,
    email: required(
      text('<address>', 'of the customer, or of the recipient of a parcel, a download or a gift certificate'),
    ),
    dryRun: flag('show which orders would be erased, and change nothing'),
    yes: flag('do not ask for confirmation'),
  },
  examples: [
    'orders erase --email ada@example.com --dry-run --stage prod',
    'orders erase --email ada@example.com --stage prod',
  ],
  run: async (options, terminal) => (await import('./erase')).erase(options, terminal),
});

export const orders: Noun = {
  name: 'orders',
  summary: 'Erase the people in stored orders',
  commands: [erase],
};
