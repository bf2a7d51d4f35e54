// deliveries compare: what the ERP holds of an order, next to what the store has now.
import { lookAtOrder } from '../../service/delivery-tasks';
import type { LookedOrder } from '../../service/delivery-tasks';
import { printable } from '../../terminal/printable';
import { namedValues, table } from '../../terminal/table';
import type { DeliveriesFlow } from './deps';
import { VERDICTS } from './verdicts';

/** Looks at one order. What differs is no problem of the command: it may be as people decided. */
export const compare: DeliveriesFlow<{ readonly orderId: number }> = async ({ orderId }, deps) => {
  const looked = await lookAtOrder(orderId, deps.service);
  return { data: dataOf(looked), lines: linesOf(looked) };
};

const dataOf = ({ store = null, erp = [], ...looked }: LookedOrder) => ({ ...looked, store, erp });

function linesOf({
  orderId,
  state,
  verdict,
  difference,
  refs,
  store,
  erp = [],
}: LookedOrder): readonly string[] {
  return [
    ...namedValues({
      Order: String(orderId),
      State: state ?? 'no row in the Deliveries table',
      References: refs.join(', '),
      Verdict: `${verdict}: ${VERDICTS[verdict]}`,
      ...(difference !== null && { Difference: difference }),
    }),
    '',
    ...storeLines(store),
    ...erp.flatMap((order) => ['', ...erpLines(order)]),
  ];
}

function storeLines(store: LookedOrder['store']): readonly string[] {
  if (store === null || store === undefined) {
    return ['The store: no document can be built. `erp preview` says why.'];
  }
  return [`The store: total ${store.total} ${store.currency}`, ...tableOf(store.lines)];
}

function erpLines(order: NonNullable<LookedOrder['erp']>[number]): readonly string[] {
  const { number, id, state, vendorState, reference, currency, totals, lines, payments } = order;
  const name = number === undefined ? `id ${id}` : `${number} (id ${id})`;
  return [
    printable(
      `The ERP: ${name}, ${state} (${vendorState}), reference ${reference}, total ${totals.total} ${currency}, of it tax ${totals.tax}`,
    ),
    ...tableOf(lines),
    ...payments.map(({ method, amount }) => printable(`Payment: ${method} ${amount}`)),
  ];
}

type Lines = NonNullable<LookedOrder['store']>['lines'];

const tableOf = (lines: Lines): readonly string[] =>
  table(
    lines.map(({ item, quantity, unitPrice, amount }) => [item, quantity, unitPrice, amount]),
    ['Item', 'Quantity', 'Unit price', 'Amount'],
  );
