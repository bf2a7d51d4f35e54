// A webhook as BigCommerce would send it, to see what the service answers.
import { randomUUID } from 'node:crypto';

import { SECRET_HEADER } from '../lambda/shared/webhook';
import { CommandError } from './command';
import { signedHeaders } from './local/simulator/deliver-webhook';
import { dataFor, webhookBody } from './local/simulator/webhook-bodies';

/** BigCommerce does not say how long it waits; longer than API Gateway does is longer than enough. */
const PATIENCE_MS = 30_000;

export interface TestWebhook {
  readonly destination: string;
  readonly storeHash: string;
  readonly scope: string;
  readonly orderId: number;
  /** Signs it; empty leaves the secret header as the only proof. */
  readonly clientSecret: string;
  readonly webhookSecret: string;
}

export interface TestAnswer {
  readonly status: number;
  readonly body: string;
  readonly durationMs: number;
}

/** Delivers it once. Throws CommandError if nobody answers. */
export async function sendTestWebhook(webhook: TestWebhook): Promise<TestAnswer> {
  const { destination, storeHash, scope, orderId, clientSecret, webhookSecret } = webhook;
  const startedAt = Date.now();
  const seconds = Math.floor(startedAt / 1000);
  const data = dataFor(scope, { orderId, cartId: randomUUID() });
  const body = webhookBody({ storeHash, scope, data, createdAtSeconds: seconds }, 'slashes');
  const proof =
    clientSecret === ''
      ? { [SECRET_HEADER]: webhookSecret }
      : signedHeaders(clientSecret, `msg_${randomUUID()}`, seconds, body);
  try {
    const answer = await fetch(destination, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...proof },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: answer.status, body: await answer.text(), durationMs: Date.now() - startedAt };
  } catch (error) {
    const { cause = error } = error instanceof Error ? error : {};
    throw new CommandError(`No answer from ${destination}: ${String(cause)}`, { cause: error });
  }
}
