// Lambda: containers with the real adapters in them, kept from one invocation to the next until they die.
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SNSClient } from '@aws-sdk/client-sns';
import { createAlerts } from '../../../lambda/shared/aws/alerts';
import { createBigCommerce } from '../../../lambda/shared/bigcommerce/client';
import { createQueue } from '../../../lambda/shared/aws/queue';
import { createSecrets } from '../../../lambda/shared/aws/secrets';
import type { Random } from '../../../simulator/random';
import type { VirtualTime } from '../../support/virtual-time';
import { createContainer } from './container';
import type { Kill, Part } from './plan';
import { DEAD_LETTERS, ORDERS } from './sqs';
import type { Sqs } from './sqs';
import type { Tables } from './tables';
import { overTheWire } from './wire';
import type { Wire } from './wire';

export const TIMEOUTS_MS = { worker: 60_000, poll: 300_000, webhook: 10_000, audit: 900_000 } as const;

/** Containers' clocks differ from the world's by so much at most, and so from each other by nearly CLOCK_MARGIN_MS. */
const SKEW_MS = 480;

export const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** An email to the operator. */
export interface Alert {
  readonly at: number;
  readonly subject: string;
}

/** What the functions reach from their containers. */
export interface Surroundings {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly wire: Wire;
  readonly sqs: Sqs;
  readonly tables: Tables;
  /** What the secrets hold; live. */
  readonly secret: { accessToken: string; readonly clientSecret: string; readonly webhook: string };
  /** How many of its calls fail, from 0 to 1; live. */
  readonly secretHabits: { readonly failures: number };
  readonly alerts: Alert[];
  readonly kills: readonly Kill[];
  readonly readConsignments: boolean;
}

export type Started = ReturnType<ReturnType<typeof createStart>>;
export type Invoke = <T>(run: (started: Started, name: string) => Promise<T>) => Promise<T | 'died'>;

export function createLambda(surroundings: Surroundings) {
  const { kills } = surroundings;
  const start = createStart(surroundings);
  const invocations = { worker: 0, poll: 0, webhook: 0, audit: 0 };
  const struck = { killed: 0 };

  /** Invocations of one function, each in a container of its own at that time. */
  function functionOf(part: Part): Invoke {
    const idle: Started[] = [];
    return async (run) => {
      const started = idle.pop() ?? start(part);
      const nth = invocations[part];
      invocations[part] += 1;
      const death = kills.find((kill) => kill.part === part && kill.nth === nth);
      const { invoke } = started.container;
      const outcome = await invoke(() => run(started, `${part}-${nth}`), TIMEOUTS_MS[part], death);
      if (outcome === 'died') struck.killed += 1;
      else idle.push(started);
      return outcome;
    };
  }
  return { functionOf, invocations, struck };
}

/** Makes what a cold start makes. */
export function createStart(surroundings: Surroundings) {
  const { time, random, wire, sqs, tables, readConsignments } = surroundings;
  const secretsManager = secretsManagerWith(surroundings);
  const { sleep } = time;
  const sns = recordingSns(surroundings);

  return (part: Part) => {
    const container = createContainer(time, Math.round((2 * random() - 1) * SKEW_MS));
    const { now, mortal, mortalCall } = container;
    const arns = { bigCommerceSecretArn: BIGCOMMERCE, webhookSecretArn: WEBHOOK };
    const secrets = createSecrets(secretsManager, { ...arns, now });
    const { storeHash } = wire.store.credentials;
    return {
      container,
      secrets: mortal(secrets),
      bigCommerce: createBigCommerce({
        apiUrl: '',
        storeHash,
        quotaReservePercent: 10,
        accessToken: secrets.accessToken,
        http: mortalCall(overTheWire(wire)),
        now,
        sleep,
        random,
        readConsignments,
      }),
      adapters: {
        queue: mortal(createQueue(sqs.client, { queueUrl: ORDERS, deadLetterQueueUrl: DEAD_LETTERS, sleep })),
        alerts: mortal(
          createAlerts(sns, {
            topicArn: 'topic',
            functionName: part,
            stackName: 'OrderReplication-dev',
            log,
            now,
          }),
        ),
        ledger: mortal(tables.ledger),
        orders: mortal(tables.orders),
        jobs: mortal(tables.jobsTable),
        stored: mortal(tables.stored),
        audits: mortal(tables.auditsTable),
      },
    };
  };
}

const BIGCOMMERCE = 'bigcommerce';
const WEBHOOK = 'webhook';

function secretsManagerWith({ secret, secretHabits, random }: Surroundings): SecretsManagerClient {
  const send = ({ input }: { input: { SecretId: string } }) => {
    if (secretHabits.failures > 0 && random() < secretHabits.failures)
      return Promise.reject(new Error('Secrets Manager is down'));
    const text = JSON.stringify({ clientId: 'client', ...secret });
    return Promise.resolve({ SecretString: input.SecretId === WEBHOOK ? secret.webhook : text });
  };
  return { send } as unknown as SecretsManagerClient;
}

function recordingSns({ alerts, time }: Surroundings): SNSClient {
  const send = ({ input }: { input: { Subject: string } }) => {
    alerts.push({ at: time.now(), subject: input.Subject });
    return Promise.resolve({});
  };
  return { send } as unknown as SNSClient;
}
