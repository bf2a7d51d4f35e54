// webhook send: delivers a webhook like BigCommerce, and shows the service's answer.
import { SECRET_HEADER } from '../../../lambda/shared/order/webhook-event';
import { awsClock } from '../../service/aws-clock';
import { destinationOf, outputOf } from '../../service/service';
import type { Service } from '../../service/service';
import { CommandError } from '../../terminal/command-error';
import { excerpt, printable } from '../../terminal/printable';
import type { WebhookFlow } from './deps';
import { signedHeaders, webhookBody } from './test-webhook';

/** BigCommerce does not say how long it waits. API Gateway waits 29 s for a function. */
const TIMEOUT_MS = 30_000;

/** The most characters of an answer that are shown. */
const MAX_SHOWN = 500;

export interface SendRequest {
  readonly scope: string;
  readonly orderId: number;
}

/** Delivers one webhook. An answer other than 2xx, and a webhook that the service ignores, are problems of the report. */
export const send: WebhookFlow<SendRequest> = async ({ scope, orderId }, { service, note }) => {
  const webhook = await signed({ scope, orderId }, service);
  note(`POST ${webhook.destination}`);
  note(`${scope}, order ${orderId}, ${webhook.how}`);
  const answer = await deliver(webhook);
  const problem = problemOf(answer, service);
  const { status, body, durationMs } = answer;
  const rows = `Its row is in ${outputOf(service, 'WebhooksTableName')}; the order follows in ${outputOf(service, 'LedgerTableName')}.`;
  return {
    data: { destination: webhook.destination, scope, orderId, status, body, durationMs },
    lines: [
      `Answer: ${status} ${excerpt(body, MAX_SHOWN)} after ${durationMs} ms`,
      ...(problem === undefined ? [rows] : []),
    ],
    problem,
  };
};

interface TestWebhook {
  readonly destination: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How it is authenticated, in words. */
  readonly how: string;
}

async function signed({ scope, orderId }: SendRequest, service: Service): Promise<TestWebhook> {
  // The function compares the time of the signature with its own, so it is AWS's time, from the answer with the secrets.
  const now = awsClock(service.clients.secretsManager);
  const { clientSecret } = await service.secrets.bigCommerce();
  const webhookSecret = await service.secrets.webhook();
  const sentAt = now();
  const storeHash = service.parameters['BigCommerceStoreHash'] ?? '';
  const body = webhookBody({ storeHash, scope, orderId, createdAt: Math.floor(sentAt / 1000) });
  const destination = destinationOf(service);
  return clientSecret === ''
    ? {
        destination,
        headers: { [SECRET_HEADER]: webhookSecret },
        body,
        how: 'with the secret header (there is no client secret)',
      }
    : {
        destination,
        headers: signedHeaders(clientSecret, sentAt, body),
        body,
        how: "signed with the stack's client secret",
      };
}

interface TestAnswer {
  readonly status: number;
  readonly body: string;
  readonly durationMs: number;
}

/** Throws CommandError if there is no answer. */
async function deliver({ destination, headers, body }: TestWebhook): Promise<TestAnswer> {
  const startedAt = Date.now();
  try {
    const answer = await fetch(destination, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: answer.status, body: await answer.text(), durationMs: Date.now() - startedAt };
  } catch (error) {
    const { cause = error } = error instanceof Error ? error : {};
    throw new CommandError(
      `No answer from ${destination}: ${printable(String(cause))}. Check that the service is deployed and reachable.`,
      { cause: error },
    );
  }
}

function problemOf({ status, body }: TestAnswer, { stackName }: Service): string | undefined {
  const log = `The log group /order-replication/${stackName}/CartConvertedWebhook has the reason.`;
  if (status >= 200 && status <= 299) {
    return body.includes('"ignored"')
      ? `The service ignored the webhook and queued nothing. ${log}`
      : undefined;
  }
  if (status === 401) {
    return `The service could not authenticate the webhook. A secret changed some minutes ago, or a proxy alters the request. ${log}`;
  }
  if (status === 503)
    return `The service could not queue the order. BigCommerce would deliver the webhook again. ${log}`;
  if (status === 403 || status === 404) {
    return 'The address does not exist. The API was deployed to another stage, or WebhookDestination is wrong: correct it and deploy again.';
  }
  return `BigCommerce would count this as a failure and deliver it again. ${log}`;
}
