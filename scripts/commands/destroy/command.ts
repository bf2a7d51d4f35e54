// destroy: deletes the service from the account, and its webhooks from the store.
import { defineCommand } from '../../terminal/command';
import { destroyOptions } from './options';

export const destroy = defineCommand({
  name: 'destroy',
  summary: "Delete the service's stacks, and the store's webhooks to it",
  description:
    'Shows a preview and asks for confirmation. A stack that delivers the orders into an ERP is deleted first, since ' +
    'it depends on the other. The tables stay, and the next deploy of the same stack uses them again. Needs --stage or ' +
    '--stack-name.',
  options: destroyOptions,
  examples: [
    'destroy --stage dev',
    'destroy --stage dev --only delivery',
    'destroy --stage dev --delete-data --yes',
    'destroy --local',
  ],
  run: async (options, terminal) => (await import('./destroy')).destroy(options, terminal),
});
