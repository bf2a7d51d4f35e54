// Explains errors of AWS that the user can fix.
import { CommandError } from '../terminal/command-error';

const sentences: readonly (readonly [RegExp, string])[] = [
  [
    /^CredentialsProviderError$|^InvalidClientTokenId$|^InvalidAccessKeyId$|^UnrecognizedClientException$/,
    'No valid AWS credentials were found. Sign in (aws sso login), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  ],
  [/^Expired(Token|TokenException)$/, 'The AWS credentials have expired. Sign in again.'],
  [
    /^SignatureDoesNotMatch$/,
    'AWS refused the signature. Check AWS_SECRET_ACCESS_KEY or the profile: the secret access key is wrong.',
  ],
  [
    /^ENOTFOUND$|^ECONNREFUSED$|^EAI_AGAIN$/,
    'AWS cannot be reached. Check the network, the region and AWS_ENDPOINT_URL.',
  ],
  [/Region is missing/, 'No AWS region is set. Add --region, or set AWS_REGION.'],
];

/** The error to show instead of `error`: a plain sentence for a known one, else the error itself. */
export function explained(error: unknown): unknown {
  const known = sentences.find(([pattern]) => namesOf(error).some((name) => pattern.test(name)));
  if (known !== undefined) return new CommandError(known[1], { cause: error });
  if (!isRefusal(error)) return error;
  return new CommandError(`AWS refused (${error.name}): ${error.message}`, { cause: error });
}

/** The text of an explained error, for one that does not end the command. */
export function inWords(error: unknown): string {
  const shown = explained(error);
  return shown instanceof Error ? shown.message : String(shown);
}

/** An error that AWS attributes to the caller: its message is useful, a stack trace is not. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof Error && '$fault' in error && error.$fault === 'client';

/** Whether AWS refused for lack of a permission. */
export function isAccessDenied(error: unknown): boolean {
  return namesOf(error).some((name) => /^AccessDenied(Exception)?$|^Forbidden$/.test(name));
}

/** The texts that identify an error: its name, code and message, and those of its causes in an aggregate. */
export function namesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const inner: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return [error.name, ...code, error.message, ...inner.flatMap(namesOf)];
}
