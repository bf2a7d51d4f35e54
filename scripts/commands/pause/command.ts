// pause and resume: stop and start the scheduled polls and audits, and the worker.
import { serviceOptions } from '../../service/service-options';
import { defineCommand } from '../../terminal/command';

export const pause = defineCommand({
  name: 'pause',
  summary: 'Stop the scheduled polls and audits, and the worker',
  description:
    'Webhooks are still accepted: their references stay in the Orders queue for at most 4 days. Nothing else in the ' +
    'stack changes, and a deploy keeps it paused. The polls of "npm start" continue; the orders that they queue wait.',
  options: serviceOptions,
  examples: ['pause --stage prod', 'pause --local'],
  run: async (options, { note }) => (await import('./pause')).setPaused(true, options, note),
});

export const resume = defineCommand({
  name: 'resume',
  summary: 'Resume the polls, the audits and the worker, and poll immediately',
  options: serviceOptions,
  examples: ['resume --stage prod', 'resume --local'],
  run: async (options, { note }) => (await import('./pause')).setPaused(false, options, note),
});
