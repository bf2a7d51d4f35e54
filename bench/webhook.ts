// The response time of the deployed webhook function, and its calls to BigCommerce before it answers.
import { ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { median, percentile, withDeployed } from './deployed';
import type { BenchDeployment } from './deployed';
import type { Print } from '../scripts/terminal/command';

const DELIVERIES = 200;

/** Delivers signed webhooks and junk in turn, so that changes of the machine's load affect both equally. Workers are off. */
export async function measureWebhook(print: Print): Promise<void> {
  await withDeployed({ latencyMs: 0 }, async (deployed) => {
    await stopWorkers(deployed);
    const { simulator, stack } = deployed;
    const { webhookUrl: destination } = stack;
    const times = { accepted: [] as number[], junk: [] as number[] };
    for (let orderId = 0; orderId <= DELIVERIES; orderId += 1) {
      const accepted = await deliver(deployed, { destination, orderId: 1_000 + orderId }, 200);
      const junk = await deliver(deployed, { destination, orderId: 1, secret: '' }, 401);
      // The first one starts the container.
      if (orderId === 0) continue;
      times.accepted.push(accepted);
      times.junk.push(junk);
    }
    print(`Delivering ${DELIVERIES} signed webhooks one after the other, with junk in between:`);
    print(`  ${simulator.log.count()} BigCommerce calls (workers off)`);
    print(`  accepted after ${inWords(times.accepted)}, junk rejected after ${inWords(times.junk)}`);
    print(`  ${(median(times.accepted) / median(times.junk)).toFixed(1)} times as long as junk takes`);
  });
}

async function stopWorkers({ clients: { lambda }, stack: { outputs } }: BenchDeployment): Promise<void> {
  const FunctionName = outputs['ProcessOrdersFunctionName'];
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName }),
  );
  for (const { UUID } of EventSourceMappings) {
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
  }
}

async function deliver(
  { simulator }: BenchDeployment,
  webhook: Parameters<BenchDeployment['simulator']['deliverWebhook']>[0],
  expected: number,
): Promise<number> {
  const startedAt = performance.now();
  const { status } = await simulator.deliverWebhook(webhook);
  if (status !== expected) throw new Error(`Answered ${status} instead of ${expected}.`);
  return performance.now() - startedAt;
}

const inWords = (times: readonly number[]) =>
  `${median(times).toFixed(0)} ms (median; 99 % within ${percentile(times, 99).toFixed(0)} ms)`;
