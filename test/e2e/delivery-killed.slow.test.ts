// Delivery workers killed with SIGKILL around each of their writes to a real Tryton, and a Tryton that crashes under load. Every
// order ends as one confirmed sale with the total of the store.
import type { ErpOperation } from '../../scripts/local/erp-proxy';
import { delay } from '../../scripts/local/erp-proxy';
import { startLocalDelivery } from './local-delivery';
import type { LocalDelivery } from './local-delivery';

jest.setTimeout(600_000);

/** A killed worker's lease ends after its time and one request timeout; then the intent has to settle. */
const A_FEW_ATTEMPTS_MS = 400_000;

let delivery: LocalDelivery;

beforeAll(async () => {
  delivery = await startLocalDelivery({
    ErpSettleSeconds: '1',
    ErpRequestTimeoutSeconds: '3',
    // The slots of killed workers stay taken until their leases end.
    ErpConcurrency: '5',
  });
  await delivery.functions.configure('DeliverOrdersFunctionName', { Timeout: 22 });
}, 240_000);

afterAll(() => delivery.stop());

const writes: readonly ErpOperation[] = ['create order', 'quote', 'confirm'];

it('workers killed before, during and after each write leave one confirmed sale for each order', async () => {
  const { addOrder, stack, proxy, functions, ended, expectDelivered } = delivery;
  const counts: (() => number)[] = [];
  const kill = () => void functions.kill('DeliverOrdersFunctionName');
  const killedAt = (operation: ErpOperation, reference: string, how: 'before' | 'during' | 'after') => {
    switch (how) {
      case 'before':
        return proxy.add({ operation, reference, kind: 'refused', before: kill });
      case 'during':
        // The request lands after its worker's death.
        return proxy.add({
          operation,
          reference,
          before: () => {
            kill();
            return delay(1_000)();
          },
        });
      case 'after':
        return proxy.add({ operation, reference, kind: 'unanswered', after: kill });
    }
  };
  const ids: number[] = [];
  for (const operation of writes) {
    for (const how of ['before', 'during', 'after'] as const) {
      const id = addOrder({ customer_id: 0 });
      ids.push(id);
      counts.push(killedAt(operation, `BC-${id}`, how));
    }
  }
  await stack.poll();
  await ended(ids, 'delivered', A_FEW_ATTEMPTS_MS);
  expect(counts.map((count) => count())).toEqual(counts.map(() => 1));
  for (const id of ids) await expectDelivered(id);
});

it('orders that were placed while the ERP was down are delivered once it is up again', async () => {
  const { addOrder, stack, ended, expectDelivered, dueNow, row, killErp, restartErp, proxy } = delivery;
  const ids = Array.from({ length: 8 }, () => addOrder());
  proxy.add({ operation: 'create order', after: killErp, kind: 'unanswered' });
  await stack.poll();
  await delivery.waiting(ids, 'retryable');
  await restartErp();
  for (const id of ids) if ((await row(id))?.due === 'now') await dueNow(id);
  await ended(ids, 'delivered', A_FEW_ATTEMPTS_MS);
  for (const id of ids) await expectDelivered(id);
});
