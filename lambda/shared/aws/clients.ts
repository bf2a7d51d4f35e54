// Time limits and attempts of the AWS clients: none may hang, since the SDK waits indefinitely by default.

/** For every AWS client, in milliseconds. */
export const awsClientOptions = {
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
} as const;

/**
 * For the webhook, which must be answered within seconds: BigCommerce counts a late answer as a failure. Also for all reads of
 * secrets: calls to the store wait for them, and the last value can be used instead.
 */
export const quickAwsClientOptions = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_500, throwOnRequestTimeout: true },
} as const;

/**
 * For the webhook's records, which are written after the reference is queued, so the answer must not wait long for them. The
 * time of a request includes its connection, which is slowest in a new container.
 */
export const recordAwsClientOptions = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_000, throwOnRequestTimeout: true },
} as const;
