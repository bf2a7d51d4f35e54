// Time limits and attempts of the AWS clients: none may hang, since the SDK waits indefinitely by default.

/** For every AWS client: none may hang, since the SDK's default is to wait for ever. Milliseconds. */
export const awsClientOptions = {
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
} as const;

/**
 * For the webhook, which is answered in seconds whatever hangs: BigCommerce counts a late answer as a failure. And for
 * secrets everywhere: calls to the store wait for them, and the last good value is as good.
 */
export const quickAwsClientOptions = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_500, throwOnRequestTimeout: true },
} as const;

/**
 * For the webhook's records, which are written when the order is safe already: the answer hardly waits for them. The time
 * of a request includes its connection, which takes longest in a container that has just started.
 */
export const recordAwsClientOptions = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_000, throwOnRequestTimeout: true },
} as const;
