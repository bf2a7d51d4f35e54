import { Status } from '../../../lambda/shared/order/status';
import { expectationFor } from '../../../scripts/local/expectation';
import type { ShownOrder } from '../../../scripts/local/expectation';

const now = Date.parse('2026-03-10T12:00:00Z');

const anOrder = (overrides: Partial<ShownOrder> = {}): ShownOrder => ({
  status_id: Status.AwaitingFulfillment,
  order_is_digital: false,
  is_deleted: false,
  date_modified: 'Tue, 10 Mar 2026 10:00:00 +0000',
  lineTypes: ['physical'],
  ...overrides,
});

const completed = { status_id: Status.Completed, order_is_digital: true, lineTypes: ['digital'] };

it.each([
  ['a physical order', {}, { stored: true, advancedTo: Status.AwaitingShipment }],
  ['a digital one', { lineTypes: ['digital'] }, { stored: true, advancedTo: Status.AwaitingPickup }],
  [
    'a mixed one',
    { lineTypes: ['digital', 'physical'] },
    { stored: true, advancedTo: Status.AwaitingShipment },
  ],
  [
    'one of gift certificates and downloads',
    { lineTypes: ['giftcertificate', 'digital'] },
    { stored: true, advancedTo: Status.AwaitingPickup },
  ],
  ['a completed digital one', completed, { stored: true, advancedTo: Status.AwaitingPickup }],
  [
    'one that awaits payment',
    { status_id: Status.AwaitingPayment },
    { stored: true, why: 'Awaiting Payment is not one of AdvanceStatusIds' },
  ],
  [
    'a cancelled one',
    { status_id: Status.Cancelled },
    { stored: false, why: 'Cancelled is not one of AllowedStatusIds' },
  ],
  [
    'a completed physical one',
    { status_id: Status.Completed },
    { stored: false, why: 'Completed, but not completely digital' },
  ],
  [
    'one completed long ago',
    { ...completed, date_modified: 'Sun, 10 Mar 2024 10:00:00 +0000' },
    { stored: false, why: 'Completed earlier than CompletedOrdersLookbackDays ago' },
  ],
  ['an archived one', { is_deleted: true }, { stored: false, why: 'it is archived' }],
])('the expected outcome is right for %s', (_, overrides: Partial<ShownOrder>, expected) => {
  expect(expectationFor(anOrder(overrides), now)).toEqual(expected);
});
