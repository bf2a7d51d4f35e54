// backfill: copies orders that are older than the service, through its own queue and worker.
import { defineCommand } from '../../terminal/command';
import { withStopSignal } from '../../terminal/signals';
import { backfillOptions } from './options';

export const backfill = defineCommand({
  name: 'backfill',
  summary: 'Copy the orders that the store already has, and leave their statuses unchanged',
  description:
    "The stack's own worker copies them, within the API quota; polls still advance new orders. It can be stopped " +
    'at any time: queued orders are copied, and the same command continues from there. Needs --from or --ids.',
  options: backfillOptions,
  examples: [
    'backfill --from 2025-01-01 --dry-run --stage prod',
    'backfill --from 2025-01-01 --to 2025-06-30 --status 10,2 --stage prod',
    'backfill --ids 100,101 --stage prod',
  ],
  run: (options, terminal) =>
    withStopSignal('Interrupted.', async (stop) =>
      (await import('./start')).startBackfill(options, terminal, stop),
    ),
});
