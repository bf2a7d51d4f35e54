// Measures the size, start time, calls, speed and cost that the documentation states, on this machine, and prints them.
import { defineCommand } from '../scripts/terminal/command';
import { measureCost } from './cost';
import { measureDelivery } from './delivery';
import { measureLatency } from './delivery-latency';
import { measureDrain } from './drain';
import { Limits } from './limits';
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
    const limits = new Limits();
    await measurePackages(console.log, limits);
    await measureWebhook(console.log);
    await measureDrain(console.log, limits);
    await measureQuota(console.log, limits);
    await measurePoll(console.log, limits);
    await measureCost(console.log);
    await measureDelivery(console.log, limits);
    await measureLatency(console.log, limits);
    limits.assertKept();
    return undefined;
  },
});
