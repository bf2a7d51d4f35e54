// The lines as an ERP gets them: the document's, and the store's tax as lines of the mapping's tax item. Their amounts are
// exactly the total of the order.
import { cleanText } from './clean-text';
import type { Mapping } from './mapping';
import { ONE, formatAmount, parseAmount, smallestOf } from './money';
import type { Line, SalesOrder, SentLine, Tax } from './sales-order';
import { splitQuantity } from './unit-price';

const MAX_DESCRIPTION = 1_000;

const TAX_NAMES: Readonly<Record<Tax['name'], string>> = {
  goods: 'Tax',
  shipping: 'Tax on shipping',
  handling: 'Tax on handling',
  wrapping: 'Tax on gift wrapping',
  fee: 'Tax on fees',
};

/** All lines to send. A line whose amount no unit price of four decimals reaches is sent as two of the same item. */
export function sentLines(document: SalesOrder, mapping: Mapping): readonly SentLine[] {
  const step = smallestOf(document.currency);
  return [
    ...document.lines.flatMap((line) => sentAs(line, step)),
    ...document.taxes.map(({ name, amount }) => taxLine(TAX_NAMES[name], amount, mapping.special.tax)),
  ];
}

function sentAs(line: Line, step: bigint): readonly SentLine[] {
  const parts = splitQuantity(exact(line.gross), exact(line.quantity) / ONE, exact(line.unitPrice), step);
  return parts.map(({ quantity, price }) => ({
    kind: line.kind,
    ...(line.lineId === undefined ? {} : { lineId: line.lineId }),
    item: line.sku,
    description: descriptionOf(line),
    quantity: quantity.toString(),
    unitPrice: formatAmount(price),
    amount: parts.length === 1 ? line.gross : formatAmount(quantity * price),
  }));
}

function taxLine(description: string, amount: string, item: string): SentLine {
  return { kind: 'tax', item, description, quantity: '1', unitPrice: amount, amount };
}

/** The name and what the shopper chose or wrote, such as `Mug; Size: S`. */
function descriptionOf({ name, options }: Line): string {
  const texts = [name, ...options.map((option) => `${option.name}: ${option.value}`)];
  return cleanText(texts.join('; '), MAX_DESCRIPTION);
}

/** An amount of a document, which is one by its contract; throws TypeError otherwise. */
function exact(amount: string): bigint {
  const parsed = parseAmount(amount);
  if (parsed === undefined) throw new TypeError('The document has an amount that is none.');
  return parsed;
}
