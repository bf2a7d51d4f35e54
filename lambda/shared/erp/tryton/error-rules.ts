// What Tryton's errors mean, as a table. The first rule that matches decides.
import type { ErpFailure } from '../../runtime/errors';

/** Whether a request is about one record, or about a model. */
export type Subject = 'record' | 'model';

export interface ErrorRule {
  /** One status, or a class such as `5xx`. */
  readonly status: number | '2xx' | '3xx' | '4xx' | '5xx';
  /** What the answer's text must contain. */
  readonly text?: RegExp;
  /** What the request must be about; either, if absent. */
  readonly of?: Subject;
  /** Stored and compared; kebab-case. */
  readonly code: string;
  readonly failure: ErpFailure;
  readonly provesRefusal: boolean;
}

// A 400 is raised before the transaction is committed, so it proves refusal. A 500 or 503 may also come after the commit: the
// server processes a confirmed sale in the same request.
export const ERROR_RULES: readonly ErrorRule[] = [
  rule(400, /^The web ID on the sale must be unique/, 'web-id-taken', 'duplicate'),
  rule(400, /^The code on party must be unique/, 'party-code-taken', 'duplicate'),
  rule(400, /must be unique/, 'not-unique', 'data'),
  rule(
    400,
    /^You are not allowed to (access|create records|read records|write to records|delete records)/,
    'no-access',
    'configuration',
  ),
  rule(400, /^Calling button "/, 'no-access', 'configuration'),
  rule(400, /^You are not allowed to modify the field "[^"]*" of /, 'no-access', 'configuration'),
  rule(400, /^You can not call "cancel" on /, 'not-in-this-state', 'data'),
  rule(400, /^You can not call /, 'not-in-this-state', 'retryable'),
  rule(
    400,
    /^You are not allowed to (modify the field|delete the record) /,
    'not-in-this-state',
    'retryable',
  ),
  rule(400, /^You cannot add lines to sale /, 'not-in-this-state', 'retryable'),
  rule(400, /^To delete (line|sale|payment) /, 'not-in-this-state', 'retryable'),
  rule(400, /that don't exist/, 'unknown-record', 'data'),
  rule(400, /does not exist\.$/, 'unknown-record', 'data'),
  rule(400, /is not valid according to its domain\.$/, 'not-valid', 'data'),
  rule(400, /exceeds the limit of /, 'too-many-digits', 'data'),
  rule(400, /contains some invalid chars /, 'invalid-characters', 'data'),
  rule(400, /is not one of the allowed options\.$/, 'not-an-option', 'data'),
  rule(400, /^A value is required /, 'missing-value', 'data'),
  rule(400, /is too long \(/, 'too-long', 'data'),
  rule(400, /^To get a quote for sale .* a warehouse/s, 'no-warehouse', 'configuration'),
  rule(400, /^To get a quote for sale /, 'no-address', 'data'),
  rule(400, /instead of the guest /, 'guest-party', 'configuration'),
  rule(400, /^To (process|invoice) sale /, 'not-set-up', 'configuration'),
  rule(400, undefined, 'refused', 'unknown'),
  rule(401, undefined, 'key-refused', 'configuration'),
  rule(403, undefined, 'forbidden', 'configuration'),
  // Of a model and not of a record: the server has no such database.
  { ...rule(404, undefined, 'no-such-database', 'configuration'), of: 'model' },
  rule(404, undefined, 'not-found', 'retryable'),
  rule(405, undefined, 'not-the-rest-api', 'configuration'),
  rule(408, undefined, 'timeout', 'retryable', false),
  rule(413, undefined, 'too-large', 'data'),
  rule(429, undefined, 'too-many-requests', 'busy'),
  rule(
    500,
    /<p>(&#39;|'|")(web_shop|web_id|payments|(web\.shop|account\.payment|sale\.sale|party\.party)[a-z._]*)\1<\/p>/,
    'module-missing',
    'configuration',
    false,
  ),
  rule(500, /<p>(&#39;|'|")[a-z][a-z0-9_.-]*\1<\/p>/, 'unknown-field', 'bug', false),
  rule(
    500,
    /could not convert|Incorrect padding|Expecting value|unexpected keyword/,
    'malformed-request',
    'bug',
    false,
  ),
  rule(500, /locked|serialize|deadlock|connection/i, 'database-busy', 'retryable', false),
  rule(500, undefined, 'server-error', 'unknown', false),
  rule(502, undefined, 'gateway', 'retryable', false),
  rule(503, undefined, 'database-busy', 'retryable', false),
  rule(504, undefined, 'gateway-timeout', 'retryable', false),
  rule('3xx', undefined, 'redirected', 'configuration'),
  rule('2xx', /^\s*$/, 'empty-answer', 'configuration', false),
  rule('2xx', /^\s*</, 'html-answer', 'configuration', false),
  rule('2xx', undefined, 'cut-off-answer', 'retryable', false),
  rule('4xx', undefined, 'refused', 'unknown', false),
  rule('5xx', undefined, 'server-error', 'unknown', false),
];

function rule(
  status: ErrorRule['status'],
  text: RegExp | undefined,
  code: string,
  failure: ErpFailure,
  provesRefusal = true,
): ErrorRule {
  return { status, ...(text ? { text } : {}), code, failure, provesRefusal };
}
