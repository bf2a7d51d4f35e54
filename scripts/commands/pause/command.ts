// pause and resume: stop and start the scheduled polls and audits, and the worker.
import { serviceOptions } from '../../service/service-options';
import { addedKinds } from '../../stack/service-stacks';
import { defineCommand } from '../../terminal/command';
import { choice } from '../../terminal/options';

const options = {
  ...serviceOptions,
  only: choice('<stack>', addedKinds, 'this stack instead of the replication'),
};

export const pause = defineCommand({
  name: 'pause',
  summary: 'Stop the scheduled polls and audits, and the worker',
  description:
    'Webhooks are still accepted: their references stay in the Orders queue for at most 4 days. Nothing else in the ' +
    'stack changes, and a deploy keeps it paused. The polls of "npm start" continue; the orders that they queue wait. ' +
    'With --only delivery, the deliveries into the ERP stop instead, and the replication continues: replicated orders ' +
    'are noted, and are delivered after resume --only delivery.',
  options,
  examples: ['pause --stage prod', 'pause --stage prod --only delivery', 'pause --local'],
  run: async (given, { note }) => (await import('./pause')).setPaused(true, given, note),
});

export const resume = defineCommand({
  name: 'resume',
  summary: 'Resume the polls, the audits and the worker, and poll immediately',
  options,
  examples: ['resume --stage prod', 'resume --stage prod --only delivery', 'resume --local'],
  run: async (given, { note }) => (await import('./pause')).setPaused(false, given, note),
});
