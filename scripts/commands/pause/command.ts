// pause and resume: the switch of the scheduled polls and audits, and of the worker.
import { serviceOptions } from '../../service/service-options';
import { defineCommand } from '../../terminal/command';

export const pause = defineCommand({
  name: 'pause',
  summary: 'Stop the scheduled polls and audits, and the worker',
  description:
    'Webhooks are still accepted: their references wait in the Orders queue, for 4 days. Nothing else of the ' +
    'stack changes, and a deploy leaves it paused. The polls of "npm start" do not stop; what they queue waits.',
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
