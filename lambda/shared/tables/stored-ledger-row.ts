// A ledger row as it lies in the table. Earlier versions wrote sentences as reasons, and `dead_by`: both forms are read here.
import type { LedgerRow } from '../order/ledger-row';
import { readDeadReason, readReason } from '../order/earlier-reasons';
import type { Row } from '../runtime/json';

/** Reads a row in the current form or in that of an earlier version. */
export function toLedgerRow({ reason: stored, dead_by: deadBy, ...item }: Row): LedgerRow {
  const row = item as unknown as LedgerRow;
  const reason = row.state === 'dead' ? readDeadReason(stored, deadBy) : readReason(stored);
  return reason === undefined ? row : { ...row, reason };
}
