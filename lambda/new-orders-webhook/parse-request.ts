// What API Gateway hands over becomes a request whose headers are found in any case, with the body's very bytes.
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { WebhookRequest } from './receive';

/** The API Gateway console's own test sends no headers at all. */
export type ProxyEvent = Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'> & {
  readonly headers: APIGatewayProxyEvent['headers'] | null;
};

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
