// npm run destroy: takes the service out of the account, and its webhooks out of the store. The tables stay unless
// somebody says twice that they may go.
import { setTimeout as sleep } from 'node:timers/promises';

import { placeOf, type Clients } from '../../service/clients';
import { readArguments, runAsCommand } from '../../terminal/arguments';
import { CommandError } from '../../terminal/command-error';
import { askOnTerminal, type Ask } from '../../terminal/ask';
import { deleteTables, existingTables } from './tables';
import { deleteWebhooks } from './webhooks';
import { fateOf, lookAhead, type Prospect } from './preview';
import { withClients } from '../../service/service';
import { serviceFlags, serviceUsage, fromFlags } from '../../service/service-flags';
import { describeStack, requireDeletable } from '../../stack/stack-state';
import { deleteStack } from '../../stack/stack-deletion';

const usage = `Usage: npm run destroy -- --stage dev [options]

Says what goes and what stays, asks, then deletes the store's webhooks that lead to the stack, and the stack.
Its tables stay, and the next deploy of the same stack takes them over.

  --delete-data   deletes the tables, too, all that was replicated; also when only they are left
  --yes           asks nothing, and goes on where references would be lost or the store cannot be reached
${serviceUsage.replace('dev (if left out)', 'dev')}`;

const flags = {
  ...serviceFlags,
  stage: { type: 'string' },
  'delete-data': { type: 'boolean' },
  yes: { type: 'boolean' },
} as const;

type Print = (line: string) => void;

interface Wish {
  readonly deleteData: boolean;
  readonly yes: boolean;
}

/** Runs one command line. Throws CommandError, in plain words, for all that the caller can put right. */
export async function destroy(
  args: readonly string[],
  print: Print,
  ask: Ask = askOnTerminal,
): Promise<void> {
  const { values } = readArguments(flags, usage, { args });
  const { stage = values.local === true ? 'dev' : undefined, 'stack-name': stackName } = values;
  if (stage === undefined && stackName === undefined) {
    throw new CommandError(`Which one? Give --stage or --stack-name.\n\n${usage}`);
  }
  const wish = { deleteData: values['delete-data'] === true, yes: values.yes === true };
  await withClients(fromFlags({ ...values, stage: stage ?? '' }), (clients, name) =>
    destroyStack(name, wish, clients, print, ask),
  );
}

async function destroyStack(
  stackName: string,
  wish: Wish,
  clients: Clients,
  print: Print,
  ask: Ask,
): Promise<void> {
  const stack = await describeStack(clients.cloudFormation, stackName);
  if (stack !== undefined) requireDeletable(stack);
  const tables = await existingTables(stackName, clients.dynamoDb);
  const { account, region } = await placeOf(clients);
  if (stack === undefined && tables.length === 0) {
    throw new CommandError(`There is neither a stack ${stackName} in ${region} nor a table of it.`);
  }
  // A stack's name is the same in every account, and answering with it would not show that this is another one.
  print(`In account ${account}, ${region}:`);
  if (stack === undefined) print(`The stack ${stackName} is gone already.`);
  const prospect = stack && (await lookAhead(stack, clients));
  for (const line of fateOf(prospect, tables, wish.deleteData)) print(line);
  if (stack === undefined && !wish.deleteData) return;

  await confirm(stackName, prospect, wish, ask);
  if (prospect !== undefined) await takeDown(prospect, wish, clients, print);
  const left = await existingTables(stackName, clients.dynamoDb);
  if (wish.deleteData) await deleteTables(left, clients.dynamoDb, print);
  else if (left.length > 0) print(kept(stackName));
}

/** Both questions come before anything is touched. */
async function confirm(
  stackName: string,
  prospect: Prospect | undefined,
  { yes, deleteData }: Wish,
  ask: Ask,
): Promise<void> {
  if (yes) return;
  if (prospect?.references !== undefined && prospect.references > 0) {
    throw new CommandError(
      `The Orders queue is not empty, so nothing was changed. Let the worker take what waits there (if it is paused: npm run resume -- --stack-name ${stackName}), or lose it by --yes.`,
    );
  }
  const deleted = prospect === undefined ? [] : ['the stack'];
  for (const what of deleteData ? [...deleted, 'the data in its tables, for good'] : deleted) {
    const answer = await ask(`To delete ${what}, type ${stackName}: `);
    if (answer.trim() !== stackName) throw new CommandError('That is another name: nothing was changed.');
  }
}

async function takeDown(
  { stack, webhooks }: Prospect,
  { yes }: Wish,
  clients: Clients,
  print: Print,
): Promise<void> {
  const { cloudFormation } = clients;
  if (typeof webhooks !== 'string') await deleteWebhooks(stack, webhooks, yes, clients, print);
  await deleteStack({ cloudFormation, print, sleep }, stack);
  print(`${stack.StackName ?? ''} is deleted.`);
}

const kept = (stackName: string) =>
  `Its tables are kept: npm run deploy with the same stage or --stack-name takes them over (after a minute: SQS refuses the names of deleted queues for 60 s), and npm run destroy -- --delete-data --stack-name ${stackName} deletes them.`;

runAsCommand(module, () => destroy(process.argv.slice(2), console.log));
