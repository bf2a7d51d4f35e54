// The audit's function as Lambda calls it: what only the entry decides.
import type * as Audit from '../../../lambda/audit-orders/index';
import { aContext, surroundEntry } from '../../support/function-entry';
import { catchLines, parsed } from '../../support/log-lines';

const entry = surroundEntry();

let lines: string[];
const audit = (event: object) => {
  lines = catchLines();
  const { handler } = jest.requireActual<typeof Audit>('../../../lambda/audit-orders/index');
  return handler(event, aContext(900_000));
};
const scheduled = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };

it('the scheduled audit accounts for the day before, and logs it under its request id', async () => {
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  entry.simulator.orders.add({ status_id: 5, date_created: Date.parse(`${day}T12:00:00Z`) });
  expect(await audit(scheduled)).toMatchObject([{ day, listed: 1, excluded: { 'void-status:5': 1 } }]);
  expect(parsed(lines)).toMatchObject([
    { requestId: 'request-1', event: 'bigcommerce.answered', endpoint: 'GET orders' },
    {
      requestId: 'request-1',
      event: 'audit.finished',
      day,
      AuditsFinished: 1,
      OrdersAudited: 1,
      GapsFound: 0,
    },
  ]);
});

it('an audit that fails sends one alert, however often Lambda tries', async () => {
  entry.simulator.credentials.accessToken = 'rotated';
  await expect(audit(scheduled)).rejects.toThrow('401');
  await expect(audit(scheduled)).rejects.toThrow('401');
  expect(entry.aws.subjects()).toEqual([
    'Stack-Function: audits fail: BigCommerce refuses our credentials or settings',
  ]);
});
