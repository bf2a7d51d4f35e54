// Receives what the two topics would send by email, since MiniStack sends none: an HTTP endpoint on loopback
// that is subscribed to both.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';

import { ListTopicsCommand, SubscribeCommand } from '@aws-sdk/client-sns';

import type { Clients } from '../service/clients';
import { listen } from '../../simulator/listen';

/** An alert email as it would arrive. */
export interface Alert {
  readonly topic: string;
  readonly subject: string;
  readonly message: string;
}

/** Calls `show` for each alert of the stack. Returns what ends it. */
export async function receiveAlerts(
  { sns }: Pick<Clients, 'sns'>,
  endpoint: string,
  stackName: string,
  show: (alert: Alert) => void,
): Promise<() => Promise<void>> {
  // Nobody else on this machine can guess the path.
  const path = `/${randomUUID()}`;
  const server = createServer((request, response) => {
    const taken =
      request.url === path ? take(request, endpoint, show) : Promise.reject(new Error('unknown path'));
    taken.then(
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

async function take(request: IncomingMessage, endpoint: string, show: (alert: Alert) => void): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const notification = JSON.parse(Buffer.concat(chunks).toString()) as Readonly<Record<string, unknown>>;
  if (notification['Type'] === 'SubscriptionConfirmation') {
    await fetch(new URL(new URL(text(notification['SubscribeURL'])).search, endpoint));
    return;
  }
  const topic = text(notification['TopicArn']).split(':').at(-1) ?? '';
  show({ topic, subject: text(notification['Subject']), message: text(notification['Message']) });
}
