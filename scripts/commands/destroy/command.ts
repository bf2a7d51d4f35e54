// destroy: deletes the service from the account, and its webhooks from the store.
import { defineCommand } from '../../terminal/command';
import { destroyOptions } from './options';

export const destroy = defineCommand({
  name: 'destroy',
  summary: "Delete the stack, and the store's webhooks to it",
  description:
    'Shows a preview and asks for confirmation. The tables stay, and the next deploy of the same stack uses them ' +
    'again. Needs --stage or --stack-name.',
  options: destroyOptions,
  examples: ['destroy --stage dev', 'destroy --stage dev --delete-data --yes', 'destroy --local'],
  run: async (options, terminal) => (await import('./destroy')).destroy(options, terminal),
});
