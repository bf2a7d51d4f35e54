// BigCommerce's order statuses.
import { statusName } from '../../../../lambda/shared/order/status';

it("statuses have BigCommerce's names", () => {
  expect([7, 11, 12, 99].map(statusName)).toEqual([
    'Awaiting Payment',
    'Awaiting Fulfillment',
    'Manual Verification Required',
    'status 99',
  ]);
});
