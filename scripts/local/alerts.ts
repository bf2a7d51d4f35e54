// Receives the alerts of the two topics on an HTTP endpoint on loopback, because MiniStack sends no email.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';

import * as v from 'valibot';
import { parseJson } from '../../lambda/shared/runtime/json';
import { ListTopicsCommand, SubscribeCommand } from '@aws-sdk/client-sns';

import type { Clients } from '../service/clients';
import { listen } from '../../simulator/listen';

/** An alert email as AWS would send it. */
export interface AlertEmail {
  readonly topic: string;
  readonly subject: string;
  readonly message: string;
}

/** Calls `show` for each alert of the stack. Returns a function that stops it. */
export async function receiveAlerts(
  { sns }: Pick<Clients, 'sns'>,
  endpoint: string,
  stackName: string,
  show: (alert: AlertEmail) => void,
): Promise<() => Promise<void>> {
  // Other programs on this machine cannot guess the path.
  const path = `/${randomUUID()}`;
  const server = createServer((request, response) => {
    const received =
      request.url === path ? receive(request, endpoint, show) : Promise.reject(new Error('unknown path'));
    received.then(
      () => response.writeHead(200).end(),
      () => response.writeHead(400).end(),
    );
  });
  const { url, stop } = await listen(server);
  const { Topics = [] } = await sns.send(new ListTopicsCommand({}));
  for (const { TopicArn } of Topics.filter((topic) => topic.TopicArn?.includes(`:${stackName}-`))) {
    const subscription = { TopicArn, Protocol: 'http', Endpoint: `${url}${path}` };
    await sns.send(new SubscribeCommand(subscription));
  }
  return stop;
}

async function receive(
  request: IncomingMessage,
  endpoint: string,
  show: (alert: AlertEmail) => void,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const sent = v.parse(snsMessage, parseJson(Buffer.concat(chunks).toString()));
  if (sent.Type === 'SubscriptionConfirmation') {
    await fetch(new URL(new URL(sent.SubscribeURL).search, endpoint));
    return;
  }
  show({ topic: sent.TopicArn.split(':').at(-1) ?? '', subject: sent.Subject, message: sent.Message });
}

/** docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
const snsMessage = v.variant('Type', [
  v.object({ Type: v.literal('SubscriptionConfirmation'), SubscribeURL: v.pipe(v.string(), v.url()) }),
  v.object({
    Type: v.literal('Notification'),
    TopicArn: v.string(),
    Subject: v.optional(v.string(), ''),
    Message: v.string(),
  }),
]);
