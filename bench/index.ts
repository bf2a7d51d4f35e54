// Measures what the README says about size, start, calls and speed, on this machine, and prints it.
import { runAsCommand } from '../scripts/command';
import { measureCost } from './cost';
import { measureDrain } from './drain';
import { measurePackages } from './packages';
import { measurePoll } from './poll';
import { measureQuota } from './quota';
import { measureWebhook } from './webhook';

async function main(): Promise<void> {
  await measurePackages(console.log);
  await measureWebhook(console.log);
  await measureDrain(console.log);
  await measureQuota(console.log);
  await measurePoll(console.log);
  await measureCost(console.log);
}

runAsCommand(module, main);
