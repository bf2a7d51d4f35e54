// The program: all its commands, in the order of its help. The code of a command is imported only when it runs.
import { audit } from './commands/audit/command';
import { backfill } from './commands/backfill/command';
import { bootstrap } from './commands/bootstrap/command';
import { build } from './commands/build/command';
import { deadLetters } from './commands/dead-letters/command';
import { deliveries } from './commands/deliveries/command';
import { deploy } from './commands/deploy/command';
import { destroy } from './commands/destroy/command';
import { erp } from './commands/erp/command';
import { orders } from './commands/orders/command';
import { pause, resume } from './commands/pause/command';
import { poll } from './commands/poll/command';
import { restore } from './commands/restore/command';
import { upload } from './commands/upload/command';
import { webhook } from './commands/webhook/command';
import { simulator, start } from './local/command';
import type { Command, Noun } from './terminal/command';
import { endWithReader, processIo } from './terminal/process-io';
import { createProgram, runProgram } from './terminal/program';
import { printWarningsPlainly } from './terminal/warnings';

/** The tree of commands. */
export const commands: readonly (Command | Noun)[] = [
  start,
  simulator,
  build,
  upload,
  bootstrap,
  deploy,
  destroy,
  pause,
  resume,
  poll,
  audit,
  backfill,
  restore,
  webhook,
  deadLetters,
  orders,
  deliveries,
  erp,
];

/** Runs one command line; the exit code is 0 done, 1 failed, 2 wrong usage. */
export async function main(args: readonly string[]): Promise<void> {
  endWithReader(process.stdout);
  printWarningsPlainly(processIo.note);
  process.exitCode = await runProgram(
    createProgram('order-replication', commands, processIo),
    args,
    processIo,
  );
}
