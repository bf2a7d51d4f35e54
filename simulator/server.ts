// Serves a store over HTTP on 127.0.0.1, and breaks connections when a fault requires it.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen } from './listen';
import type { Listening } from './listen';
import { answerAdmin, isAdmin } from './admin';
import type { Answer, BrokenAnswer } from './api/response';
import { half } from './api/broken-responses';
import type { Store } from './create';

// The real API's limit is unknown; this project sends far less.
const MAX_BODY_BYTES = 1_000_000;

// Clients reuse connections; a server that closes idle ones early sometimes resets a request.
const KEEP_ALIVE_MS = 120_000;

/** Listens on the given port; 0 takes any free port. */
export async function serve(store: Store, port: number): Promise<Listening> {
  const server = createServer((request, response) => {
    answer(store, request, response).catch((error: unknown) => fail(response, error));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return listen(server, port);
}

async function answer(store: Store, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(incoming);
  const request = {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: incoming.headers,
    body,
  };
  const outcome = isAdmin(request) ? await answerAdmin(store, request) : await store.handle(request);
  if ('fault' in outcome) breakOff(outcome, response);
  else write(outcome, response);
}

/** The body; a body that is too large becomes a text that is not JSON. */
async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString('utf8') : 'too large';
}

function write({ status, headers, body }: Answer, response: ServerResponse): void {
  response.writeHead(
    status,
    status === 204 ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
  );
  response.end(body);
}

function breakOff(outcome: BrokenAnswer, response: ServerResponse): void {
  if (outcome.fault === 'hang') return;
  const { partial } = outcome;
  if (!partial) {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(partial.status, {
    ...partial.headers,
    'content-length': Buffer.byteLength(partial.body),
  });
  response.write(half(partial.body), () => response.socket?.destroy());
}

/** A fault's hook threw. That is a defect of the test and must not look like a response of the store. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  response.writeHead(599, { 'content-type': 'text/plain' }).end(`The simulator failed: ${text}\n`);
}
