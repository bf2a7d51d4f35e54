// The deps of a check: the deployed delivery, and the orders that the ledger knows as stored.
import type { FinishedOrders } from '../../../lambda/shared/tables/finished-orders';
import type { DeliveryDeps } from '../../service/delivery-service';
import type { Terminal } from '../../terminal/command';

export interface CheckDeps extends Pick<DeliveryDeps, 'service' | 'now' | 'recommend'> {
  readonly finished: FinishedOrders;
  readonly note: Terminal['note'];
  /** Ends the command early, with its reason. */
  readonly stop: AbortSignal;
}
