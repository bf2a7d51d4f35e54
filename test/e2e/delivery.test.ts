// Orders of the deployed service in a real Tryton: what a poll or a webhook found ends as one confirmed sale with the store's
// total, or held or excluded with its reason.
import { receiveAlerts } from '../../scripts/local/alerts';
import type { AlertEmail } from '../../scripts/local/alerts';
import { program, run, stopAll } from './start-command';
import { startLocalDelivery } from './local-delivery';
import type { LocalDelivery } from './local-delivery';

jest.setTimeout(240_000);

let delivery: LocalDelivery;
let stopAlerts: (() => Promise<void>) | undefined;

beforeAll(async () => {
  delivery = await startLocalDelivery({ ErpSettleSeconds: '1', ErpRequestTimeoutSeconds: '20' });
}, 240_000);

afterAll(async () => {
  await stopAlerts?.();
  await delivery.stop();
});
afterEach(stopAll);

/** A command of the program, at this service. Returns what it printed; throws if it failed. */
async function command(...words: readonly string[]): Promise<string> {
  const { code, printed } = run([...program, ...words, '--aws-port', String(delivery.mini.port)]);
  const exitCode = await code;
  if (exitCode !== 0) throw new Error(`${words.join(' ')} ended with ${String(exitCode)}:\n${printed()}`);
  return printed();
}

it('orders of every kind that a poll found end as one confirmed sale each, with the totals of the store', async () => {
  const { addOrder, stack, ended, expectDelivered, proxy, row } = delivery;
  const ids = [
    addOrder({ coupons: [{ code: 'SPRING', amount: 5, discount: 5 }], lines: [{ quantity: 2 }, {}] }),
    addOrder({ lines: [{ type: 'digital', quantity: 3 }, {}] }),
    addOrder({ lines: [{ type: 'giftcertificate' }] }),
    addOrder({ customer_id: 0, customer_message: 'Bitte klingeln! 🔔' }),
    addOrder({ lines: Array.from({ length: 60 }, () => ({ quantity: 1 })) }),
    ...Array.from({ length: 3 }, () => addOrder({ customer_id: 7_000 })),
  ];
  await stack.poll();
  await ended(ids, 'delivered');
  for (const id of ids) await expectDelivered(id);
  const customers = await Promise.all(ids.slice(-3).map(async (id) => (await row(id))?.customer?.id));
  expect(new Set(customers).size).toBe(1);
  expect(proxy.mostAtOnce()).toBeLessThanOrEqual(2);
});

it('an order that a webhook reported is confirmed in the ERP, with a line for each of its lines', async () => {
  const { addOrder, simulator, stack, ended, expectDelivered, salesOf, row } = delivery;
  const id = addOrder({ lines: [{ sku: 'MUG-07', quantity: 4 }] });
  await simulator.deliverWebhook({ destination: stack.webhookUrl, orderId: id });
  await ended([id], 'delivered');
  await expectDelivered(id);
  const [sale] = await salesOf(id);
  expect(sale?.lines).toContainEqual(expect.objectContaining({ product: 'MUG-07', quantity: 4 }));
  expect((await row(id))?.erp?.number).toBe(sale?.number);
});

it('an order that is not paid is excluded with its reason, and delivered once it is paid', async () => {
  const { addOrder, simulator, stack, ended, expectDelivered, salesOf, row } = delivery;
  const id = addOrder({ status_id: 7, payment_method: 'Bank Deposit' });
  await stack.poll();
  await ended([id], 'excluded');
  expect((await row(id))?.reason).toBe('payment-open');
  expect(await salesOf(id)).toEqual([]);

  simulator.orders.setStatus(id, 11);
  await stack.poll();
  await ended([id], 'delivered');
  await expectDelivered(id);
});

it('an order with a product that the ERP lacks is held by its name, and delivered once it is there and retried', async () => {
  const { addOrder, stack, ended, expectDelivered, salesOf, row } = delivery;
  const id = addOrder({ lines: [{ sku: 'LATE-01', name: 'Late' }] });
  await stack.poll();
  await ended([id], 'held');
  expect(await row(id)).toMatchObject({ detail: expect.stringContaining('LATE-01') as unknown });
  expect(await salesOf(id)).toEqual([]);
  expect(await command('deliveries', 'list')).toContain('LATE-01');

  await delivery.addProduct('LATE-01');
  await command('deliveries', 'retry', String(id));
  await ended([id], 'delivered');
  await expectDelivered(id);
});

it('refused credentials send at most one alert per worker, and every order is delivered once they are right', async () => {
  const { addOrder, clients, mini, stack, ended, expectDelivered } = delivery;
  const alerts: AlertEmail[] = [];
  stopAlerts = await receiveAlerts(clients, mini.endpoint, stack.stackName, (alert) => alerts.push(alert));
  await delivery.setKey('no-longer-valid');
  const ids = Array.from({ length: 3 }, () => addOrder());
  await stack.poll();
  await delivery.waiting(ids, 'configuration');
  for (const id of ids) expect(await delivery.salesOf(id)).toEqual([]);
  const ofErp = alerts.filter(({ message }) => /ERP|Tryton/.test(message));
  // Each of the two workers counts its own hour.
  expect([1, 2]).toContain(ofErp.length);

  await delivery.setKey(delivery.tryton().key);
  await delivery.endCircuit();
  for (const id of ids) await delivery.dueNow(id);
  await ended(ids, 'delivered');
  for (const id of ids) await expectDelivered(id);
});
