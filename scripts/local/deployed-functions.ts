// Changes the deployed functions from outside, for tests and benchmarks: their settings, the worker's event source, their
// queues, and the processes that run them.
import { execFileSync } from 'node:child_process';

import {
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';

import * as v from 'valibot';

import { isRow, parseJson } from '../../lambda/shared/runtime/json';
import type { Clients } from '../service/clients';
import type { LocalStack } from './local-stack';
import type { MiniStack } from './ministack';

/** The outputs that name the functions. */
export type FunctionOutput =
  | 'GetNewOrdersFunctionName'
  | 'CartConvertedWebhookFunctionName'
  | 'ProcessOrdersFunctionName'
  | 'AuditOrdersFunctionName';

/** The outputs of the delivery stack that name its functions. */
export type DeliveryFunctionOutput = 'QueueDeliveriesFunctionName' | 'DeliverOrdersFunctionName';

type AnyFunctionOutput = FunctionOutput | DeliveryFunctionOutput;

/** A message in a queue, received or not. */
export interface WaitingMessage {
  readonly body: string;
  readonly orderId: number | undefined;
  readonly receives: number;
  readonly attributes: Readonly<Record<string, { readonly StringValue?: string }>>;
}

export interface DeployedService {
  readonly clients: Pick<Clients, 'lambda' | 'sqs'>;
  readonly stack: Pick<LocalStack, 'outputs'>;
  readonly mini: Pick<MiniStack, 'endpoint' | 'pid'>;
}

export type DeployedFunctions = ReturnType<typeof deployedFunctions>;

/** What tests and benchmarks can do to the functions of a deployed service. */
export function deployedFunctions(service: DeployedService) {
  const { stack, mini } = service;
  return {
    configure: (output: AnyFunctionOutput, change: FunctionSettings) => configure(output, change, service),
    /** Sends all AWS calls of a function through `url`. */
    leadThrough: (output: FunctionOutput, url: string) =>
      configure(output, { Variables: variablesFor(url, service) }, service),
    /** References wait in the queue until the worker is resumed. */
    pauseWorker: () => changeMapping({ Enabled: false }, service),
    resumeWorker: () => changeMapping({ Enabled: true }, service),
    setBatchSize: (BatchSize: number) => changeMapping({ BatchSize }, service),
    messages: (output: QueueOutput) => readMessages(output, service),
    receiveWithoutSuccess: (orderId: number, receives: number) =>
      receiveWithoutSuccess(orderId, receives, service),
    /** Ends every process that runs this function, by SIGKILL. Returns their number. */
    kill(output: AnyFunctionOutput): number {
      const pids = processesOf(mini.pid, `ministack-lambda-${stack.outputs[output] ?? ''}-`);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      return pids.length;
    },
  };
}

interface FunctionSettings {
  readonly Timeout?: number;
  readonly Variables?: Readonly<Record<string, string>>;
}

/** Adds variables to those of the template, and changes settings; containers with earlier settings end. */
async function configure(
  output: AnyFunctionOutput,
  change: FunctionSettings,
  { clients: { lambda }, stack }: DeployedService,
): Promise<void> {
  const FunctionName = stack.outputs[output];
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const Variables = { ...Environment?.Variables, ...change.Variables };
  await lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName, ...change, Environment: { Variables } }),
  );
}

/** The SDK sends a message to the host in the URL of its queue, so the URLs change too. */
function variablesFor(url: string, { stack: { outputs }, mini }: DeployedService) {
  const through = (queueUrl = '') => queueUrl.replace(mini.endpoint, url);
  return {
    AWS_ENDPOINT_URL: url,
    ORDERS_QUEUE_URL: through(outputs['OrdersQueueUrl']),
    ORDERS_DEAD_LETTER_QUEUE_URL: through(outputs['OrdersDeadLetterQueueUrl']),
  };
}

async function changeMapping(
  change: { readonly Enabled?: boolean; readonly BatchSize?: number },
  { clients: { lambda }, stack }: DeployedService,
): Promise<void> {
  const FunctionName = stack.outputs['ProcessOrdersFunctionName'];
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName }),
  );
  const UUID = EventSourceMappings[0]?.UUID;
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...change }));
}

type QueueOutput =
  'OrdersQueueUrl' | 'OrdersDeadLetterQueueUrl' | 'DeliveriesQueueUrl' | 'DeliveriesDeadLetterQueueUrl';

/** All messages of a queue, received or not; it removes none. */
async function readMessages(
  output: QueueOutput,
  { stack, mini }: Pick<DeployedService, 'stack' | 'mini'>,
): Promise<WaitingMessage[]> {
  const url = encodeURIComponent(stack.outputs[output] ?? '');
  const answer = await fetch(`${mini.endpoint}/_ministack/sqs/messages?QueueUrl=${url}`);
  const { messages } = v.parse(messagesPage, await answer.json());
  return Object.values(messages)
    .flatMap((regions) => Object.values(regions))
    .flatMap((queues) => Object.values(queues).flat())
    .map(({ Body: body, ReceiveCount: receives, MessageAttributes: attributes }) => {
      const reference = parseJson(body);
      const orderId = isRow(reference) ? Number(reference.orderId) : undefined;
      return { body, orderId, receives, attributes };
    });
}

/** Receives all references to an order so often, like workers that fail. The worker must be paused. */
async function receiveWithoutSuccess(
  orderId: number,
  receives: number,
  service: DeployedService,
): Promise<void> {
  const QueueUrl = service.stack.outputs['OrdersQueueUrl'];
  const isLacking = async () =>
    (await readMessages('OrdersQueueUrl', service)).some(
      (one) => one.orderId === orderId && one.receives < receives,
    );
  while (await isLacking()) {
    await service.clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
    );
  }
}

/** MiniStack's own page of messages, by account, region and queue. */
const messagesPage = v.object({
  messages: v.record(
    v.string(),
    v.record(
      v.string(),
      v.record(
        v.string(),
        v.array(
          v.object({
            Body: v.string(),
            ReceiveCount: v.number(),
            MessageAttributes: v.record(v.string(), v.object({ StringValue: v.exactOptional(v.string()) })),
          }),
        ),
      ),
    ),
  ),
});

/** The children of MiniStack's own process that were started in a folder of this name. */
function processesOf(parent: number, folder: string): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const [, pid, ppid, args = ''] = /^\s*(\d+)\s+(\d+)\s+(\S.*)$/.exec(line) ?? [];
    return Number(ppid) === parent && args.includes(folder) ? [Number(pid)] : [];
  });
}
