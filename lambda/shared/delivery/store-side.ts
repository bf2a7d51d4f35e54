// The store's side of a document: all of it that does not come from the mapping, and what is refunded. Its digest tells whether
// anything changed that matters to an ERP.
import { digestOfStoreSide } from './digests';
import { figuresOf } from './figures';
import type { Figures } from './figures';
import { storeLines } from './lines';
import type { StoreSideLine } from './lines';
import { optionsOf } from './options';
import { storePayments } from './payments';
import type { StorePayment } from './payments';
import { readStoreOrder } from './store-order';
import type { StoreOrder } from './store-order';
import { addUp } from './sums';
import type { Sums } from './sums';
import { erasePersonal } from '../order/personal-data';
import { Status } from '../order/status';
import type { Snapshot } from '../order/order';

export interface StoreSide {
  readonly order: StoreOrder;
  readonly sums: Sums;
  readonly figures: Figures;
  readonly lines: readonly StoreSideLine[];
  readonly payments: readonly StorePayment[];
}

/** Reads the store's side. Throws Hold where it cannot be used. */
export function storeSideOf(snapshot: Snapshot): StoreSide {
  const order = readStoreOrder(snapshot);
  const sums = addUp(order);
  const figures = figuresOf(order, sums);
  return { order, sums, figures, lines: storeLines(order, figures), payments: storePayments(order, sums) };
}

/** `bare` is without people and addresses: an erased snapshot has the same one as before. */
export function digestsOf(
  snapshot: Snapshot,
  side: StoreSide,
): { readonly digest: string; readonly bare: string } {
  const { customerId, billing, addresses, note } = side.order;
  const lines = withoutAnswers(snapshot, side.lines);
  const bare = digestOfStoreSide(bareOf(snapshot, { ...side, lines }));
  const answers = side.lines.map(({ options }) => options);
  return { digest: digestOfStoreSide({ bare, answers, customerId, billing, addresses, note }), bare };
}

/** A refund counts. Whether an order is paid does not: the ERP has the same order before and after. */
function bareOf(snapshot: Snapshot, { order, sums, figures, lines, payments }: StoreSide) {
  const { orderId, placedAt, currency, channelId, addresses } = order;
  return {
    orderId,
    placedAt,
    currency,
    channelId,
    methods: addresses.map(({ method }) => method),
    lines,
    discounts: figures.discounts.map(String),
    payments,
    totals: [sums.net, sums.tax, sums.gross].map(String),
    refund: refundOf(snapshot),
  };
}

/** Of what is left without people and addresses, erasing blanks only what the shopper wrote. */
function withoutAnswers({ products }: Snapshot, lines: readonly StoreSideLine[]): readonly StoreSideLine[] {
  return lines.map((line, nth) => {
    const product = products[nth];
    return product && line.lineId !== undefined
      ? { ...line, options: optionsOf(erasePersonal(product)) }
      : line;
  });
}

function refundOf({ status_id: statusId, payment_status: status }: Snapshot): 'none' | 'partly' | 'whole' {
  if (statusId === Status.Refunded || status === 'refunded') return 'whole';
  return statusId === Status.PartiallyRefunded || status === 'partially refunded' ? 'partly' : 'none';
}
