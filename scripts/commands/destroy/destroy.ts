// Deletes the service from the account, and its webhooks from the store. The tables stay unless the user confirms their
// deletion separately.
import { setTimeout as sleep } from 'node:timers/promises';

import { placeOf } from '../../service/clients';
import type { Clients } from '../../service/clients';
import { withClients } from '../../service/service';
import { recommend } from '../../service/service-options';
import type { ServiceOptions } from '../../service/service-options';
import { deleteStack } from '../../stack/stack-deletion';
import { describeStack, requireDeletable } from '../../stack/stack-state';
import type { Ask } from '../../terminal/ask';
import { PROGRAM } from '../../terminal/command';
import type { Print, Report, Terminal } from '../../terminal/command';
import { CommandError, UsageError } from '../../terminal/command-error';
import type { DestroyOptions } from './options';
import { readPreview, previewLines } from './preview';
import type { Preview } from './preview';
import { deleteTables, existingTables } from './tables';
import { deleteWebhooks } from './webhooks';

interface DestroyRequest {
  readonly deleteData: boolean;
  readonly yes: boolean;
  /** The options that name the service in a recommended command. */
  readonly service: ServiceOptions;
}

/** Throws CommandError for a problem that the user can fix, UsageError if no stack is named. */
export async function destroy(
  { deleteData, yes, ...options }: DestroyOptions,
  terminal: Terminal,
): Promise<Report> {
  const { stage = options.local ? 'dev' : undefined, stackName } = options;
  if (stage === undefined && stackName === undefined) {
    throw new UsageError('missing option: --stage or --stack-name must name the service');
  }
  const service = { ...options, stage: stage ?? 'dev' };
  return withClients(service, (clients, name) =>
    destroyStack(name, { deleteData, yes, service }, clients, terminal),
  );
}

async function destroyStack(
  stackName: string,
  request: DestroyRequest,
  clients: Clients,
  { note, ask }: Terminal,
): Promise<Report> {
  const stack = await describeStack(clients.cloudFormation, stackName);
  if (stack !== undefined) requireDeletable(stack);
  const tables = await existingTables(stackName, clients.dynamoDb);
  const { account, region } = await placeOf(clients);
  if (stack === undefined && tables.length === 0) {
    throw new CommandError(
      `There is no stack ${stackName} in ${region}, and no table of it. Check --stage, --stack-name and --region.`,
    );
  }
  // A stack's name is the same in every account, so typing it does not confirm the account.
  note(`In account ${account}, ${region}:`);
  if (stack === undefined) note(`The stack ${stackName} is already deleted.`);
  const preview = stack && (await readPreview(stack, clients));
  for (const line of previewLines(preview, tables, request.deleteData)) note(line);
  const place = { account, region, stackName };
  if (stack === undefined && !request.deleteData) {
    return { data: { ...place, isStackDeleted: false, deletedTables: [], keptTables: tables }, lines: [] };
  }

  await confirm(stackName, preview, request, ask);
  if (preview !== undefined) await deleteService(preview, request, clients, note);
  const remaining = await existingTables(stackName, clients.dynamoDb);
  if (request.deleteData) await deleteTables(remaining, clients.dynamoDb, note);
  return {
    data: {
      ...place,
      isStackDeleted: stack !== undefined,
      deletedTables: request.deleteData ? remaining : [],
      keptTables: request.deleteData ? [] : remaining,
    },
    lines: request.deleteData || remaining.length === 0 ? [] : [kept(stackName, request.service)],
  };
}

/** Asks both questions before anything is changed. */
async function confirm(
  stackName: string,
  preview: Preview | undefined,
  { yes, deleteData, service }: DestroyRequest,
  ask: Ask,
): Promise<void> {
  if (yes) return;
  if (preview?.references !== undefined && preview.references > 0) {
    throw new CommandError(
      `The Orders queue is not empty. Nothing was changed. Wait until the worker has processed the references (if it is paused: ${recommend('resume', service)}), or add --yes to delete them.`,
    );
  }
  const deleted = preview === undefined ? [] : ['the stack'];
  for (const target of deleteData ? [...deleted, 'the data in its tables, permanently'] : deleted) {
    const answer = await ask(`To delete ${target}, type ${stackName}: `);
    if (answer.trim() !== stackName)
      throw new CommandError('The typed name does not match. Nothing was changed.');
  }
}

async function deleteService(
  { stack, webhooks }: Preview,
  { yes }: DestroyRequest,
  clients: Clients,
  print: Print,
): Promise<void> {
  const { cloudFormation } = clients;
  if (typeof webhooks !== 'string') await deleteWebhooks(stack, webhooks, yes, clients, print);
  await deleteStack({ cloudFormation, print, sleep }, stack);
  print(`${stack.StackName ?? ''} is deleted.`);
}

const kept = (stackName: string, service: ServiceOptions) =>
  `Its tables are kept: the next ${PROGRAM} deploy with the same stage or --stack-name uses them again. Wait 1 min before it, because SQS refuses the names of deleted queues for 60 s. To delete the tables: ${recommend('destroy', { ...service, stackName })} --delete-data`;
