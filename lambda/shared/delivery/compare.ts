// Compares what an ERP shows with the document that it was sent.
import type { ErpLine, ErpOrder } from './erp-order';
import type { Mapping } from './mapping';
import { abs, formatAmount, normalAmount as normal, parseAmount, sum } from './money';
import { sentLines } from './sent-lines';
import type { SalesOrder, SentLine } from './sales-order';

/** `detail` names items and amounts of both sides. */
export type Comparison =
  | { readonly kind: 'equal' }
  | { readonly kind: 'other-lines'; readonly detail: string }
  | { readonly kind: 'totals-differ'; readonly detail: string };

/**
 * Equal: the currency, each line's item, quantity and amount, the tax and the total; amounts within the mapping's tolerance.
 * `other-lines`: not the lines that we sent. `totals-differ`: our lines, but other figures.
 */
export function compareWithErp(document: SalesOrder, mapping: Mapping, order: ErpOrder): Comparison {
  const tolerance = parseAmount(mapping.tax.tolerance) ?? 0n;
  const sent = sentLines(document, mapping);
  const tax = taxOf(sent, mapping, order);
  const taxFigure = figureDiffers('tax', document.totals.tax, tax.amount, tolerance);
  // An ERP that shows the store's tax as its own has no lines of it.
  const hasOwnTax = !tax.hasLines && taxFigure === undefined;
  const compared = hasOwnTax ? sent.filter(({ kind }) => kind !== 'tax') : sent;
  const { lacking, extra, pairs } = pairLines(compared, order.lines);
  // The line by which the ERP rounds is its own; the total says whether it rounds too much.
  const others = extra.filter(({ item }) => item !== mapping.tax.roundingItem);
  if (lacking.length + others.length > 0) {
    const texts = [
      ...lacking.map((line) => `the ERP lacks ${textOf(line)}`),
      ...others.map((line) => `the ERP has ${textOf(line)}`),
    ];
    return { kind: 'other-lines', detail: shorten(texts) };
  }
  const figures = [
    figureDiffers('total', document.totals.gross, parseAmount(order.totals.total), tolerance),
    taxFigure,
    currencyDiffers(document.currency, order.currency),
    ...pairs.map(([line, shown]) =>
      figureDiffers(`amount of ${line.item}`, line.amount, parseAmount(shown.amount), tolerance),
    ),
  ].filter((figure) => figure !== undefined);
  return figures.length > 0 ? { kind: 'totals-differ', detail: shorten(figures) } : { kind: 'equal' };
}

/** The ERP's own tax and the tax that it shows as lines. The item of the tax may be that of other lines, too. */
function taxOf(
  sent: readonly SentLine[],
  { special }: Mapping,
  { lines, totals }: ErpOrder,
): { readonly amount: bigint | undefined; readonly hasLines: boolean } {
  const isOfItem = ({ item }: ErpLine) => item === special.tax;
  const shown = lines.filter(isOfItem);
  const others = sent.filter((line) => line.kind !== 'tax' && isOfItem(line));
  const amounts = [totals.tax, ...shown.map(({ amount }) => amount)].map(parseAmount);
  const known = amounts.filter((amount) => amount !== undefined);
  const other = sum(others.map(({ amount }) => parseAmount(amount) ?? 0n));
  return {
    amount: known.length === amounts.length ? sum(known) - other : undefined,
    hasLines: shown.length > others.length,
  };
}

const currencyDiffers = (stored: string, shown: string): string | undefined =>
  stored === shown ? undefined : `currency ${stored} in the store, ${shown} in the ERP`;

function figureDiffers(
  name: string,
  stored: string,
  shown: bigint | undefined,
  tolerance: bigint,
): string | undefined {
  if (shown !== undefined && abs((parseAmount(stored) ?? 0n) - shown) <= tolerance) return undefined;
  const text = shown === undefined ? 'no amount' : formatAmount(shown);
  return `${name} ${stored} in the store, ${text} in the ERP`;
}

interface Pairs {
  readonly lacking: readonly SentLine[];
  readonly extra: readonly ErpLine[];
  readonly pairs: readonly (readonly [SentLine, ErpLine])[];
}

/** Pairs lines of the same amount first, then those of the same price from which the ERP arrives at another amount. */
function pairLines(sent: readonly SentLine[], shown: readonly ErpLine[]): Pairs {
  const keys = ['amount', 'unitPrice'] as const;
  return keys.reduce<Pairs>(
    (done, field) => {
      const free = [...done.extra];
      const pairs = [...done.pairs];
      const lacking = done.lacking.filter((line) => {
        const nth = free.findIndex((one) => keyOf(one, field) === keyOf(line, field));
        const [found] = nth < 0 ? [] : free.splice(nth, 1);
        if (found) pairs.push([line, found]);
        return found === undefined;
      });
      return { lacking, extra: free, pairs };
    },
    { lacking: sent, extra: shown, pairs: [] },
  );
}

const keyOf = (line: ErpLine, field: 'amount' | 'unitPrice'): string =>
  JSON.stringify([line.item, normal(line.quantity), normal(line[field])]);

const textOf = ({ item, quantity, amount }: ErpLine): string =>
  `${normal(quantity)} x ${item === '' ? 'no item' : item} for ${normal(amount)}`;

const MAX_DIFFERENCES = 5;

function shorten(texts: readonly string[]): string {
  const rest = texts.length - MAX_DIFFERENCES;
  return [...texts.slice(0, MAX_DIFFERENCES), ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
}
