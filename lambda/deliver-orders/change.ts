// Writes to an order that is in the ERP: rewrites a draft, amends, cancels, and brings a draft closer to confirmed.
import { digestOfLines } from '../shared/delivery/digests';
import type { Intent } from '../shared/delivery/delivery-row';
import { sentLines } from '../shared/delivery/sent-lines';
import type { ErpOrder } from '../shared/delivery/erp-order';
import type { SalesOrder } from '../shared/delivery/sales-order';
import type { Attempt, End, State, ToWrite } from './attempt';
import { ended } from './attempt';
import { afterWrite } from './after-write';
import { digestOfVersion } from './version';
import { heldBy } from './outcome';
import { sightingOf } from './sighting';
import type { FlowDeps } from './settings';
import { writeToErp } from './write';
import type { Write } from './write';

/** Does one write to the order and continues with what the ERP then shows. */
export async function changeOrder(state: ToWrite, attempt: Attempt, deps: FlowDeps): Promise<State> {
  const { row, order, document, look, step } = state;
  const { erp } = deps.adapters;
  if (step !== 'cancel') {
    if (document === undefined) return ended(row, heldBy('unusable-order'));
    const { customer } = row;
    const buyer = customer && { id: customer.id, key: '' };
    if (state.isPrepared !== true) await erp.prepare(document, buyer);
  }
  const lines =
    step === 'rewrite' || step === 'amend'
      ? sentLines(document as SalesOrder, deps.policy.mapping.mapping)
      : order.lines;
  const write: Write = {
    intent: { step, digest: document?.digest ?? row.erp?.digest ?? '', lines: digestOfLines(lines) },
    // A row that does not know the order takes it on with the write.
    set: { refs: row.refs ?? [order.reference], erp: sightingOf(order, row, { isOurs: true, document }) },
    look,
    send: senderOf(state, deps),
    refused: (message) => refusedEnd(state, message),
  };
  const written = await writeToErp(state, write, attempt, deps);
  return written.kind === 'written' ? afterWrite(state, written, deps) : written.state;
}

function senderOf(
  { step, order, document }: ToWrite,
  { adapters: { erp } }: FlowDeps,
): (notAfter: number) => Promise<ErpOrder> {
  const whole = document as SalesOrder;
  switch (step) {
    case 'rewrite':
      return (notAfter) => erp.rewriteDraft(order, whole, notAfter);
    case 'confirm':
      return (notAfter) => erp.confirm(order, whole, notAfter);
    case 'amend':
      return (notAfter) => required(erp.amend, step)(order, whole, notAfter);
    case 'cancel':
      return (notAfter) => required(erp.cancel, step)(order, 'Cancelled in the store', notAfter);
  }
}

function required<T>(method: T | undefined, step: Intent['step']): T {
  if (method === undefined) throw new Error(`The adapter has no method for ${step}.`);
  return method;
}

/** What the ERP cannot undo or change in its order's state needs a person. */
function refusedEnd(state: ToWrite, message: string): End {
  const { step, order, snapshot, document } = state;
  const isConfirmed = order.state !== 'draft' && (step === 'cancel' || step === 'amend');
  const reason = isConfirmed ? REFUSED[step] : 'refused-by-erp';
  return { ...heldBy(reason, message), snapshot, document, judged: digestOfVersion(state) };
}

const REFUSED = { cancel: 'cancelled-after-confirm', amend: 'edited-after-confirm' } as const;
