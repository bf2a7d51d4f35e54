// What a look into the ERP has shown of an order, as a sentence.
import type { LookVerdict } from '../../../lambda/shared/delivery/task-results';

export const VERDICTS: Readonly<Record<LookVerdict, string>> = {
  same: 'The ERP has the order as it was delivered, or as the store has it now.',
  changed: 'The ERP has the order, but not as it was delivered, nor as the store has it now.',
  cancelled: 'The sales order is cancelled in the ERP.',
  absent: 'The ERP has no sales order under a reference of the order.',
  several: 'The ERP has more than one living sales order for this order.',
};
