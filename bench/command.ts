// Measures the size, start time, calls, speed and cost that the documentation states, on this machine, and prints them.
import { defineCommand } from '../scripts/terminal/command';
import { measureCost } from './cost';
import { measureDelivery } from './delivery';
import { measureDrain } from './drain';
import { measurePackages } from './packages';
import { measurePoll } from './poll';
import { measureQuota } from './quota';
import { measureWebhook } from './webhook';

export const command = defineCommand({
  name: 'bench',
  summary: 'Measure size, start, calls, speed and cost on this machine; takes some minutes',
  options: {},
  examples: [],
  hasReport: false,
  run: async () => {
    await measurePackages(console.log);
    await measureWebhook(console.log);
    await measureDrain(console.log);
    await measureQuota(console.log);
    await measurePoll(console.log);
    await measureCost(console.log);
    await measureDelivery(console.log);
    return undefined;
  },
});
