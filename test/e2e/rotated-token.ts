// A day in the life of a token: it is changed in the store while orders wait, and in the secret after they failed.
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';

import type { LedgerRow } from '../../lambda/shared/order/ledger-row';
import type { DeployedFunctions } from '../../scripts/local/deployed-functions';
import type { LocalService } from './local-service';
import { until } from '../support/until';

/** How long a container goes without asking for a secret again, once it has. */
const REFETCH_AFTER_MS = 10_000;

export interface RotatedToken {
  /** As they were while the token was wrong. */
  readonly rows: readonly LedgerRow[];
  readonly pollError: unknown;
  /** When every container may ask for the secret again, in epoch milliseconds. */
  readonly effectiveFrom: number;
}

/** Lets these orders meet a wrong token, once each, and a poll too. Then the secret is right again. */
export async function rotateToken(
  service: LocalService,
  functions: DeployedFunctions,
  orderIds: readonly number[],
): Promise<RotatedToken> {
  const { simulator, stack, clients } = service;
  const accessToken = 'a-rotated-token';
  await functions.pauseWorker();
  await stack.poll();
  simulator.credentials.accessToken = accessToken;
  await functions.resumeWorker();
  const failed = async (id: number) => {
    const row = await service.ledgerRow(id);
    return row?.last_error !== undefined && row;
  };
  const rows = await Promise.all(orderIds.map((id) => until(() => failed(id))));
  await functions.pauseWorker();
  const pollError = await stack.poll().then(
    () => undefined,
    (error: unknown) => error,
  );
  const effectiveFrom = Date.now() + REFETCH_AFTER_MS;

  const SecretId = stack.outputs['BigCommerceSecretArn'];
  const { SecretString = '' } = await clients.secretsManager.send(new GetSecretValueCommand({ SecretId }));
  const credentials = { ...(JSON.parse(SecretString) as object), accessToken };
  const put = new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(credentials) });
  await clients.secretsManager.send(put);
  // Polls continue automatically, too.
  await until(() => stack.poll().then(Boolean, () => false), 2 * REFETCH_AFTER_MS);
  return { rows, pollError, effectiveFrom };
}
