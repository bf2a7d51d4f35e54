// What each command of an operator calls on AWS, seen on its way to the deployed stack, against the table of permissions.
import { RestoreTableToPointInTimeCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';

import { dayOf } from '../../lambda/shared/runtime/time';
import { audit } from '../../scripts/commands/audit/command';
import { backfill } from '../../scripts/commands/backfill/command';
import { createCheckpoints } from '../../scripts/commands/backfill/checkpoint';
import { readSelection } from '../../scripts/commands/backfill/options';
import { nothing } from '../../scripts/commands/backfill/tally';
import { deadLetters } from '../../scripts/commands/dead-letters/command';
import { orders } from '../../scripts/commands/orders/command';
import { pause } from '../../scripts/commands/pause/command';
import { runCommand } from '../support/run-command';
import { runVerb } from '../support/run-noun';
import { poll } from '../../scripts/commands/poll/command';
import { restore } from '../../scripts/commands/restore/command';
import { webhook } from '../../scripts/commands/webhook/command';
import { commandPermissions } from '../support/command-permissions';
import type { CommandName } from '../support/command-permissions';
import { noise } from '../support/noise';
import { startAwsProxy } from '../../scripts/local/aws-proxy';
import type { AwsProxy } from '../../scripts/local/aws-proxy';
import { startLocalService } from './local-service';
import type { LocalService } from './local-service';
import { arn, needed } from './needed-permissions';
import { until } from '../support/until';

const EMAIL = 'ada@example.com';
const COPY = 'a-copy';

let service: LocalService;
let proxy: AwsProxy;
let calls: Set<string>;
/** The options by which a command reaches the service, through the proxy. */
let there: readonly string[];
/** Large: its parts are needed after an erasure, too. */
let large: number;
let failing: number;

jest.setTimeout(60_000);

beforeAll(async () => {
  service = await startLocalService({ ReadConsignments: 'true' });
  const { mini, simulator, stack } = service;
  proxy = await startAwsProxy(mini.endpoint, (call) => {
    for (const one of needed(call)) calls.add(one);
  });
  there = ['--local', '--aws-port', new URL(proxy.url).port];
  const extra = { a_new_field: noise(500_000, 1), staff_notes: `Write to ${EMAIL} ${noise(40_000, 2)}` };
  large = simulator.orders.add({ status_id: 11, extra }).id;
  failing = simulator.orders.add({ status_id: 11 }).id;
  simulator.faults.add({ endpoint: 'GET /orders/{id}', orderId: failing, kind: 'status', status: 400 });
  await stack.poll();
  await until(async () => (await service.ledgerRow(large))?.state === 'replicated');
  await isDead();
}, 60_000);
afterAll(async () => {
  await service.stop();
  await proxy.stop();
});

const isDead = () => until(async () => (await service.ledgerRow(failing))?.state === 'dead');
const output = (name: string) => service.stack.outputs[name] ?? '';
const silent = () => undefined;

/** What each command is asked for, in all its forms. */
const runs: Readonly<Record<CommandName, () => Promise<void>>> = {
  async poll() {
    await runCommand(poll, there);
  },

  async audit() {
    const day = dayOf(Date.parse(service.simulator.orders.get(large)?.date_created ?? ''));
    // It ends with an error where an order is open.
    await runCommand(audit, ['--from', day, '--to', day, ...there]).catch(silent);
  },

  async webhook() {
    for (const line of [['create'], ['list'], ['show'], ['enable'], ['delete', '--yes']])
      await runVerb(webhook, [...line, ...there]);
    await runVerb(webhook, ['send', '--order', String(large), ...there]);
  },

  async 'dead-letters'() {
    await runVerb(deadLetters, ['list', ...there]);
    await runVerb(deadLetters, ['show', '--order', String(failing), ...there]);
    await runVerb(deadLetters, ['redrive', '--all', ...there]);
    await until(async () => (await runVerb(deadLetters, ['list', ...there])).includes(`${failing}`));
    await runVerb(deadLetters, ['drop', '--all', '--yes', ...there]);
  },

  async backfill() {
    const { id } = service.simulator.orders.add({ status_id: 11, date_created: '2025-01-10T12:00:00Z' });
    const selection = readSelection({ ids: `${id}` }, Date.now());
    const timestamp = Date.now() - 3_600_000;
    await createCheckpoints(service.clients.documents, output('JobsTableName'), 90).save(
      { timestamp, outcome: 'backfill.running', selection, tally: nothing },
      timestamp,
    );
    await runCommand(backfill, ['--ids', `${id}`, '--restart', ...there]);
  },

  async 'orders erase'() {
    const delivery = `${new Date().toISOString()}#request`;
    const webhookOfCart = {
      scope: 'store/cart/converted',
      data: { type: 'cart', id: 'b0386708', orderId: large },
    };
    const { documents } = service.clients;
    const Item = { orderId: large, delivery, webhook: webhookOfCart };
    await documents.send(new PutCommand({ TableName: output('WebhooksTableName'), Item }));
    // Of a worker that was killed.
    const part = { order_id: large, part: '2020-01-01T00:00:00.000Z#a1b2#0000', data: Buffer.from('x') };
    await documents.send(new PutCommand({ TableName: output('OrderPartsTableName'), Item: part }));
    await runVerb(orders, ['erase', '--email', EMAIL, '--yes', ...there]);
  },

  async restore() {
    await runCommand(pause, ['--local', '--aws-port', String(service.mini.port)]);
    calls.clear();
    for (const table of ['Orders', 'OrderParts', 'Ledger', 'Jobs', 'Webhooks']) {
      const from = `${output(`${table}TableName`)}-${COPY}`;
      await aCopyOf(output(`${table}TableName`), from);
      await runCommand(restore, ['--table', table, '--from', from, ...there]);
      await runCommand(restore, ['--table', table, '--from', from, '--overwrite', '--yes', ...there]);
    }
  },
};

async function aCopyOf(SourceTableName: string, TargetTableName: string): Promise<void> {
  const { dynamoDb } = service.clients;
  const request = { SourceTableName, TargetTableName, UseLatestRestorableTime: true };
  await dynamoDb.send(new RestoreTableToPointInTimeCommand(request));
  await waitUntilTableExists(
    { client: dynamoDb, maxWaitTime: 30, minDelay: 1 },
    { TableName: TargetTableName },
  );
}

/** As the table has it: without region and account, and by the names of the outputs for what AWS names. */
function shortened(call: string): string {
  const [action = '', resource = ''] = call.split(' ');
  const secrets = ['BigCommerceSecretArn', 'WebhookSecretArn'];
  const secret = secrets.find((name) => output(name) === resource);
  if (secret !== undefined) return `${action} ${secret}`;
  if (resource.endsWith(`-${COPY}`)) return `${action} table/the copy`;
  return `${action} ${resource.split(':').slice(5).join(':').replace(service.stack.stackName, '<stack>')}`;
}

it.each(Object.keys(runs) as readonly CommandName[])(
  'the command %s makes the calls that the table of permissions lists, on the resources that it lists',
  async (name) => {
    calls = new Set();
    await runs[name]();
    const stack = arn('cloudformation', `stack/${service.stack.stackName}/*`);
    const expected: readonly string[] = commandPermissions[name];
    const called = new Set([...calls].filter((call) => !call.endsWith(stack)).map(shortened));
    expect([...called].sort()).toEqual([...expected].sort());
    expect([...calls].filter((call) => call.endsWith(stack))).toEqual([
      `cloudformation:DescribeStacks ${stack}`,
    ]);
  },
);
