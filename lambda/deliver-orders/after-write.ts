// Step 8: compares what the ERP reads back with the document: equal → closer to confirmed; anything else holds the order.
import { compareWithErp } from '../shared/delivery/compare';
import type { Ended, State, StoreSide } from './attempt';
import { ended } from './attempt';
import { digestOfVersion } from './version';
import type { FoundEnd } from './verdict';
import { sightingOf } from './sighting';
import type { FlowDeps } from './settings';
import { showsIntent } from './write';
import type { Written } from './write';

type Answer = Extract<Written, { kind: 'written' }>;

/** The next step after a write was answered. */
export function afterWrite(side: StoreSide, { order, intent, row, look }: Answer, deps: FlowDeps): State {
  const { document } = side;
  const known = { ...row, intent };
  if (intent.step === 'cancel') {
    return order.state === 'cancelled'
      ? recorded(side, row, { state: 'cancelled', order, isOurs: true })
      : recorded(side, row, { state: 'held', reason: 'cancelled-after-confirm', order });
  }
  if (!showsIntent(order, intent)) {
    return recorded(side, row, { state: 'held', reason: 'changed-in-erp', order });
  }
  if (document === undefined) return recorded(side, row, { state: 'held', reason: 'unusable-order', order });
  const sighting = sightingOf(order, known, { isOurs: true, document });
  // An order rewritten with the same lines looks as before: the answer alone tells that it is of the newer version.
  const seen = { ...row, erp: { ...sighting, digest: intent.digest } };
  const compared = compareWithErp(document, deps.policy.mapping.mapping, order);
  if (compared.kind !== 'equal') {
    const { detail } = compared;
    return recorded(side, seen, { state: 'held', reason: 'totals-differ', detail, order, isOurs: true });
  }
  if (order.state === 'draft') {
    return { ...side, row: seen, step: 'confirm', order, look, isPrepared: true };
  }
  return recorded(side, seen, { state: 'delivered', order, isOurs: true });
}

function recorded(side: StoreSide, row: StoreSide['row'], end: FoundEnd): Ended {
  const { snapshot, document } = side;
  return ended(row, { ...end, kind: 'recorded', snapshot, document, judged: digestOfVersion(side) });
}
