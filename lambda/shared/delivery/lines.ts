// The lines of a document: what was ordered, the costs, the fees and the discounts, each with the ERP's item.
import type { Figure, Figures } from './figures';
import { Hold } from './hold';
import type { Mapping } from './mapping';
import { formatAmount, smallestOf } from './money';
import type { Line, LineKind } from './sales-order';
import type { StoreLine } from './store-lines';
import type { CostKind, StoreOrder } from './store-order';
import { unitPriceOf } from './unit-price';

/** The lines in the store's order, then shipping, handling, wrapping, fees and discounts; costs and fees of nothing are none. */
export function linesOf(order: StoreOrder, figures: Figures, mapping: Mapping): readonly Line[] {
  return withItems(storeLines(order, figures), mapping);
}

/** A line without what the mapping makes of it: `sku` is the store's, and empty where it has none. */
export type StoreSideLine = Line;

/** The lines before any mapping. */
export function storeLines(order: StoreOrder, figures: Figures): readonly StoreSideLine[] {
  const costs = (Object.keys(figures.costs) as CostKind[])
    .map((kind) => ({ kind, name: nameOfCost(kind, order), figure: figures.costs[kind] }))
    .filter(({ figure }) => figure.gross + figure.tax !== 0n);
  const fees = order.fees
    .map(({ name }, nth) => ({ kind: 'fee' as const, name, figure: figures.fees[nth] ?? nothing }))
    .filter(({ figure }) => figure.gross + figure.tax !== 0n);
  const discounts = order.discounts.map(({ name }, nth) => {
    const figure = { gross: -(figures.discounts[nth] ?? 0n), discount: 0n, tax: 0n };
    return { kind: 'discount' as const, name, figure };
  });
  return [
    ...order.lines.map((line, nth) => orderedLine(order, line, figures.lines[nth] ?? nothing)),
    ...[...costs, ...fees, ...discounts].map(({ kind, name, figure }) => ownLine(kind, name, figure)),
  ];
}

const nothing: Figure = { gross: 0n, discount: 0n, tax: 0n };

function orderedLine(order: StoreOrder, line: StoreLine, figure: Figure): StoreSideLine {
  const place = order.addresses.findIndex(({ id }) => id === line.addressId && id !== 0);
  const quantity = BigInt(line.quantity);
  const price = unitPriceOf(figure.gross, quantity, smallestOf(order.currency), line.price);
  return {
    kind: line.isGiftCertificate ? 'gift_certificate' : 'item',
    lineId: line.id,
    sku: line.sku,
    name: line.name === '' ? `Line ${line.id}` : line.name,
    options: line.options,
    quantity: String(line.quantity),
    refunded: String(line.refunded),
    // Without a price that reaches the amount the line is sent in two.
    unitPrice: formatAmount(price ?? figure.gross / quantity),
    ...amounts(figure),
    ...(place < 0 ? {} : { addressIndex: place }),
  };
}

/** A line that the store does not have as one. */
function ownLine(kind: LineKind, name: string, figure: Figure): StoreSideLine {
  return {
    kind,
    sku: '',
    name,
    options: [],
    quantity: '1',
    refunded: '0',
    unitPrice: formatAmount(figure.gross),
    ...amounts(figure),
  };
}

const amounts = ({ gross, discount, tax }: Figure) => ({
  gross: formatAmount(gross),
  discount: formatAmount(discount),
  net: formatAmount(gross - discount),
  tax: formatAmount(tax),
});

function nameOfCost(kind: CostKind, { addresses }: StoreOrder): string {
  if (kind === 'handling') return 'Handling';
  if (kind === 'wrapping') return 'Gift wrapping';
  const methods = [...new Set(addresses.map(({ method }) => method))].filter((method) => method !== '');
  return methods.length === 0 ? 'Shipping' : methods.join(', ');
}

function withItems(lines: readonly StoreSideLine[], mapping: Mapping): readonly Line[] {
  const unmapped = new Set<string>();
  const mapped = lines.map((line) => {
    const sku = itemOf(line, mapping);
    if (sku === 'hold') unmapped.add(line.sku === '' ? `line ${line.lineId ?? ''} has no SKU` : line.sku);
    return { ...line, sku };
  });
  if (unmapped.size > 0) throw new Hold('unmapped-item', [...unmapped].slice(0, 10).join(', '));
  return mapped;
}

/** The ERP's item of a line of the store, or `hold`. */
export function itemOf({ kind, sku }: Pick<Line, 'kind' | 'sku'>, mapping: Mapping): string {
  const { items, special } = mapping;
  if (kind === 'gift_certificate') return special.giftCertificate;
  if (kind !== 'item') return special[kind];
  return sku === '' ? items.else : renamed(sku, items.rename);
}

function renamed(sku: string, rename: Mapping['items']['rename']): string {
  if (Object.hasOwn(rename, sku)) return rename[sku] ?? sku;
  const name = Object.keys(rename).find((one) => one.toLowerCase() === sku.toLowerCase());
  return name === undefined ? sku : (rename[name] ?? sku);
}
