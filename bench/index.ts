// Measures what the README says about size, start, calls and speed, on this machine, and prints it.
import { readArguments, runAsCommand } from '../scripts/terminal/arguments';
import { measureCost } from './cost';
import { measureDrain } from './drain';
import { measurePackages } from './packages';
import { measurePoll } from './poll';
import { measureQuota } from './quota';
import { measureWebhook } from './webhook';

const usage = `Usage: npm run bench

Measures size, start, calls, speed and cost on this machine; takes some minutes.`;

async function main(): Promise<void> {
  readArguments({}, usage);
  await measurePackages(console.log);
  await measureWebhook(console.log);
  await measureDrain(console.log);
  await measureQuota(console.log);
  await measurePoll(console.log);
  await measureCost(console.log);
}

runAsCommand(module, main);
