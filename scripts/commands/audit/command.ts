// audit: accounts for every order that the store lists in a window of days, and queues missing orders again.
import { serviceOptions } from '../../service/service-options';
import { defineCommand } from '../../terminal/command';
import { flag, text } from '../../terminal/options';

export const audit = defineCommand({
  name: 'audit',
  summary: 'Account for every order of some days, and queue missing orders again',
  description:
    'Every order that the store lists as created in the window is copied, queued, dead, or excluded with a ' +
    'reason. Any other order is missing: it is reported and queued again. The exit code is 1 if any order is ' +
    'missing. Ctrl-C ends the command after the current day; the results of finished days are kept.',
  options: {
    ...serviceOptions,
    from: text('<day>', 'the first day, UTC; yesterday if omitted'),
    to: text('<day>', 'the last day, today at the latest; yesterday if omitted'),
    dryRun: flag('queue nothing and store no result'),
  },
  examples: ['audit --stage prod', 'audit --from 2026-11-01 --to 2026-11-20 --stage prod'],
  run: async (options, { note }) => (await import('./audit')).audit(options, note),
});
