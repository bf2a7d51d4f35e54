// Turns a failed call into an ErpError by the table of error-rules. Nothing of the answer passes into the message except a field of
// the closed list below, because the ERP's messages quote names and addresses.
import { ErpError } from '../../runtime/errors';
import { isRow, parseJson } from '../../runtime/json';
import { ERROR_RULES } from './error-rules';
import type { ErrorRule, Subject } from './error-rules';
import type { HttpAnswer, LostAnswer } from './http';

/** The labels of the fields that this adapter writes, as Tryton prints them in English. */
const FIELDS = [
  'Amount',
  'Attn',
  'City',
  'Code',
  'Comment',
  'Company',
  'Country',
  'Currency',
  'Date',
  'Description',
  'Invoice Address',
  'Journal',
  'Name',
  'Party',
  'Party Name',
  'Payment Term',
  'Payments',
  'Postal Code',
  'Product',
  'Quantity',
  'Reference',
  'Sale Date',
  'Shipment Address',
  'Street',
  'Subdivision',
  'Unit',
  'Unit Price',
  'Value',
  'Warehouse',
  'Web ID',
  'Web Shop',
];

/** Errors of the network before the request could be sent: the name, the connection, or the certificate. */
const NEVER_SENT: readonly { readonly code: RegExp; readonly configuration: boolean }[] = [
  { code: /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/, configuration: false },
  { code: /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_(INVALID_URL|TLS_)|^EPROTO$/, configuration: true },
];

/** The error for an answer that is not the requested value; `call` is what was requested, such as `create order`. */
export function badAnswer(call: string, answer: HttpAnswer, subject: Subject): ErpError {
  const text = errorText(answer);
  const { code, failure, provesRefusal } = ruleFor(answer.status, text, subject);
  const field = fieldIn(text);
  const about = field === undefined ? code : `${code}: ${field}`;
  return new ErpError(
    `${call}: Tryton answered ${answer.status} (${about}).`,
    failure,
    provesRefusal,
    answer.status,
  );
}

/** The error for a request without a complete answer. */
export function noAnswer(call: string, { code, during }: LostAnswer): ErpError {
  const never = NEVER_SENT.find((known) => known.code.test(code));
  const isUnsent = never !== undefined || during === 'connect';
  const failure = never?.configuration === true ? 'configuration' : 'retryable';
  return new ErpError(`${call}: Tryton did not answer (${code}).`, failure, isUnsent);
}

/** The error for an answer in which a field is missing: a field that the user may not read is not in the answer. */
export function missingField(call: string, field: string, status: number): ErpError {
  return new ErpError(
    `${call}: the answer has no usable "${field}". Check the rights of the user whose key this is.`,
    'configuration',
    false,
    status,
  );
}

/** The error for a request that was not sent. */
export const notSent = (call: string): ErpError =>
  new ErpError(`${call}: not sent, because too little time is left.`, 'retryable', true);

function ruleFor(status: number, text: string, subject: Subject): ErrorRule {
  const found = ERROR_RULES.find(
    (rule) =>
      isStatus(rule.status, status) && (rule.of ?? subject) === subject && (rule.text?.test(text) ?? true),
  );
  return found ?? { status, code: 'unknown-status', failure: 'unknown', provesRefusal: false };
}

const isStatus = (rule: ErrorRule['status'], status: number): boolean =>
  typeof rule === 'number' ? rule === status : rule === `${Math.floor(status / 100)}xx`;

/** The message of a JSON error; any other answer as it is. */
function errorText({ text }: HttpAnswer): string {
  const body = parseJson(text);
  return isRow(body) && typeof body.message === 'string' ? body.message : text;
}

/** The last field that the text names, if it is in the list: a value that is quoted before it could imitate one. */
function fieldIn(text: string): string | undefined {
  const named = [...text.matchAll(/(?:for|the) field "([^"]{1,40})"/g)].at(-1)?.[1];
  return FIELDS.find((field) => field === named);
}
