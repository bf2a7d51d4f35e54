// A proxy between a function, or a command, and MiniStack. It records each call to AWS, lets single calls fail, and lets
// tests act just before or just after a call takes effect. Functions use it through their environment.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { isRow, parseJson } from '../../lambda/shared/runtime/json';
import type { Row } from '../../lambda/shared/runtime/json';
import { listen } from '../../simulator/listen';

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

/** A call with its answer. */
export interface AnsweredCall {
  /** As in an IAM action: `dynamodb`, `sqs`, `secretsmanager`, `sns`, `lambda`, `cloudformation`. */
  readonly service: string;
  readonly operation: string;
  readonly input: Row;
  readonly output: unknown;
}

export type AwsProxy = Awaited<ReturnType<typeof startAwsProxy>>;

/** Starts a proxy on a free port, in front of `endpoint`. With `see`, DynamoDB also reports the capacity of each call. */
export async function startAwsProxy(endpoint: string, see?: (call: AnsweredCall) => void) {
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
    pass(request, response, { endpoint, strike, see }).catch(() => response.destroy());
  });
  const { url, stop } = await listen(server);
  return {
    url,
    stop,
    /** Arms a fault. Returns a function that counts its occurrences. */
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

interface ProxyDeps {
  readonly endpoint: string;
  readonly strike: (call: AwsCall) => AwsFault | undefined;
  readonly see: ((call: AnsweredCall) => void) | undefined;
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { endpoint, strike, see }: ProxyDeps,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const called = readCall(request, body.toString());
  const fault = strike({ operation: called.operation, orderId: orderIdIn(called.input) });

  fault?.before?.();
  if (fault?.kind === 'refused') {
    refuse(response, fault.error ?? 'InternalServerError');
    return;
  }
  const { host, connection, 'content-length': length, ...headers } = request.headers;
  const answer = await fetch(`${endpoint}${request.url ?? '/'}`, {
    method: request.method ?? 'POST',
    headers: headers as Record<string, string>,
    body:
      see && called.service === 'dynamodb'
        ? JSON.stringify({ ...called.input, ReturnConsumedCapacity: 'TOTAL' })
        : body,
  });
  const answered = Buffer.from(await answer.arrayBuffer());
  see?.({ ...called, output: parseJson(answered.toString()) });
  fault?.after?.();
  if (fault?.kind === 'unanswered') {
    response.socket?.resetAndDestroy();
    return;
  }
  const type = answer.headers.get('content-type') ?? 'application/x-amz-json-1.0';
  response.writeHead(answer.status, { 'content-type': type, 'content-length': answered.length });
  response.end(answered);
}

/** The service that a call is signed for. */
const signedFor = (authorization = '') =>
  /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(authorization)?.[1] ?? '';

/** SNS and CloudFormation use the query protocol, which has no target header, and Lambda uses paths. */
function readCall({ headers, url = '' }: IncomingMessage, body: string): Omit<AnsweredCall, 'output'> {
  const service = signedFor(headers.authorization);
  const [, operation] = String(headers['x-amz-target'] ?? '').split('.');
  if (operation !== undefined) {
    const input = parseJson(body);
    return { service, operation, input: isRow(input) ? input : {} };
  }
  const [, FunctionName] = /\/functions\/([^/]+)\/invocations$/.exec(url) ?? [];
  if (FunctionName !== undefined) return { service, operation: 'InvokeFunction', input: { FunctionName } };
  const input = Object.fromEntries(new URLSearchParams(body));
  return { service, operation: input['Action'] ?? '', input };
}

/** docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
function refuse(response: ServerResponse, error: string): void {
  const status = error === 'InternalServerError' ? 500 : 400;
  const __type = `com.amazonaws.dynamodb.v20120810#${error}`;
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type, message: 'A fault of this test.' }));
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
