// Step 7: each write to the ERP in one way: the intent in one conditional write, then the one request, then what its answer shows.
import { digestOfLines } from '../shared/delivery/digests';
import type { DeliveryRow, Intent, RowChange } from '../shared/delivery/delivery-row';
import type { ErpOrder } from '../shared/delivery/erp-order';
import { ErpError } from '../shared/runtime/errors';
import { iso } from '../shared/runtime/time';
import type { Attempt, Ended, Look, State, StoreSide } from './attempt';
import { ended } from './attempt';
import { tooLate } from './find';
import { endOfFailure, heldBy } from './outcome';
import { intentMs, LEAVES_WITHIN_MS } from './settings';
import type { FlowDeps } from './settings';

/** One write to the ERP. */
export interface Write {
  readonly intent: Omit<Intent, 'until'>;
  /** What goes into the row together with the intent. */
  readonly set?: RowChange['set'];
  /** The look that the write rests on. */
  readonly look: Look;
  /** The one request, which leaves before `notAfter` or not at all. */
  readonly send: (notAfter: number) => Promise<ErpOrder>;
  /** The end if the ERP refuses this order's data; by default it is held as refused. */
  readonly refused?: (message: string) => Ended['end'];
}

export type Written =
  | {
      readonly kind: 'written';
      readonly row: DeliveryRow;
      readonly order: ErpOrder;
      readonly intent: Intent;
      readonly look: Look;
    }
  | { readonly kind: 'next'; readonly state: State };

/** How often an intent is written again because its request would leave too late. */
const MAX_INTENTS = 3;

/** Writes to the ERP. `side.row` is the row as this attempt last wrote it. */
export async function writeToErp(
  side: StoreSide,
  write: Write,
  attempt: Attempt,
  deps: FlowDeps,
): Promise<Written> {
  const intended = await intend(side, write, attempt, deps);
  if (intended.kind === 'next') return intended;
  const { row, intent, at } = intended;
  try {
    const order = await write.send(at + LEAVES_WITHIN_MS);
    // The effect is seen, so the intent is settled; the next write of the row says so.
    return { kind: 'written', row: withoutIntent(row), order, intent, look: { askedAt: at } };
  } catch (error) {
    const before = side.row.intent;
    return { kind: 'next', state: await afterError(error, { ...side, row }, before, write, attempt, deps) };
  }
}

type Intended =
  | { readonly kind: 'intended'; readonly row: DeliveryRow; readonly intent: Intent; readonly at: number }
  | { readonly kind: 'next'; readonly state: State };

/** Writes the intent until it is recent enough for the request to leave. */
async function intend(side: StoreSide, write: Write, attempt: Attempt, deps: FlowDeps): Promise<Intended> {
  const { now, leaseUntil } = deps.invocation;
  const { requestTimeoutMs } = deps.policy;
  const { told } = side.row;
  for (let tries = 0; tries < MAX_INTENTS; tries += 1) {
    const at = now();
    if (leaseUntil - at < 2 * requestTimeoutMs) return { kind: 'next', state: tooLate(side.row, at) };
    if (at - write.look.askedAt > requestTimeoutMs) return { kind: 'next', state: lookAgain(side) };
    const intent: Intent = { ...write.intent, until: iso(at + intentMs(deps)) };
    const change = { set: { ...write.set, intent } };
    const row = await deps.adapters.deliveries.changeLeased(attempt.lease, change, told);
    if (row === undefined) return { kind: 'next', state: await afterRefusal(side.row, attempt, deps) };
    if (now() - at <= LEAVES_WITHIN_MS) return { kind: 'intended', row, intent, at };
  }
  // The tables are slow. The request has not left, and the intent's time passes.
  return { kind: 'next', state: tooLate(side.row, now()) };
}

const lookAgain = (side: StoreSide): State => ({ ...side, step: 'admit' });

/**
 * Something was reported, or commanded, meanwhile: begin with the row as it is now, after it has learned what the ERP has answered in
 * this attempt. An order that the ERP has shown us is never created again without a command. A lost lease ends the attempt.
 */
async function afterRefusal(
  row: DeliveryRow,
  { lease }: Attempt,
  { adapters: { deliveries } }: FlowDeps,
): Promise<State> {
  const { erp, intent } = row;
  const set = { ...(erp && { erp }), ...(intent && { intent }) };
  // The intent whose write was refused may still be there, by a repetition of the SDK: its request has not left.
  const remove = intent === undefined ? (['intent'] as const) : [];
  const now = await deliveries.changeLeased(lease, { set, remove });
  return now === undefined ? ended(row, { kind: 'lost' }) : { step: 'read', row: now };
}

/** Only a proven refusal ends the intent. Everything else waits until the ERP can no longer be working on it. */
async function afterError(
  error: unknown,
  side: StoreSide,
  before: Intent | undefined,
  write: Write,
  attempt: Attempt,
  deps: FlowDeps,
): Promise<State> {
  const { row } = side;
  if (!(error instanceof ErpError) || !error.provesRefusal) {
    const until = Date.parse(row.intent?.until ?? '');
    return ended(row, await endOfFailure(row, error, deps, until));
  }
  const change: RowChange = before === undefined ? { remove: ['intent'] } : { set: { intent: before } };
  const restored = await deps.adapters.deliveries.changeLeased(attempt.lease, change);
  if (restored === undefined) return ended(row, { kind: 'lost' });
  // What was reported since the look has moved the row's `told`: the end must rest on the row as it was looked at.
  const { intent: _, ...rest } = row;
  const looked = before === undefined ? rest : { ...rest, intent: before };
  if (error.failure === 'duplicate') return { ...side, row: looked, step: 'find', isDuplicate: true };
  if (error.failure === 'data') {
    const end = write.refused?.(error.message) ?? heldBy('refused-by-erp', error.message);
    return ended(looked, end);
  }
  return ended(looked, await endOfFailure(looked, error, deps));
}

function withoutIntent({ intent, ...row }: DeliveryRow): DeliveryRow {
  return row;
}

/** Whether the ERP's order shows exactly the lines of an intent. */
export const showsIntent = (order: ErpOrder, { lines }: Pick<Intent, 'lines'>): boolean =>
  digestOfLines(order.lines) === lines;
