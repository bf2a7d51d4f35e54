// Stands between a function and MiniStack: lets single calls to AWS fail, or a test act just before or just after
// one takes effect. Functions go through it by their environment alone.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { isRow, parseJson } from '../../lambda/shared/order';
import { listen } from '../../scripts/local/ports';

export interface AwsFault {
  /** As the API calls it: `PutItem`, `SendMessageBatch`. */
  readonly operation: string;
  readonly orderId: number;
  /** `refused`: answered with `error` instead of taking effect; `unanswered`: it takes effect, its answer is lost. */
  readonly kind?: 'refused' | 'unanswered';
  readonly error?: 'ThrottlingException' | 'InternalServerError';
  readonly times?: number;
  readonly before?: () => void;
  readonly after?: () => void;
}

export type AwsProxy = Awaited<ReturnType<typeof startAwsProxy>>;

/** On a free port, in front of `endpoint`. */
export async function startAwsProxy(endpoint: string) {
  const armed: { readonly fault: AwsFault; struck: number }[] = [];
  const strike = (call: AwsCall) => {
    const entry = armed.find(
      ({ fault, struck }) =>
        fault.operation === call.operation && fault.orderId === call.orderId && struck < (fault.times ?? 1),
    );
    if (entry) entry.struck += 1;
    return entry?.fault;
  };
  const server = createServer((request, response) => {
    pass(request, response, endpoint, strike).catch(() => response.destroy());
  });
  const { url, stop } = await listen(server);
  return {
    url,
    stop,
    /** Arms a fault. Returns how often it has struck. */
    add(fault: AwsFault): () => number {
      const entry = { fault, struck: 0 };
      armed.push(entry);
      return () => entry.struck;
    },
  };
}

interface AwsCall {
  readonly operation: string;
  readonly orderId: number | undefined;
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  endpoint: string,
  strike: (call: AwsCall) => AwsFault | undefined,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
  const fault = strike({ operation, orderId: orderIdIn(parseJson(body.toString())) });

  fault?.before?.();
  if (fault?.kind === 'refused') {
    refuse(response, fault.error ?? 'InternalServerError');
    return;
  }
  const { host, connection, 'content-length': length, ...headers } = request.headers;
  const answer = await fetch(`${endpoint}${request.url ?? '/'}`, {
    method: request.method ?? 'POST',
    headers: headers as Record<string, string>,
    body,
  });
  const answered = Buffer.from(await answer.arrayBuffer());
  fault?.after?.();
  if (fault?.kind === 'unanswered') {
    response.socket?.resetAndDestroy();
    return;
  }
  const type = answer.headers.get('content-type') ?? 'application/x-amz-json-1.0';
  response.writeHead(answer.status, { 'content-type': type, 'content-length': answered.length });
  response.end(answered);
}

/** docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
function refuse(response: ServerResponse, error: string): void {
  const status = error === 'InternalServerError' ? 500 : 400;
  const __type = `com.amazonaws.dynamodb.v20120810#${error}`;
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type, message: 'By a fault of this test.' }));
}

/** The order that a call to DynamoDB or SQS is about; the first one of several. */
function orderIdIn(body: unknown): number | undefined {
  if (!isRow(body)) return undefined;
  const inner = [body.TransactItems, body.Entries].find(Array.isArray) as unknown[] | undefined;
  if (inner !== undefined) return orderIdIn(inner[0]);
  if (isRow(body.Update)) return orderIdIn(body.Update);
  if (typeof body.MessageBody === 'string') {
    const reference = parseJson(body.MessageBody);
    return isRow(reference) ? Number(reference.orderId) : undefined;
  }
  const named = isRow(body.Key) ? body.Key : isRow(body.Item) ? body.Item : {};
  const id = named.order_id ?? named.id;
  return isRow(id) ? Number(id.N) : undefined;
}
