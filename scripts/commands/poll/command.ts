// poll: polls the store now instead of at the schedule's next hour, and reports the job.
import { serviceOptions } from '../../service/service-options';
import { defineCommand } from '../../terminal/command';

export const poll = defineCommand({
  name: 'poll',
  summary: 'Poll the store now, and report what was found, queued and excluded',
  description:
    'Waits for the end of the poll, 5 minutes at most. Two polls at the same time do no harm. Ctrl-C ends the ' +
    'waiting, not the poll.',
  options: serviceOptions,
  examples: ['poll --stage prod', 'poll --local --output json'],
  run: async (options, { note }) => (await import('./poll')).poll(options, note),
});
