// Values of Tryton's REST API: exact decimals, dates, and rows narrowed by a schema.
import * as v from 'valibot';
import type { Amount } from '../../delivery/sales-order';
import type { Answered } from './calls';
import { missingField } from './classify';

/** A decimal as Tryton writes it, read as an exact text. */
export const decimal = v.pipe(
  v.object({
    __class__: v.literal('Decimal'),
    decimal: v.pipe(v.string(), v.regex(/^-?\d+(\.\d+)?(E[+-]?\d{1,2})?$/i)),
  }),
  v.transform(({ decimal: text }) => plainDecimal(text)),
);

/** A quantity, which Tryton sends as a JSON number, as an exact text. */
export const quantity = v.pipe(
  v.number(),
  v.transform((number) => plainDecimal(String(number))),
);

export const toDecimal = (amount: Amount) => ({ __class__: 'Decimal', decimal: amount });

/** The UTC day of an ISO time. */
export function toDate(isoTime: string) {
  const [year, month, day] = isoTime.slice(0, 10).split('-').map(Number);
  return { __class__: 'date', year, month, day };
}

/** Writes a decimal without an exponent: `1E+3` is `1000`. */
export function plainDecimal(text: string): Amount {
  const [digits = '', exponent] = text.toLowerCase().split('e');
  if (exponent === undefined) return digits;
  const sign = digits.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = digits.replace('-', '').split('.');
  const point = whole.length + Number(exponent);
  const all = whole + fraction;
  const padded = point > 0 ? all.padEnd(point, '0') : all.padStart(all.length - point + 1, '0');
  const at = Math.max(point, 1);
  const rest = padded.slice(at);
  return `${sign}${padded.slice(0, at)}${rest === '' ? '' : `.${rest}`}`;
}

/** The one text of a decimal without an exponent: `3.10` is `3.1`, `3.00` is `3`. */
export function shortDecimal(amount: Amount): Amount {
  if (!amount.includes('.')) return amount;
  let end = amount.length;
  while (amount[end - 1] === '0') end -= 1;
  return amount.slice(0, amount[end - 1] === '.' ? end - 1 : end);
}

type Schema<T> = v.GenericSchema<unknown, T>;

/** Narrows an answer; a field that is missing or malformed is an ErpError that names it. */
export function narrow<T>(call: string, { body, status }: Answered, schema: Schema<T>): T {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const names = (v.getDotPath(issue) ?? '').split('.').filter((part) => !/^\d*$/.test(part));
  throw missingField(call, names.length > 0 ? names.join('.') : 'record', status);
}
