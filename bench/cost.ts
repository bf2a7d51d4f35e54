// The calls, capacity and invocations of 1,000 orders, to calculate their price: once found by one poll, once reported by
// webhooks. A proxy records each call of the deployed functions, and their logs have each invocation.
import { setTimeout as sleep } from 'node:timers/promises';
import { isRow } from '../lambda/shared/runtime/json';
import { startAwsProxy } from '../scripts/local/aws-proxy';
import type { AnsweredCall } from '../scripts/local/aws-proxy';
import { deployedFunctions } from '../scripts/local/deployed-functions';
import type { FunctionOutput } from '../scripts/local/deployed-functions';
import { withDeployed } from './deployed';
import type { BenchDeployment } from './deployed';
import { addOrders, drained } from './drain';
import type { Print } from '../scripts/terminal/command';

const ORDERS_BY_POLL = 1_000;
/** One after the other, each alone in its batch, as in a store with a few orders per minute. */
const ORDERS_BY_WEBHOOK = 200;

const functions: Readonly<Partial<Record<FunctionOutput, string>>> = {
  GetNewOrdersFunctionName: 'GetNewOrders',
  CartConvertedWebhookFunctionName: 'CartConvertedWebhook',
  ProcessOrdersFunctionName: 'ProcessOrders',
};

/** Prints the counts per 1,000 physical orders of two lines, without a failure. */
export async function measureCost(print: Print): Promise<void> {
  await counted(ORDERS_BY_POLL, print, 'found by one poll', async ({ simulator, stack }) => {
    addOrders(simulator, ORDERS_BY_POLL);
    await stack.poll();
    await drained(simulator, ORDERS_BY_POLL);
  });
  await counted(ORDERS_BY_WEBHOOK, print, 'reported by a webhook each', async ({ simulator, stack }) => {
    for (let order = 1; order <= ORDERS_BY_WEBHOOK; order += 1) {
      addOrders(simulator, 1);
      const orderId = simulator.orders.all().at(-1)?.id ?? 0;
      await simulator.deliverWebhook({ destination: stack.webhookUrl, orderId });
      await drained(simulator, order);
    }
  });
}

async function counted(
  orders: number,
  print: Print,
  how: string,
  replicate: (deployed: BenchDeployment) => Promise<void>,
): Promise<void> {
  await withDeployed({ latencyMs: 0 }, async (deployed) => {
    const calls: AnsweredCall[] = [];
    const proxy = await startAwsProxy(deployed.miniStack.endpoint, (call) => calls.push(call));
    try {
      const { leadThrough } = deployedFunctions({ ...deployed, mini: deployed.miniStack });
      for (const output of Object.keys(functions) as FunctionOutput[]) await leadThrough(output, proxy.url);
      await replicate(deployed);
      const logs = await untilEnded(deployed);
      print(`Per 1,000 orders (${orders} were counted), ${how}:`);
      const per = 1_000 / orders;
      for (const [what, count] of tally(calls, deployed, logs)) {
        print(`  ${what.padEnd(52)} ${(count * per).toFixed(0).padStart(7)}`);
      }
    } finally {
      await proxy.stop();
    }
  });
}

type Logs = ReadonlyMap<string, readonly string[]>;

/** The functions' logs, once every started invocation has ended. */
async function untilEnded(deployed: BenchDeployment): Promise<Logs> {
  for (;;) {
    const logs = new Map<string, string[]>();
    for (const name of Object.values(functions)) logs.set(name, await linesOf(name, deployed));
    const lines = [...logs.values()].flat();
    const count = (start: string) => lines.filter((line) => line.startsWith(start)).length;
    if (count('START ') === count('REPORT ')) return logs;
    await sleep(200);
  }
}

/** A direct request, because nothing else here needs a client for logs. MiniStack reads the service from the header. */
async function linesOf(name: string, { miniStack, stack }: BenchDeployment): Promise<string[]> {
  const lines: string[] = [];
  let nextToken: unknown;
  do {
    const answer = await fetch(miniStack.endpoint, {
      method: 'POST',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/logs/aws4_request',
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'Logs_20140328.FilterLogEvents',
      },
      body: JSON.stringify({ logGroupName: `/order-replication/${stack.stackName}/${name}`, nextToken }),
    });
    const page: unknown = await answer.json();
    const events = isRow(page) && Array.isArray(page['events']) ? page['events'].filter(isRow) : [];
    lines.push(...events.map(({ message }) => String(message)));
    nextToken = isRow(page) ? page['nextToken'] : undefined;
  } while (nextToken !== undefined);
  return lines;
}

function tally(
  calls: readonly AnsweredCall[],
  { simulator: { log } }: BenchDeployment,
  logs: Logs,
): (readonly [string, number])[] {
  const of = (service: string) => calls.filter((call) => call.service === service);
  const isRead = ({ operation }: AnsweredCall) => /Get|Query/.test(operation);
  const units = (some: readonly AnsweredCall[]) => some.reduce((sum, call) => sum + unitsOf(call), 0);
  const reads = of('dynamodb').filter(isRead);
  const writes = of('dynamodb').filter((call) => !isRead(call));
  const invocations = [...logs].map(([name, lines]) => {
    const ended = lines.filter((line) => line.startsWith('REPORT ')).length;
    return [`Lambda invocations, ${name}`, ended] as const;
  });
  const own = [...logs.values()].flat().filter((line) => line.startsWith('{'));
  return [
    ['BigCommerce calls', log.count()],
    ['  of these PUTs of a status', log.count('PUT /orders/{id}')],
    ...invocations,
    ['DynamoDB write requests', writes.length],
    ['  write request units', units(writes)],
    ['DynamoDB read requests', reads.length],
    ['  read request units', units(reads)],
    ["SQS requests of the functions (plus Lambda's own)", of('sqs').length],
    ['Secrets Manager requests', of('secretsmanager').length],
    ['SNS requests', of('sns').length],
    ['log lines', own.length],
    ['  kilobytes of log lines', own.reduce((sum, line) => sum + line.length, 0) / 1_000],
  ];
}

/** The consumed units of a call: those of one table, or a list with several tables. */
function unitsOf({ output }: AnsweredCall): number {
  const consumed = isRow(output) ? output['ConsumedCapacity'] : undefined;
  const list: readonly unknown[] = Array.isArray(consumed) ? consumed : [consumed];
  return list.reduce((sum: number, one) => sum + (isRow(one) ? Number(one['CapacityUnits']) : 0), 0);
}
