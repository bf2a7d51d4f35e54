// A poll that steps over orders succeeds; an email still names them, because nothing else shows it.
import type { Alerts } from '../shared/aws/alerts';
import type { Job } from '../shared/tables/jobs';

/** Emails the ids of the orders that no list can show, at most once an hour. Never throws. */
export async function alertUnlistable(
  { unreadable_ids: ids = [] }: Pick<Job, 'unreadable_ids'>,
  { adapters: { alerts } }: { readonly adapters: { readonly alerts: Pick<Alerts, 'sendHourly'> } },
): Promise<void> {
  if (ids.length === 0) return;
  const isOne = ids.length === 1;
  const [orders, them] = isOne ? ['order', 'it'] : ['orders', 'them'];
  await alerts.sendHourly({
    subject: 'BigCommerce cannot list some orders',
    message: [
      `BigCommerce fails on each list that holds ${orders} ${ids.join(', ')}. The poll stepped over ${them} and read all others.`,
      `Changes of ${them} may be missing. The service queues ${isOne ? 'it' : 'each of them'} once a day, because BigCommerce may still return ${isOne ? 'it' : 'one'} alone. Audits count ${them} as open.`,
      `Open ${orders} ${ids.join(', ')} in the control panel of the store and save ${them}. If the next poll still fails there, report the ids to BigCommerce support.`,
    ].join('\n\n'),
    command: 'poll',
    runbook: 'bigcommerce-cannot-list-some-orders',
  });
}
