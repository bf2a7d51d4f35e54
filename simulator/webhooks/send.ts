// Sends a webhook over HTTP, to this machine only: a simulator must never reach a real receiver.
import { request } from 'node:http';

/** A webhook ready to be sent. */
export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

/** Sends a webhook and returns the response; throws if there is none. */
export type SendWebhook = (webhook: WebhookRequest) => Promise<{ status: number; body: string }>;

const LOOPBACK = new Set(['127.0.0.1', 'localhost']);

/** Whether a URL points at this machine, over plain HTTP. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && LOOPBACK.has(hostname);
}

/** Sends over loopback HTTP; throws for any other destination, and if no response arrives in time. */
export const sendOverLoopback: SendWebhook = ({ url, headers, body, timeoutMs }) => {
  if (!isLoopback(url)) {
    return Promise.reject(
      new Error(`The simulator delivers to http://127.0.0.1 and http://localhost only, not to ${url}.`),
    );
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method: 'POST', agent: false, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.setTimeout(timeoutMs, () =>
      outgoing.destroy(new Error(`No response from ${url} within ${timeoutMs} ms.`)),
    );
    outgoing.end(body);
  });
};
