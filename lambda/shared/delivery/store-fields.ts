// Reads the fields of the store that a document needs. Each throws Hold `unusable-order` that names the field, never its value.
import { Hold } from './hold';
import { parseAmount } from './money';
import { isRow } from '../runtime/json';
import type { Row } from '../runtime/json';

/** An amount on its three sides, as the store gives them. */
export interface Sides {
  readonly ex: bigint;
  readonly inc: bigint;
  readonly tax: bigint;
}

/** A row of the store and where it is, such as `products[0].`. */
export interface Place {
  readonly row: Row;
  readonly path: string;
}

export const unusable = ({ path }: Pick<Place, 'path'>, name: string): Hold =>
  new Hold('unusable-order', `${path}${name}`);

/** An amount that is not negative. */
export function amountOf(place: Place, name: string): bigint {
  const amount = parseAmount(place.row[name]);
  if (amount === undefined || amount < 0n) throw unusable(place, name);
  return amount;
}

/** Such as `total_ex_tax`, `total_inc_tax` and `total_tax`. */
export function sidesOf(place: Place, name: string): Sides {
  return {
    ex: amountOf(place, `${name}_ex_tax`),
    inc: amountOf(place, `${name}_inc_tax`),
    tax: amountOf(place, `${name}_tax`),
  };
}

/** A safe integer that is at least `least`; `missing` stands for a field that is not there. */
export function integerOf(place: Place, name: string, least: number, missing?: number): number {
  const value = place.row[name] ?? missing;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw unusable(place, name);
}

/** The rows of a list, each with its place. */
export function rowsOf(row: Row, name: string): readonly Place[] {
  const list = row[name];
  if (!Array.isArray(list)) throw unusable({ path: '' }, name);
  return list.map((one: unknown, nth) => {
    const path = `${name}[${nth}]`;
    if (!isRow(one)) throw unusable({ path }, '');
    return { row: one, path: `${path}.` };
  });
}
