// destroy: takes the service out of the account, and its webhooks out of the store.
import { defineCommand } from '../../terminal/command';
import { destroyOptions } from './options';

export const destroy = defineCommand({
  name: 'destroy',
  summary: 'Delete the stack, and the webhooks of the store that lead to it',
  description:
    'Shows what is deleted and what stays, and asks first. The tables stay, and the next deploy of the same ' +
    'stack takes them over. Needs --stage or --stack-name.',
  options: destroyOptions,
  examples: ['destroy --stage dev', 'destroy --stage dev --delete-data --yes', 'destroy --local'],
  run: async (options, terminal) => (await import('./destroy')).destroy(options, terminal),
});
