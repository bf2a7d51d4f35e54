// Deliveries as a table, in detail, and as data. Details and errors come from outside.
import type { DeliveryRow } from '../../../lambda/shared/delivery/delivery-row';
import { advisedCommands, DELIVERY_ADVICE } from '../../../lambda/shared/delivery/advice';
import { DELIVERY_REASONS } from '../../../lambda/shared/delivery/reasons';
import type { DeliveryReason } from '../../../lambda/shared/delivery/reasons';
import { excerpt } from '../../terminal/printable';
import { table } from '../../terminal/table';

const MOST_IN_TABLE = 60;
const MOST_IN_DETAIL = 2_000;

type Recommend = (command: string) => string;

/** Whether a reason is one of this version: a row of a later one may have another. */
export const isKnownReason = (reason: string | undefined): reason is DeliveryReason =>
  reason !== undefined && reason in DELIVERY_REASONS;

/** One line per row, below headings. */
export const tableLines = (rows: readonly DeliveryRow[]): readonly string[] =>
  table(
    rows.map((row) => [
      String(row.order_id),
      row.state,
      row.state_at,
      row.reason ?? '',
      excerpt(shortDetail(row), MOST_IN_TABLE),
      row.erp?.number ?? row.erp?.id ?? '',
      nextLook(row),
    ]),
    ['Order', 'State', 'Since', 'Reason', 'Detail', 'ERP', 'Next look'],
  );

/** Why the order waits, if something failed; nothing waits without a reason that a list shows. */
function shortDetail({ detail, shadow, due, last_error: error }: DeliveryRow): string {
  const failure = due === 'now' ? error : undefined;
  return detail ?? shadow?.findings.join('; ') ?? failure ?? '';
}

/** The row in a listing, for programs. */
export const summaryData = (row: DeliveryRow) => ({
  orderId: row.order_id,
  state: row.state,
  stateAt: row.state_at,
  reason: row.reason ?? null,
  detail: row.detail ?? null,
  erpNumber: row.erp?.number ?? null,
  erpId: row.erp?.id ?? null,
  due: row.due ?? null,
  dueAt: row.due_at ?? null,
  lastError: row.last_error ?? null,
});

/** The whole row, for programs. */
export const detailData = (row: DeliveryRow) => ({
  ...summaryData(row),
  digest: row.judged ?? null,
  mapping: row.mapping ?? null,
  reportedReadAt: row.wanted_read_at ?? null,
  handledReadAt: row.handled_read_at ?? null,
  refs: row.refs ?? [],
  erp: row.erp ?? null,
  intent: row.intent ?? null,
  customer: row.customer ?? null,
  delivered: row.delivered ?? null,
  hold: row.hold ?? null,
  released: row.released ?? null,
  keep: row.keep ?? null,
  isKept: row.kept === true,
  shadow: row.shadow ?? null,
  leaseUntil: row.lease_until ?? null,
  attempts: row.attempts ?? 0,
  lastErrorAt: row.last_error_at ?? null,
});

/** All details of one row, and what to do about its reason. */
export function detailLines(row: DeliveryRow, recommend: Recommend): readonly string[] {
  const values = table(
    Object.entries(detailsOf(row)).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, excerpt(value, MOST_IN_DETAIL)]],
    ),
  );
  return isKnownReason(row.reason)
    ? [...values, '', ...adviceLines(row.reason, recommend, row.order_id)]
    : values;
}

/** What to do about a reason, with commands to copy; without an order's id they name it as `<order>`. */
export const adviceLines = (
  reason: DeliveryReason,
  recommend: Recommend,
  orderId?: number,
): readonly string[] => [
  DELIVERY_ADVICE[reason].text,
  ...advisedCommands(reason, orderId).map((command) => `  ${recommend(command)}`),
];

function detailsOf(row: DeliveryRow): Readonly<Record<string, string | undefined>> {
  const { intent, shadow, delivered, refs = [] } = row;
  return {
    Order: String(row.order_id),
    State: `${row.state} since ${row.state_at}`,
    Reason: reasonText(row.reason),
    Detail: row.detail,
    'Next look': nextLook(row),
    ERP: erpText(row),
    References: refs.length === 0 ? undefined : refs.join(', '),
    Customer: row.customer && `${row.customer.id} (${row.customer.how})`,
    Intent: intent && `${intent.step}: the ERP may be working on it until ${intent.until}`,
    Delivered: delivered && `${delivered.at}, document ${delivered.digest}`,
    Hold: personsWord(row.hold),
    Released: personsWord(row.released),
    Keep: personsWord(row.keep),
    Shadow: shadow && [`found at ${shadow.at}`, ...shadow.findings].join('; '),
    Snapshot: snapshotText(row),
    Mapping: row.mapping,
    Lease: row.lease_until && `a worker has it until ${row.lease_until}`,
    Attempts: row.attempts === undefined || row.attempts === 0 ? undefined : `${row.attempts} failed`,
    'Last error': row.last_error && [row.last_error_at, row.last_error].filter(Boolean).join(': '),
  };
}

function reasonText(reason: string | undefined): string | undefined {
  return isKnownReason(reason) ? `${reason}: ${DELIVERY_REASONS[reason]}` : reason;
}

function erpText({ erp }: DeliveryRow): string | undefined {
  if (erp === undefined) return undefined;
  const name = erp.number === undefined ? `id ${erp.id}` : `${erp.number} (id ${erp.id})`;
  return `${name}, ${erp.state}, total ${erp.total}`;
}

const personsWord = (word: DeliveryRow['hold']): string | undefined =>
  word && `${word.at} by ${word.by}: ${word.why}`;

function snapshotText({
  wanted_read_at: reported,
  handled_read_at: handled,
}: DeliveryRow): string | undefined {
  if (reported === undefined && handled === undefined) return undefined;
  return `newest read at ${reported ?? 'an unknown time'}, looked at up to ${handled ?? 'none'}`;
}

/** When a worker looks at the order next. */
function nextLook({ due, due_at: at, hold }: DeliveryRow): string {
  if (hold !== undefined && due !== 'now') return 'when a person releases it';
  if (due === 'held') return 'with a new mapping';
  if (due === 'shadow') return 'in mode live';
  return due === 'now' ? (at ?? 'now') : '';
}
