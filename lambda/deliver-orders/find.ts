// Step 6: takes the right to call the ERP, looks for the order there by every reference and id, and decides on what is found.
import { referenceOf } from '../shared/delivery/build-sales-order';
import { isUntouched } from '../shared/delivery/delivery-row';
import { ErpError } from '../shared/runtime/errors';
import type { Attempt, End, Ended, State, StoreSide, ToAdmit, ToFind } from './attempt';
import { ended } from './attempt';
import { decide } from './decide';
import type { Verdict } from './verdict';
import { digestOfVersion } from './version';
import { endOfFailure } from './outcome';
import type { FlowDeps } from './settings';

/** Takes a slot and looks at the circuit; without both the order waits. */
export async function admitOrder(state: ToAdmit, _: Attempt, deps: FlowDeps): Promise<ToFind | Ended> {
  const admitted = await deps.invocation.admission.admit();
  if (admitted.kind === 'admitted') return { ...state, step: 'find' };
  return ended(state.row, { kind: 'postponed', dueAt: admitted.until, why: admitted.why });
}

/** Looks for the order in the ERP, in every state, and chooses the next step. */
export async function findOrder(state: ToFind, { lease }: Attempt, deps: FlowDeps): Promise<State> {
  const { row } = state;
  const { erp } = deps.adapters;
  const { mapping, requestTimeoutMs } = deps.policy;
  const askedAt = deps.invocation.now();
  if (deps.invocation.leaseUntil - askedAt < 2 * requestTimeoutMs) return tooLate(row, askedAt);
  const refs = row.refs ?? [referenceOf(lease.orderId, mapping.mapping)];
  const found = await erp.findOrders(refs, row.erp?.id);
  await deps.invocation.admission.answered();
  const verdict = decide({
    ...state,
    found,
    refs,
    askedAt,
    mapping: mapping.mapping,
    canAmend: erp.amend !== undefined,
    canCancel: erp.cancel !== undefined,
    orderKey: erp.facts.orderKey,
  });
  if (state.isDuplicate === true && verdict.kind === 'create') return notFound(row, deps);
  if (deps.policy.mode !== 'live' && verdict.kind !== 'wait') return ended(row, inShadow(state, verdict));
  return nextState(state, verdict, askedAt);
}

/** The ERP refuses the reference as taken, and shows no order under it: its find lags, or its user may not see the order. */
async function notFound(row: StoreSide['row'], deps: FlowDeps): Promise<Ended> {
  const text = 'The reference is taken, and the ERP shows no order under it.';
  return ended(row, await endOfFailure(row, new ErpError(text, 'duplicate', true), deps));
}

/** Without two request timeouts of lease nothing is begun; the row stays due. */
export function tooLate(row: StoreSide['row'], now: number): Ended {
  return ended(row, { kind: 'postponed', dueAt: now, why: 'out-of-time' });
}

function nextState(state: ToFind, verdict: Verdict, askedAt: number): State {
  const { snapshot, document } = state;
  const look = { askedAt };
  switch (verdict.kind) {
    case 'wait':
      return ended(state.row, { kind: 'postponed', dueAt: verdict.until, why: 'intent-unsettled' });
    case 'end': {
      const judged = digestOfVersion(state);
      return ended(state.row, { ...verdict.end, kind: 'recorded', snapshot, document, judged });
    }
    case 'create':
      return { ...state, step: 'create', document: verdict.document, look };
    default:
      return { ...state, step: verdict.kind, order: verdict.order, look };
  }
}

/**
 * What live mode would do is kept as findings; the row comes again when the mode is live. A row of which nothing is in the ERP by
 * our doing waits for that; what was decided on another one stands.
 */
function inShadow(side: ToFind, verdict: Exclude<Verdict, { kind: 'wait' }>): End {
  const { row, snapshot, document } = side;
  const { reason, detail } = row;
  const state = isUntouched(row) ? 'waiting' : row.state;
  const kept = state === 'waiting' ? {} : { reason, detail };
  const found = verdict.kind === 'end' ? verdict.end.state : verdict.kind;
  const why = verdict.kind === 'end' ? [verdict.end.reason, verdict.end.detail] : [];
  const shadow = [found, ...why.filter((one) => one !== undefined)];
  const judged = digestOfVersion(side);
  const end = { kind: 'recorded', state, snapshot, document, judged, shadow, keepsIntent: true } as const;
  return { ...end, ...kept };
}
