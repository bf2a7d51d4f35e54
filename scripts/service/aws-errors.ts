// Says in one sentence what the user can do about an answer of AWS that is no fault of this program.
import { CommandError } from '../terminal/command-error';

const sentences: readonly (readonly [RegExp, string])[] = [
  [
    /^CredentialsProviderError$|^InvalidClientTokenId$|^InvalidAccessKeyId$|^UnrecognizedClientException$/,
    'AWS does not know who is asking: sign in (aws sso login) or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  ],
  [/^Expired(Token|TokenException)$/, 'The AWS credentials have expired: sign in again.'],
  [/^SignatureDoesNotMatch$/, 'AWS refused the signature: the secret access key is wrong.'],
  [
    /^ENOTFOUND$|^ECONNREFUSED$|^EAI_AGAIN$/,
    'AWS cannot be reached: check the network, the region and AWS_ENDPOINT_URL.',
  ],
  [/Region is missing/, 'No AWS region is set: give --region, or set AWS_REGION.'],
];

/** The error to show in place of `error`: a plain sentence where there is one, else the error itself. */
export function explained(error: unknown): unknown {
  const known = sentences.find(([pattern]) => namesOf(error).some((name) => pattern.test(name)));
  if (known !== undefined) return new CommandError(known[1], { cause: error });
  if (!isRefusal(error)) return error;
  return new CommandError(`AWS refused (${error.name}): ${error.message}`, { cause: error });
}

/** What `explained` makes of an error, as text: for one that ends nothing. */
export function inWords(error: unknown): string {
  const shown = explained(error);
  return shown instanceof Error ? shown.message : String(shown);
}

/** An answer of AWS that blames the caller: its own message says what is wrong, a stack would not. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof Error && '$fault' in error && error.$fault === 'client';

/** Whether AWS refused for lack of a permission. */
export function isAccessDenied(error: unknown): boolean {
  return namesOf(error).some((name) => /^AccessDenied(Exception)?$|^Forbidden$/.test(name));
}

/** What an error goes by: its name, its code (network errors), its message, and its causes' in an aggregate. */
export function namesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const inner: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return [error.name, ...code, error.message, ...inner.flatMap(namesOf)];
}
