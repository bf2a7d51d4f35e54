// poll: polls the store now, outside the schedule, and reports the job.
import { serviceOptions } from '../../service/service-options';
import { defineCommand } from '../../terminal/command';

export const poll = defineCommand({
  name: 'poll',
  summary: 'Poll the store now, and report which orders were found, queued and excluded',
  description:
    'Waits for the end of the poll, at most 5 min. Two polls at the same time are harmless. Ctrl-C stops the ' +
    'waiting, not the poll.',
  options: serviceOptions,
  examples: ['poll --stage prod', 'poll --local --output json'],
  run: async (options, { note }) => (await import('./poll')).poll(options, note),
});
