// Deploys the real templates with the real packages to MiniStack, by the code that deploys them to AWS, and polls with the
// deployed function.
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';

import * as v from 'valibot';
import { isRow, parseJson } from '../../lambda/shared/runtime/json';
import { dayOf } from '../../lambda/shared/runtime/time';
import { build } from '../packages/build';
import { CommandError } from '../terminal/command-error';
import { deploy } from '../commands/deploy/deploy';
import type { Clients } from '../service/clients';
import { fillGaps } from './gaps';
import type { Print } from '../terminal/command';

export interface LocalStackOptions {
  readonly endpoint: string;
  /** By the template's names; the other parameters have defaults for a local run. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The parameters of delivery.json, whose stack is deployed too, in shadow by default; if omitted, it is not. */
  readonly delivery?: Readonly<Record<string, string>>;
  /** A folder with built packages; if omitted, they are built into build/. */
  readonly packagesDir?: string;
  readonly print?: Print;
}

export interface LocalStack {
  readonly stackName: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly webhookUrl: string;
  readonly webhookSecret: string;
  /** The stack that delivers the orders into an ERP, if it was asked for. */
  readonly delivery: LocalDeliveryStack | undefined;
  /** One poll, as the schedule starts it. Throws CommandError if the function fails. */
  poll(): Promise<PollResult>;
}

/** The delivery stack of a local run. */
export interface LocalDeliveryStack {
  readonly stackName: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Queues the orders that are due, as the schedule does each minute. Throws CommandError if the function fails. */
  sweep(): Promise<void>;
  /** Notes today's orders that the stream has not brought, as the nightly account does. Throws CommandError likewise. */
  account(): Promise<void>;
}

const pollResult = v.object({
  outcome: v.string(),
  found: v.number(),
  enqueued: v.number(),
  excluded: v.record(v.string(), v.number()),
});

/** The function's answer, a job. */
export type PollResult = Readonly<v.InferOutput<typeof pollResult>>;

export const stage = 'dev';
const bucket = 'order-replication-packages';

/** Builds, uploads and deploys, and sets the properties that MiniStack skips. Updates an existing stack. */
export async function deployLocally(clients: Clients, options: LocalStackOptions): Promise<LocalStack> {
  const { endpoint, delivery, packagesDir, print = () => undefined } = options;
  if (packagesDir === undefined) await build();
  await clients.s3.send(new CreateBucketCommand({ Bucket: bucket })).catch(unlessThere);
  const { stackName, outputs, added } = await deploy(
    {
      stage,
      bucket,
      with: delivery === undefined ? [] : ['delivery'],
      // MiniStack uses this id for the API, so that the webhook's URL is the same at every start.
      tags: { 'ms-custom-id': 'local' },
      parameters: {
        ExceptionsEmailAddress: 'operator@example.com',
        // MiniStack does not know this type of resource.
        CreateSavedQueries: 'false',
        // The stack's own URL names a host of AWS; this is the same API on this machine.
        WebhookDestination: `${endpoint}/_aws/execute-api/local/${stage}/cart-converted`,
        // A local run must not register itself with a real store; runs with a simulated store set it to true.
        CheckWebhook: 'false',
        ...options.parameters,
        ...delivery,
      },
      print,
      outDir: packagesDir,
    },
    clients,
  );
  await fillGaps(clients, stackName);
  return {
    stackName,
    outputs,
    webhookUrl: outputs['WebhookUrl'] ?? '',
    webhookSecret: await readSecret(clients, outputs['WebhookSecretArn']),
    delivery: added.delivery && (await completeDelivery(clients, added.delivery)),
    poll: () => poll(clients, outputs['GetNewOrdersFunctionName']),
  };
}

async function completeDelivery(
  clients: Clients,
  { stackName, outputs }: Pick<LocalDeliveryStack, 'stackName' | 'outputs'>,
): Promise<LocalDeliveryStack> {
  await fillGaps(clients, stackName);
  const queueDeliveries = async (event: unknown, what: string) => {
    await invokeFunction(clients, outputs['QueueDeliveriesFunctionName'], event, what);
  };
  return {
    stackName,
    outputs,
    sweep: () => queueDeliveries({ task: 'minute' }, 'The sweep of due orders'),
    account: () => {
      const today = dayOf(Date.now());
      return queueDeliveries({ task: 'account', from: today, to: today }, 'The account of today');
    },
  };
}

function unlessThere(error: unknown): void {
  if (error instanceof Error && error.name.startsWith('BucketAlready')) return;
  throw error;
}

async function readSecret({ secretsManager }: Clients, SecretId: string | undefined): Promise<string> {
  const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId }));
  if (SecretString === undefined) throw new Error('The stack has no webhook secret.');
  return SecretString;
}

async function poll(clients: Clients, functionName: string | undefined): Promise<PollResult> {
  return v.parse(pollResult, await invokeFunction(clients, functionName, scheduledEvent(), 'The poll'));
}

/** Returns the function's answer. Throws CommandError if it fails; `what` begins the message. */
async function invokeFunction(
  { lambda }: Clients,
  FunctionName: string | undefined,
  event: unknown,
  what: string,
): Promise<unknown> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
  );
  const result = parseJson(Payload?.transformToString() ?? '');
  if (FunctionError === undefined) return result;
  const { errorMessage = FunctionError } = isRow(result) ? result : {};
  throw new CommandError(`${what} failed: ${String(errorMessage)}`);
}

/** As EventBridge sends it: docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchevents.html */
const scheduledEvent = () => ({
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '000000000000',
  time: new Date().toISOString(),
  region: 'us-east-1',
  resources: ['arn:aws:events:us-east-1:000000000000:rule/PollForNewOrders'],
  detail: {},
});
