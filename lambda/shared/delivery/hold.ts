// What stops the building of a document: buildSalesOrder turns it into its result.
import type { DeliveryReason } from './reasons';

/** The order cannot become a document as things are. `detail` has no personal data. */
export class Hold extends Error {
  override readonly name = 'Hold';

  constructor(
    readonly reason: DeliveryReason,
    readonly detail: string,
  ) {
    super(`${reason}: ${detail}`);
  }
}
