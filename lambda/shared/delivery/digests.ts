// Digests by which a row remembers what it was decided on: of the store's side of a document, of lines, and of what an ERP shows.
import { createHash } from 'node:crypto';
import type { ErpLine, ErpOrder } from './erp-order';
import { normalAmount as normal } from './money';
import { isRow } from '../runtime/json';

/**
 * The prefix of each digest of a document. Its number changes with anything that changes the digest of the same order: which
 * fields count, how texts are cleaned, how amounts are divided. Digests of different versions cannot be compared.
 */
const FORM = '1:';

/** A digest of the store's side of an order. */
export const digestOfStoreSide = (side: unknown): string => FORM + digestOf(side);

/** A digest of lines, whatever their order and however their decimals are written. */
export function digestOfLines(lines: readonly Pick<ErpLine, 'item' | 'quantity' | 'unitPrice'>[]): string {
  return digestOf(
    lines
      .map(({ item, quantity, unitPrice }) => JSON.stringify([item, normal(quantity), normal(unitPrice)]))
      .sort(),
  );
}

/** A digest of an ERP's order: currency, lines and totals. */
export function digestOfSeen({ currency, lines, totals }: ErpOrder): string {
  const amounts = [totals.net, totals.tax, totals.total].map(normal);
  const shown = lines.map(({ item, quantity, unitPrice, amount }) =>
    JSON.stringify([item, normal(quantity), normal(unitPrice), normal(amount)]),
  );
  return digestOf([currency, amounts, shown.sort()]);
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, sortKeys)).digest('hex');
}

/** For JSON.stringify: the order of fields does not matter. */
function sortKeys(_key: string, value: unknown): unknown {
  if (!isRow(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
