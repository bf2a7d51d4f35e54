// A proxy on loopback between an adapter and its ERP that loses requests and answers on command, and counts what passes.
import { createServer, request as send } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { listen } from '../../simulator/listen';

/**
 * `unsent`: the connection is cut before the ERP sees the request. `unanswered`: the ERP does it, and the answer is lost.
 * `cut-off`: half of the answer arrives. `late`: the caller is cut off immediately, and the ERP gets the request `lateMs` later.
 */
export type Fault = 'unsent' | 'unanswered' | 'cut-off' | 'late';
export const FAULTS: readonly Fault[] = ['unsent', 'unanswered', 'cut-off', 'late'];

export interface FaultyProxy {
  readonly url: string;
  /** The request that is answered wrongly, counted from 1 after this call; undefined ends all faults. */
  breakNth(nth: number | undefined, fault?: Fault): void;
  /** Requests since the last breakNth. */
  readonly passed: number;
  /** The most requests that were open at the same time. */
  readonly mostAtOnce: number;
  /** Resolves when the ERP has answered everything that it got, late requests too. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export async function startFaultyProxy(target: string, lateMs = 300): Promise<FaultyProxy> {
  let plan: { readonly nth: number; readonly fault: Fault } | undefined;
  let passed = 0;
  let open = 0;
  let mostAtOnce = 0;
  const underWay = new Set<Promise<unknown>>();

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    passed += 1;
    const fault = plan?.nth === passed ? plan.fault : undefined;
    const body = await bodyOf(incoming);
    if (fault === 'unsent') return void incoming.socket.destroy();
    if (fault === 'late') {
      incoming.socket.destroy();
      await wait(lateMs);
    }
    const answer = await forward(target, incoming, body);
    if (fault === 'late' || fault === 'unanswered') return void incoming.socket.destroy();
    response.writeHead(answer.status, { 'content-type': answer.type, 'content-length': answer.body.length });
    if (fault !== 'cut-off') return void response.end(answer.body);
    response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () =>
      incoming.socket.destroy(),
    );
  }

  const server = await listen(
    createServer((incoming, response) => {
      open += 1;
      mostAtOnce = Math.max(mostAtOnce, open);
      response.once('close', () => (open -= 1));
      const passing = pass(incoming, response).catch(() => incoming.socket.destroy());
      underWay.add(passing);
      void passing.finally(() => underWay.delete(passing));
    }),
  );
  return {
    url: server.url,
    breakNth(nth, fault = 'unsent') {
      passed = 0;
      plan = nth === undefined ? undefined : { nth, fault };
    },
    get passed() {
      return passed;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    stop: () => server.stop(),
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Forwarded {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

function forward(
  target: string,
  { method, url = '/', headers }: IncomingMessage,
  body: Buffer,
): Promise<Forwarded> {
  return new Promise((resolve, reject) => {
    const { host: _, connection: __, ...passedOn } = headers;
    const outgoing = send(
      new URL(url, target),
      { ...(method ? { method } : {}), headers: passedOn, agent: false },
      (answer) => {
        bodyOf(answer)
          .then((read) =>
            resolve({
              status: answer.statusCode ?? 502,
              type: answer.headers['content-type'] ?? '',
              body: read,
            }),
          )
          .catch(reject);
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
