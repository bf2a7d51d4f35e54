// Creates the order in the ERP as a draft, after its customer.
import { digestOfLines } from '../shared/delivery/digests';
import { sentLines } from '../shared/delivery/sent-lines';
import type { ErpCustomer } from '../shared/delivery/erp-order';
import type { DeliveryRow } from '../shared/delivery/delivery-row';
import { ErpError } from '../shared/runtime/errors';
import type { Attempt, State, ToCreate } from './attempt';
import { ended } from './attempt';
import { afterWrite } from './after-write';
import { customerOf } from './customer';
import type { FlowDeps } from './settings';
import { writeToErp } from './write';

/** Creates the draft and continues with what the ERP shows of it. */
export async function createOrder(state: ToCreate, attempt: Attempt, deps: FlowDeps): Promise<State> {
  const { document, row } = state;
  const { erp } = deps.adapters;
  const buyer = await customerOf(document, state, deps);
  if (buyer.kind === 'next') return buyer.state;
  const { customer, how } = buyer;
  try {
    await erp.prepare(document, customer);
  } catch (error) {
    if (how !== 'known' || !isData(error)) throw error;
    return lookAgain(state, customer, deps, error.message);
  }
  const written = await writeToErp(
    state,
    {
      intent: {
        step: 'order',
        digest: document.digest,
        lines: digestOfLines(sentLines(document, deps.policy.mapping.mapping)),
      },
      set: { refs: refsWith(row, document.ref), customer: { id: customer.id, how } },
      look: state.look,
      send: (notAfter) => erp.createDraft(document, customer, notAfter),
    },
    attempt,
    deps,
  );
  if (written.kind === 'written') return afterWrite(state, written, deps);
  const refusal = how === 'known' ? refusalOf(written.state) : undefined;
  if (refusal !== undefined) return lookAgain(state, customer, deps, refusal);
  return written.state;
}

function refsWith({ refs = [] }: DeliveryRow, ref: string): readonly string[] {
  return refs.includes(ref) ? refs : refs.concat(ref);
}

const isData = (error: unknown): error is ErpError => error instanceof ErpError && error.failure === 'data';

function refusalOf(state: State): string | undefined {
  const isRefused =
    state.step === 'end' && state.end.kind === 'recorded' && state.end.reason === 'refused-by-erp';
  return isRefused ? (state.end.detail ?? '') : undefined;
}

/** The ERP may have lost a customer that we remember. The next attempt looks for it, and holds the order if that does not help. */
async function lookAgain(
  { row, document }: ToCreate,
  { id }: ErpCustomer,
  { adapters, invocation }: FlowDeps,
  failure: string,
): Promise<State> {
  await adapters.keys.forgetCustomer(document.party.key, id);
  return ended(row, { kind: 'postponed', dueAt: invocation.now(), why: 'customer-forgotten', failure });
}
