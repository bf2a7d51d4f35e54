// Deletes the service from the account, and its webhooks from the store. The tables stay unless the user confirms their
// deletion separately. A stack that reads the exports of another one is deleted before it.
import { setTimeout as sleep } from 'node:timers/promises';

import { placeOf } from '../../service/clients';
import type { Clients } from '../../service/clients';
import { withClients } from '../../service/service';
import { recommend } from '../../service/service-options';
import type { ServiceOptions } from '../../service/service-options';
import { addedKinds, nameOfStack } from '../../stack/service-stacks';
import type { AddedKind, StackKind } from '../../stack/service-stacks';
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
  /** The only stack to delete; all stacks of the service if undefined. */
  readonly only: AddedKind | undefined;
  /** The options that name the service in a recommended command. */
  readonly service: ServiceOptions;
}

/** Throws CommandError for a problem that the user can fix, UsageError if no stack is named. */
export async function destroy(
  { deleteData, yes, only, ...options }: DestroyOptions,
  terminal: Terminal,
): Promise<Report> {
  const { stage = options.local ? 'dev' : undefined, stackName } = options;
  if (stage === undefined && stackName === undefined) {
    throw new UsageError('missing option: --stage or --stack-name must name the service');
  }
  const service = { ...options, stage: stage ?? 'dev' };
  return withClients(service, (clients, name) =>
    destroyStacks(name, { deleteData, yes, only, service }, clients, terminal),
  );
}

/** The replication last: the others read its exports. */
const kindsOf = ({ only }: DestroyRequest): readonly StackKind[] =>
  only === undefined ? [...addedKinds.toReversed(), 'replication'] : [only];

async function destroyStacks(
  replicationStackName: string,
  request: DestroyRequest,
  clients: Clients,
  { note, ask }: Terminal,
): Promise<Report> {
  const kinds = kindsOf(request);
  const stackName = nameOfStack(request.only ?? 'replication', replicationStackName);
  const stacks = await readStacks(kinds, replicationStackName, clients);
  const withTables = kinds.toReversed();
  const tables = await existingTables(withTables, replicationStackName, clients.dynamoDb);
  const { account, region } = await placeOf(clients);
  if (stacks.length === 0 && tables.length === 0) {
    throw new CommandError(
      `There is no stack ${stackName} in ${region}, and no table of it. Check --stage, --stack-name and --region.`,
    );
  }
  // A stack's name is the same in every account, so typing it does not confirm the account.
  note(`In account ${account}, ${region}:`);
  const isDeleted = !stacks.some((one) => one.StackName === stackName);
  if (isDeleted) note(`The stack ${stackName} is already deleted.`);
  const previews: Preview[] = [];
  for (const stack of stacks) previews.push(await readPreview(stack, clients));
  for (const line of previewLines(previews, tables, request.deleteData)) note(line);
  const place = { account, region, stackName };
  if (previews.length === 0 && !request.deleteData) {
    return {
      data: { ...place, isStackDeleted: false, deletedStacks: [], deletedTables: [], keptTables: tables },
      lines: [],
    };
  }

  await confirm(stackName, previews, request, ask);
  for (const preview of previews) await deleteService(preview, request, clients, note);
  const remaining = await existingTables(withTables, replicationStackName, clients.dynamoDb);
  if (request.deleteData) await deleteTables(remaining, clients.dynamoDb, note);
  return {
    data: {
      ...place,
      isStackDeleted: !isDeleted,
      deletedStacks: stacks.map(({ StackName }) => StackName ?? ''),
      deletedTables: request.deleteData ? remaining : [],
      keptTables: request.deleteData ? [] : remaining,
    },
    lines: request.deleteData || remaining.length === 0 ? [] : [kept(replicationStackName, request)],
  };
}

/** The stacks that exist. Throws CommandError if one of them cannot be deleted: then none is. */
async function readStacks(kinds: readonly StackKind[], replicationStackName: string, clients: Clients) {
  const found = [];
  for (const kind of kinds.toReversed()) {
    const stack = await describeStack(clients.cloudFormation, nameOfStack(kind, replicationStackName));
    if (stack === undefined) continue;
    requireDeletable(stack);
    found.unshift(stack);
  }
  return found;
}

/** Asks both questions before anything is changed. */
async function confirm(
  stackName: string,
  previews: readonly Preview[],
  { yes, deleteData, service }: DestroyRequest,
  ask: Ask,
): Promise<void> {
  if (yes) return;
  if (previews.some(({ unfinished = 0 }) => unfinished > 0)) {
    throw new CommandError(
      `The Orders queue is not empty. Nothing was changed. Wait until the worker has processed the references (if it is paused: ${recommend('resume', service)}), or add --yes to delete them.`,
    );
  }
  const deleted = previews.length === 0 ? [] : [previews.length === 1 ? 'the stack' : 'the stacks'];
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
  if (typeof webhooks !== 'string' && webhooks.length > 0) {
    await deleteWebhooks(stack, webhooks, yes, clients, print);
  }
  await deleteStack({ cloudFormation, print, sleep }, stack);
  print(`${stack.StackName ?? ''} is deleted.`);
}

const kept = (stackName: string, { service, only }: DestroyRequest) => {
  const again = only === undefined ? 'deploy' : `deploy --with ${only}`;
  const rest = only === undefined ? '' : ` --only ${only}`;
  return `Its tables are kept: the next ${PROGRAM} ${again} with the same stage or --stack-name uses them again. Wait 1 min before it, because SQS refuses the names of deleted queues for 60 s. To delete the tables: ${recommend('destroy', { ...service, stackName })}${rest} --delete-data`;
};
