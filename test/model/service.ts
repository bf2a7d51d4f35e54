// The service around a store, on virtual time: the real flows and adapters, in containers that may die, with the
// AWS SDK's clients and DynamoDB replaced at their edge.
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SNSClient } from '@aws-sdk/client-sns';
import { poll } from '../../lambda/get-new-orders/poll';
import { receive } from '../../lambda/new-orders-webhook/receive';
import { toRequest } from '../../lambda/new-orders-webhook/request';
import { replicateBatch, timesUntil } from '../../lambda/process-new-orders/batch';
import { createAlerts } from '../../lambda/shared/alerts';
import { createBigCommerce } from '../../lambda/shared/bigcommerce';
import { type Rules } from '../../lambda/shared/order';
import { createQueue } from '../../lambda/shared/queue';
import { createSecrets } from '../../lambda/shared/secrets';
import { type SendWebhook, type Store } from '../../scripts/local/simulator/index';
import { type Random } from '../../scripts/local/simulator/random';
import { type VirtualTime } from '../simulator/virtual-time';
import { createContainer, type Death } from './container';
import { overTheWire, type Wire } from './wire';
import { type Kill, type Part } from './plan';
import { DEAD_LETTERS, MAX_RECEIVES, ORDERS, type Sqs } from './sqs';
import { type Tables } from './tables';

const WORKERS = 3;
const BATCH = 10;
const TIMEOUTS_MS = { worker: 60_000, poll: 300_000, webhook: 10_000 } as const;

/** Containers' clocks differ by so much at most. */
const SKEW_MS = 400;

/** Lambda's own retries of a failed asynchronous invocation. */
const ASYNC_RETRIES_MS = [60_000, 120_000];

export interface World {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly store: Store;
  readonly sqs: Sqs;
  readonly tables: Tables;
  readonly wire: Wire;
  /** What the secret holds; live. */
  readonly secret: { accessToken: string; readonly clientSecret: string; readonly webhook: string };
  /** As deployed; live. */
  readonly settings: { rules: Rules };
  readonly kills: readonly Kill[];
}

export type Service = ReturnType<typeof createService>;

