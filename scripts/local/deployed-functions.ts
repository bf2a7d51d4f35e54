// What a test does to the deployed functions from outside: their settings, the worker's event source, their queues,
// and the processes that run them.
import { execFileSync } from 'node:child_process';

import {
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';

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

/** A message as it lies in a queue, received or not. */
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

export function deployedFunctions({ clients: { lambda, sqs }, stack, mini }: DeployedService) {
  const mapping = async (change: { Enabled?: boolean; BatchSize?: number }) => {
    const FunctionName = stack.outputs['ProcessOrdersFunctionName'];
    const { EventSourceMappings = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName }),
    );
    const UUID = EventSourceMappings[0]?.UUID;
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...change }));
  };
  /** Everything in a queue, whoever has received it; takes nothing away. */
  const messages = async (
    output: 'OrdersQueueUrl' | 'OrdersDeadLetterQueueUrl',
  ): Promise<WaitingMessage[]> => {
    const url = encodeURIComponent(stack.outputs[output] ?? '');
    const answer = await fetch(`${mini.endpoint}/_ministack/sqs/messages?QueueUrl=${url}`);
    const { messages } = (await answer.json()) as Peek;
    return Object.values(messages)
      .flatMap((regions) => Object.values(regions))
      .flatMap((queues) => Object.values(queues).flat())
      .map(({ Body: body, ReceiveCount: receives, MessageAttributes: attributes }) => {
        const reference = parseJson(body);
        const orderId = isRow(reference) ? Number(reference.orderId) : undefined;
        return { body, orderId, receives, attributes };
      });
  };
  /** Sets variables beside those that the template sets; containers of earlier settings end. */
  const configure = async (
    output: FunctionOutput,
    change: { Timeout?: number; Variables?: Readonly<Record<string, string>> },
  ): Promise<void> => {
    const FunctionName = stack.outputs[output];
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const Variables = { ...Environment?.Variables, ...change.Variables };
    await lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName, ...change, Environment: { Variables } }),
    );
  };
  // The SDK sends a message to where its queue's URL leads.
  const through = (url: string, queueUrl = '') => queueUrl.replace(mini.endpoint, url);
  return {
    configure,
    /** Lets all that a function asks of AWS go by way of `url`. */
    leadThrough: (output: FunctionOutput, url: string) =>
      configure(output, {
        Variables: {
          AWS_ENDPOINT_URL: url,
          ORDERS_QUEUE_URL: through(url, stack.outputs['OrdersQueueUrl']),
          ORDERS_DEAD_LETTER_QUEUE_URL: through(url, stack.outputs['OrdersDeadLetterQueueUrl']),
        },
      }),
    /** References wait in the queue from now on, until the worker takes them up again. */
    pauseWorker: () => mapping({ Enabled: false }),
    resumeWorker: () => mapping({ Enabled: true }),
    setBatchSize: (BatchSize: number) => mapping({ BatchSize }),
    messages,
    /** Receives all references to an order so often, as workers that come to nothing. For a paused worker. */
    async receiveWithoutSuccess(orderId: number, receives: number): Promise<void> {
      const QueueUrl = stack.outputs['OrdersQueueUrl'];
      const isLacking = async () =>
        (await messages('OrdersQueueUrl')).some((one) => one.orderId === orderId && one.receives < receives);
      while (await isLacking()) {
        await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
        );
      }
    },
    /** Ends every process that runs this function, by SIGKILL, and returns how many there were. */
    kill(output: FunctionOutput): number {
      const pids = processesOf(mini.pid, `ministack-lambda-${stack.outputs[output] ?? ''}-`);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      return pids.length;
    },
  };
}

/** MiniStack's own page: account, region, queue. */
interface Peek {
  readonly messages: Record<string, Record<string, Record<string, PeekedMessage[]>>>;
}

interface PeekedMessage {
  readonly Body: string;
  readonly ReceiveCount: number;
  readonly MessageAttributes: WaitingMessage['attributes'];
}

/** The children of MiniStack's own process that were started in a folder of this name. */
function processesOf(parent: number, folder: string): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const [, pid, ppid, args = ''] = /^\s*(\d+)\s+(\d+)\s+(\S.*)$/.exec(line) ?? [];
    return Number(ppid) === parent && args.includes(folder) ? [Number(pid)] : [];
  });
}
