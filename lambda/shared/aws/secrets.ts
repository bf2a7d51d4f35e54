// Fetches credentials at run time and keeps them for 5 min, so that a rotated token needs no deployment.
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as v from 'valibot';
import { ConfigurationError, formatError } from '../runtime/errors';
import { isRow, parseJson } from '../runtime/json';

const KEPT_MS = 5 * 60 * 1000;

/** The shortest time between two fetches: a wrong token, or junk requests, must not overload Secrets Manager. */
const REFETCH_AFTER_MS = 10_000;

export interface BigCommerceCredentials {
  readonly clientId: string;
  readonly accessToken: string;
  /** If empty, signatures of webhooks cannot be verified, and none is accepted. */
  readonly clientSecret: string;
}

export interface Secrets {
  /** Throws ConfigurationError that names every missing field of the secret. */
  bigCommerce(fresh?: boolean): Promise<BigCommerceCredentials>;
  /** The access token of those credentials. */
  readonly accessToken: (fresh?: boolean) => Promise<string>;
  /** The value that BigCommerce sends in our secret header. Throws ConfigurationError if a header cannot contain it. */
  webhook(fresh?: boolean): Promise<string>;
  /** The current value of the same secret; throws if it cannot be fetched. */
  webhookNow(): Promise<string>;
}

export interface SecretArns {
  readonly bigCommerceSecretArn: string;
  readonly webhookSecretArn?: string;
  readonly now?: () => number;
}

/** Creates the reader of the secrets; all invocations of a container share it. */
export function createSecrets(client: SecretsManagerClient, arns: SecretArns): Secrets {
  const { now } = arns;
  const bigCommerceText = createSecretText(client, arns.bigCommerceSecretArn, now);
  const webhookText = createSecretText(client, arns.webhookSecretArn ?? '', now);
  const bigCommerce = async (fresh = false) => toCredentials(await bigCommerceText(fresh));
  return {
    bigCommerce,
    accessToken: async (fresh) => (await bigCommerce(fresh)).accessToken,
    webhook: async (fresh = false) => toHeaderValue(await webhookText(fresh)),
    webhookNow: async () => toHeaderValue(await webhookText.now()),
  };
}

/** Reads the text of one secret; `fresh` fetches it again. Throws ConfigurationError if it cannot be read. */
export interface SecretText {
  (fresh?: boolean): Promise<string>;
  /** The current text; throws if it cannot be fetched. */
  now(): Promise<string>;
}

/** Creates the reader of one secret. While Secrets Manager fails, the last text is used. */
export function createSecretText(
  client: SecretsManagerClient,
  arn: string,
  now: () => number = Date.now,
): SecretText {
  let kept: { readonly text: string; readonly fetchedAt: number; readonly triedAt: number } | undefined;

  async function fetchText(): Promise<string> {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    const text = SecretString ?? '';
    kept = { text, fetchedAt: now(), triedAt: now() };
    return text;
  }

  async function read(fresh = false): Promise<string> {
    const known = kept;
    if (known === undefined) return fetchText().catch(asConfiguration);
    const isOld = fresh || now() - known.fetchedAt >= KEPT_MS;
    if (!isOld || now() - known.triedAt < REFETCH_AFTER_MS) return known.text;
    try {
      return await fetchText();
    } catch {
      // `triedAt` keeps further calls from waiting for Secrets Manager.
      kept = { ...known, triedAt: now() };
      return known.text;
    }
  }

  return Object.assign(read, { now: () => fetchText().catch(asConfiguration) });
}

/** A secret that was set from a file may end with a line break, which a header cannot contain. */
function toHeaderValue(text: string): string {
  const value = text.trim();
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new ConfigurationError(
    'The webhook secret is empty or has characters that a header cannot contain. Use letters and digits: see WebhookSecretArn.',
  );
}

/** The error names of Secrets Manager that a retry cannot fix. */
const LASTING = new Set([
  'AccessDeniedException',
  'ResourceNotFoundException',
  'DecryptionFailure',
  'InvalidRequestException',
  'InvalidParameterException',
]);

function asConfiguration(error: unknown): never {
  if (!(error instanceof Error) || !LASTING.has(error.name)) throw error;
  throw new ConfigurationError(`A secret cannot be read. ${formatError(error)}`, { cause: error });
}

const PROBLEMS: Readonly<Record<string, string>> = {
  clientId: 'clientId is missing',
  accessToken: 'accessToken is missing',
  clientSecret: 'clientSecret is not a text',
};

const text = v.pipe(v.string(), v.nonEmpty());
const credentials = v.object({
  clientId: text,
  accessToken: text,
  clientSecret: v.optional(v.string(), ''),
});

function toCredentials(given: string): BigCommerceCredentials {
  const value = parseJson(given);
  if (!isRow(value))
    throw new ConfigurationError('The BigCommerce secret is not a JSON object: see BigCommerceSecretArn.');
  const result = v.safeParse(credentials, value);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => PROBLEMS[v.getDotPath(issue) ?? ''] ?? 'unusable');
  throw new ConfigurationError(`The BigCommerce secret is not usable: ${problems.join('; ')}.`);
}