export function createService(world: World) {
  const { time, random, store, sqs, tables, secret, settings, kills } = world;
  const alerts: { readonly subject: string; readonly message: string }[] = [];
  const invocations = { worker: 0, poll: 0, webhook: 0 };
  const struck = { killed: 0 };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

  const secretsManager = {
    send: ({ input }: { input: { SecretId: string } }) =>
      Promise.resolve({
        SecretString:
          input.SecretId === 'webhook' ? secret.webhook : JSON.stringify({ clientId: 'client', ...secret }),
      }),
  } as unknown as SecretsManagerClient;
  const sns = {
    send: ({ input }: { input: { Subject: string; Message: string } }) =>
      Promise.resolve(void alerts.push({ subject: input.Subject, message: input.Message })),
  } as unknown as SNSClient;
  const sleep = (ms: number) => new Promise<void>((resolve) => void time.setTimer(resolve, ms));

  /** What a cold start makes; it lives until its container dies. */
  function start(part: Part) {
    const container = createContainer(time, Math.round((2 * random() - 1) * SKEW_MS));
    const { now, mortal, mortalCall } = container;
    const secrets = createSecrets(secretsManager, {
      ...{ bigCommerceSecretArn: 'bigcommerce', webhookSecretArn: 'webhook', now },
    });
    const bigCommerce = createBigCommerce({
      apiUrl: '',
      storeHash: store.credentials.storeHash,
      quotaReservePercent: 10,
      accessToken: secrets.accessToken,
      http: mortalCall(overTheWire(world.wire)),
      ...{ now, sleep, random },
    });
    const queue = createQueue(sqs.client, { queueUrl: ORDERS, deadLetterQueueUrl: DEAD_LETTERS, sleep });
    const alertsOf = createAlerts(sns, { topicArn: 'topic', functionName: part, log, now });
    return {
      container,
      secrets: mortal(secrets),
      bigCommerce,
      adapters: {
        queue: mortal(queue),
        alerts: mortal(alertsOf),
        ledger: mortal(tables.ledger),
        orders: mortal(tables.orders),
        jobs: mortal(tables.jobsTable),
      },
    };
  }
  type Started = ReturnType<typeof start>;

  /** Invocations, each in a container of its own at that time; it is kept for a later one as long as it lives. */
  function runner(part: Part) {
    const idle: Started[] = [];
    return async <T>(run: (started: Started, name: string) => Promise<T>): Promise<T | 'died'> => {
      const started = idle.pop() ?? start(part);
      const nth = invocations[part];
      invocations[part] += 1;
      const death: Death | undefined = kills.find((kill) => kill.part === part && kill.nth === nth);
      const { invoke } = started.container;
      const outcome = await invoke(() => run(started, `${part}-${nth}`), TIMEOUTS_MS[part], death);
      if (outcome === 'died') struck.killed += 1;
      else idle.push(started);
      return outcome;
    };
  }

  const replicateTen = (received: ReturnType<Sqs['receive']>) => (current: Started, name: string) => {
    const { container, bigCommerce, adapters } = current;
    const { callsUntil, ...times } = timesUntil(container.now() + TIMEOUTS_MS.worker);
    return replicateBatch(received, {
      ...adapters,
      ...times,
      ...{ rules: settings.rules, maxReceiveCount: MAX_RECEIVES, worker: name },
      store: container.mortal(bigCommerce.until(callsUntil)),
      ...{ log, now: container.now, random },
    });
  };

  /** One of the mapping's pollers: it takes a batch, invokes, and deletes what was acknowledged. */
  function createMapping() {
    const invoke = runner('worker');
    let isBusy = false;
    return async function work(): Promise<void> {
      if (isBusy) return;
      isBusy = true;
      for (;;) {
        await sleep(5 + random() * 50);
        const received = sqs.receive(1 + Math.floor(random() * BATCH));
        if (received.length === 0) break;
        const outcomes = await invoke(replicateTen(received));
        if (outcomes === 'died') continue;
        for (const [index, { receiptHandle }] of received.entries()) {
          if (outcomes[index] === 'acknowledged') sqs.delete(receiptHandle);
        }
      }
      isBusy = false;
      wake();
    };
  }

  const mappings = Array.from({ length: WORKERS }, createMapping);
  let cancelWake: () => void = () => undefined;

  /** Wakes the mapping when a message can be received. */
  function wake(): void {
    cancelWake();
    const at = sqs.nextAt();
    if (at === undefined) return;
    cancelWake = time.setTimer(
      () => {
        for (const work of mappings) void work();
      },
      Math.max(0, at - time.now()),
    );
  }

  const invokePoll = runner('poll');

  async function pollOnce(): Promise<boolean> {
    const outcome = await invokePoll(({ container, bigCommerce, adapters }) => {
      const deps = { ...adapters, store: container.mortal(bigCommerce.until(container.now() + 290_000)) };
      const bounds = { completedOrdersLookbackDays: 7, ignoreOrdersCreatedBefore: undefined };
      const polling = poll({ rules: settings.rules, ...bounds }, { ...deps, log, now: container.now });
      return polling.then(
        () => true,
        () => false,
      );
    });
    return outcome === true;
  }

  return {
    alerts,
    struck,
    wake,
    invocations,

    /** A scheduled poll, with Lambda's two retries if it fails. */
    async poll(): Promise<void> {
      for (const waitMs of [0, ...ASYNC_RETRIES_MS]) {
        await sleep(waitMs);
        if (await pollOnce()) return;
      }
    },

    /** API Gateway and the webhook's function, for one delivery. */
    deliver: createDelivery(),
  };

  function createDelivery(): SendWebhook {
    const invoke = runner('webhook');
    return async ({ headers, body }) => {
      const outcome = await invoke(async ({ container, secrets, adapters }, name) => {
        const request = toRequest(
          { headers: { ...headers }, body, isBase64Encoded: false },
          { awsRequestId: name },
        );
        const deps = { ...adapters, secrets, webhooks: { record: () => Promise.resolve() }, log };
        const { storeHash } = store.credentials;
        const received = await receive(
          request,
          { storeHash, webhookMaxAgeHours: 72 },
          { ...deps, now: container.now },
        ).catch(() => ({ status: 503 }));
        return received.status;
      });
      return { status: outcome === 'died' ? 502 : outcome, body: '' };
    };
  }
}
