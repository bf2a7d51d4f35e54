// Turns API Gateway's event into a request with header names in lower case and the exact bytes of the body.
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { WebhookRequest } from './receive';

/** The test of the API Gateway console sends no headers. */
export type ProxyEvent = Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'> & {
  readonly headers: APIGatewayProxyEvent['headers'] | null;
};

/** Reads an event, whose body may be base64. */
export function toRequest(
  event: ProxyEvent,
  { awsRequestId }: Pick<Context, 'awsRequestId'>,
): WebhookRequest {
  const headers = Object.entries(event.headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return {
    headers: Object.fromEntries(headers),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    requestId: awsRequestId,
  };
}
