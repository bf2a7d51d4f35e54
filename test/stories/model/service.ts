// The service around a store, on virtual time: the real flows in containers that may die.
import { audit } from '../../../lambda/audit-orders/audit';
import { poll } from '../../../lambda/get-new-orders/poll';
import { receive } from '../../../lambda/new-orders-webhook/receive';
import type { Received } from '../../../lambda/new-orders-webhook/receive';
import { toRequest } from '../../../lambda/new-orders-webhook/parse-request';
import { DAY_MS, dayOf } from '../../../lambda/shared/runtime/time';
import type { WebhooksTable } from '../../../lambda/shared/tables/webhooks';
import type { SendWebhook, WebhookRequest } from '../../../simulator/index';
import { memoryWebhooks } from '../../support/memory-webhooks';
import { createLambda, log, TIMEOUTS_MS } from './lambda';
import type { Invoke, Surroundings } from './lambda';
import { createMapping } from './mapping';
import { runBackfill } from './operator';
import type { Backfill } from './plan';
import type { Settings } from './settings';

/** Lambda's own retries of a failed asynchronous invocation. */
const ASYNC_RETRIES_MS = [60_000, 120_000];

/** Left of a poll's time for recording that it failed. */
const POLL_RESERVE_MS = 10_000;

export type Service = ReturnType<typeof createService>;

export function createService(surroundings: Surroundings, settings: Settings) {
  const { time, wire } = surroundings;
  const lambda = createLambda(surroundings);
  const invokePoll = lambda.functionOf('poll');
  const invokeWebhook = lambda.functionOf('webhook');
  const invokeAudit = lambda.functionOf('audit');
  const promised: string[] = [];
  const webhooks = memoryWebhooks();
  const backfills = { begun: 0, ended: 0 };
  return {
    backfills,

    async backfill(plan: Backfill): Promise<void> {
      backfills.begun += 1;
      await runBackfill(plan, surroundings, settings);
      backfills.ended += 1;
    },

    /** Bodies of webhooks that were answered as accepted. */
    promised,
    struck: lambda.struck,
    invocations: lambda.invocations,
    wake: createMapping(surroundings, settings, lambda),

    /** A scheduled poll, and again if it fails. */
    async poll(): Promise<void> {
      for (const waitMs of [0, ...ASYNC_RETRIES_MS]) {
        await time.sleep(waitMs);
        if (await pollOnce(invokePoll, settings)) return;
      }
    },

    /** An audit of each day from this time on, again if it fails. */
    async audit(from: number): Promise<void> {
      const first = from - (from % DAY_MS);
      for (let start = first; start <= time.now(); start += DAY_MS) {
        for (const waitMs of [0, ...ASYNC_RETRIES_MS]) {
          await time.sleep(waitMs);
          if (await auditOnce(dayOf(start), invokeAudit, settings)) break;
        }
      }
    },

    /** API Gateway and the webhook's function, for one delivery. */
    deliver: (async (webhook) => {
      const { storeHash } = wire.store.credentials;
      const { status, outcome } = await deliver(webhook, invokeWebhook, storeHash, webhooks);
      if (outcome === 'accepted' || outcome === 'replayed') promised.push(webhook.body);
      return { status, body: '' };
    }) satisfies SendWebhook,
  };
}

/** Whether it succeeded. */
async function pollOnce(
  invoke: Invoke,
  { rules, lookbackDays, pollsStopAfterMs }: Settings,
): Promise<boolean> {
  const outcome = await invoke(({ container, bigCommerce, adapters }) => {
    const { now } = container;
    const until = now() + TIMEOUTS_MS.poll - POLL_RESERVE_MS;
    const store = container.mortal(bigCommerce.until(until));
    const { ignoreOrdersCreatedBefore } = rules;
    return poll({
      adapters: { ...adapters, store, log },
      policy: {
        rules,
        completedOrdersLookbackDays: lookbackDays,
        ignoreOrdersCreatedBefore,
        followUpDays: 30,
      },
      invocation: { now, stopBefore: Math.min(until, now() + pollsStopAfterMs) },
    }).then(
      () => true,
      () => false,
    );
  });
  return outcome === true;
}

/** Whether it succeeded. */
async function auditOnce(day: string, invoke: Invoke, { rules, lookbackDays }: Settings): Promise<boolean> {
  const outcome = await invoke(({ container, bigCommerce, adapters: { stored, ...adapters } }) => {
    const { now } = container;
    const store = container.mortal(bigCommerce.until(now() + TIMEOUTS_MS.audit - POLL_RESERVE_MS));
    const { ignoreOrdersCreatedBefore } = rules;
    const deps = {
      adapters: { ...adapters, orders: stored, store, log },
      policy: { rules, ignoreOrdersCreatedBefore, completedOrdersLookbackDays: lookbackDays },
      invocation: { now },
    };
    return audit({ day }, deps).then(
      () => true,
      () => false,
    );
  });
  return outcome === true;
}

async function deliver(
  { headers, body }: WebhookRequest,
  invoke: Invoke,
  storeHash: string,
  memory: WebhooksTable,
): Promise<{ readonly status: number; readonly outcome?: Received['outcome'] }> {
  const answered = await invoke(async ({ container, secrets, adapters }, awsRequestId) => {
    const request = toRequest({ headers: { ...headers }, body, isBase64Encoded: false }, { awsRequestId });
    const webhooks = container.mortal(memory);
    const received = receive(request, {
      adapters: { ...adapters, secrets, webhooks, log },
      policy: { storeHash, webhookMaxAgeHours: 72 },
      invocation: { now: container.now },
    });
    return received.catch(() => ({ status: 503 }));
  });
  return answered === 'died' ? { status: 502 } : answered;
}
