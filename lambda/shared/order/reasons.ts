// Why an order is not stored or not advanced.

/** The ledger's reason for an order that the store answers with 404. */
export const GONE = 'not found in the store';

/** The reason for an order that staff archived: it is void while it is. */
export const ARCHIVED = 'archived';

/** The ledger's reason for an order that may be advanced, but was wanted as a copy only: a poll still advances it. */
export const COPY_ONLY = 'copied without advancing';

/** Why an order from before the bound is not advanced, whoever sent its reference. */
export const BEFORE_BOUND = 'created before IgnoreOrdersCreatedBefore';

/** The ledger's reason for an order that another app or staff put back each time it was advanced. */
export const FOUGHT_OVER = 'put back again and again after it was advanced';

/** Why a Completed order with something to ship is not advanced. */
export const NOT_DIGITAL = 'Completed, but not all of it is digital';
