// npm run webhook -- send: a webhook as BigCommerce would send it, to see what the service answers.
import { SECRET_HEADER } from '../../../lambda/shared/order/webhook-event';
import { awsClock } from '../../service/aws-clock';
import { CommandError } from '../../terminal/command-error';
import { destinationOf, outputOf, type Service } from '../../service/service';
import type { Command } from './manage';
import { signedHeaders, webhookBody } from './test-webhook';

/** BigCommerce does not say how long it waits; longer than API Gateway does is longer than enough. */
const PATIENCE_MS = 30_000;

/** Delivers one webhook and shows the answer. Throws CommandError for any but a 2xx. */
export const send: Command = async (service, { scope, orderId = 0 }, print) => {
  // The function compares the signature's time with its own; the secrets come first, with AWS's.
  const now = awsClock(service.clients.secretsManager);
  const { clientSecret } = await service.secrets.bigCommerce();
  const webhookSecret = await service.secrets.webhook();
  const destination = destinationOf(service);
  const storeHash = service.parameters['BigCommerceStoreHash'] ?? '';
  const how =
    clientSecret === ''
      ? 'with the secret header (there is no client secret)'
      : "signed with the stack's client secret";
  print(`POST ${destination}\n${scope}, order ${orderId}, ${how}`);
  const sentAt = now();
  const webhook = { destination, storeHash, scope, orderId, clientSecret, webhookSecret, sentAt };
  const { status, body, durationMs } = await deliver(webhook);
  print(`Answer: ${status} ${body.slice(0, 500)} after ${durationMs} ms`);
  if (status < 200 || status > 299) throw new CommandError(adviceFor(status, service));
  if (body.includes('"ignored"')) {
    throw new CommandError(`The service cannot use it and queued nothing. ${reasonIn(service)}`);
  }
  print(
    `Its row is in ${outputOf(service, 'WebhooksTableName')}; the order goes on to ${outputOf(service, 'LedgerTableName')}.`,
  );
};

interface TestWebhook {
  readonly destination: string;
  readonly storeHash: string;
  readonly scope: string;
  readonly orderId: number;
  /** Signs it; empty leaves the secret header as the only proof. */
  readonly clientSecret: string;
  readonly webhookSecret: string;
  /** AWS's time, in epoch milliseconds. */
  readonly sentAt: number;
}

interface TestAnswer {
  readonly status: number;
  readonly body: string;
  readonly durationMs: number;
}

/** Throws CommandError if nobody answers. */
async function deliver(webhook: TestWebhook): Promise<TestAnswer> {
  const { destination, storeHash, scope, orderId, clientSecret, webhookSecret, sentAt } = webhook;
  const startedAt = Date.now();
  const body = webhookBody({ storeHash, scope, orderId, createdAt: Math.floor(sentAt / 1000) });
  const proof =
    clientSecret === '' ? { [SECRET_HEADER]: webhookSecret } : signedHeaders(clientSecret, sentAt, body);
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

const reasonIn = ({ stackName }: Service) =>
  `Its reason is in the log group /order-replication/${stackName}/CartConvertedWebhook.`;

function adviceFor(status: number, service: Service): string {
  const log = reasonIn(service);
  if (status === 401) {
    return `The service did not take it for genuine: a secret changed minutes ago, or something in between alters the request. ${log}`;
  }
  if (status === 503) return `The service could not queue it; BigCommerce would deliver it again. ${log}`;
  if (status === 403 || status === 404) {
    return 'There is no such address: has the API been deployed to another stage, or WebhookDestination been mistyped?';
  }
  return `BigCommerce would count this as a failure and deliver it again. ${log}`;
}
