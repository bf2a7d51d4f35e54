// Creates the order in the ERP as a draft, after its customer.
import { digestOfLines } from '../shared/delivery/digests';
import { sentLines } from '../shared/delivery/sent-lines';
import type { ErpCustomer } from '../shared/delivery/erp-order';
import type { DeliveryRow } from '../shared/delivery/delivery-row';
import type { Attempt, State, ToCreate } from './attempt';
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
  await erp.prepare(document, customer);
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
  if (how === 'known') await forgetIfRefused(written.state, document.party.key, customer, deps);
  return written.state;
}

function refsWith({ refs = [] }: DeliveryRow, ref: string): readonly string[] {
  return refs.includes(ref) ? refs : refs.concat(ref);
}

/** The ERP may have lost a customer that we remember; the next attempt looks again. */
async function forgetIfRefused(
  state: State,
  key: string,
  { id }: ErpCustomer,
  { adapters }: FlowDeps,
): Promise<void> {
  const isRefused =
    state.step === 'end' && state.end.kind === 'recorded' && state.end.reason === 'refused-by-erp';
  if (isRefused) await adapters.keys.forgetCustomer(key, id);
}
