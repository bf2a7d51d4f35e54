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
  const taxFigures = figureDiffers('tax', document.totals.tax, taxOf(order, mapping), tolerance);
  const { lacking, extra, pairs } = pairLines(
    expectedLines(document, mapping, order, taxFigures === undefined),
    order.lines.filter(({ item }) => item !== mapping.tax.roundingItem),
  );
  if (lacking.length + extra.length > 0) {
    const texts = [
      ...lacking.map((line) => `the ERP lacks ${textOf(line)}`),
      ...extra.map((line) => `the ERP has ${textOf(line)}`),
    ];
    return { kind: 'other-lines', detail: shorten(texts) };
  }
  const figures = [
    figureDiffers('total', document.totals.gross, parseAmount(order.totals.total), tolerance),
    taxFigures,
    document.currency === order.currency
      ? undefined
      : `currency ${document.currency} in the store, ${order.currency} in the ERP`,
    ...pairs.map(([sent, shown]) =>
      figureDiffers(`amount of ${sent.item}`, sent.amount, parseAmount(shown.amount), tolerance),
    ),
  ].filter((figure) => figure !== undefined);
  return figures.length > 0 ? { kind: 'totals-differ', detail: shorten(figures) } : { kind: 'equal' };
}

/** The ERP's own tax, and the tax that it shows as lines. */
function taxOf({ lines, totals }: ErpOrder, { special }: Mapping): bigint | undefined {
  const amounts = lines.filter(({ item }) => item === special.tax).map(({ amount }) => amount);
  const parsed = [totals.tax, ...amounts].map(parseAmount);
  return parsed.every((amount) => amount !== undefined) ? sum(parsed) : undefined;
}

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

/** What we sent. An ERP that shows the store's tax as its own has no lines of it. */
function expectedLines(
  document: SalesOrder,
  mapping: Mapping,
  { lines }: ErpOrder,
  hasTax: boolean,
): readonly SentLine[] {
  const sent = sentLines(document, mapping);
  const showsTaxLines = lines.some(({ item }) => item === mapping.special.tax);
  return hasTax && !showsTaxLines ? sent.filter(({ kind }) => kind !== 'tax') : sent;
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
