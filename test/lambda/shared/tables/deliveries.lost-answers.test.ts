// The SDK repeats a write whose answer was lost: here the answer to every write is lost once, on the real adapters.
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LEASE_ATTRIBUTES } from '../../../../lambda/shared/delivery/delivery-row';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { iso, NOON } from '../../../support/builders';
import { createDeliveryTables, realDeliveryTables } from '../../../support/delivery-tables';
import { connect } from '../../../support/real-tables';
import { sharedMiniStack } from '../../../support/shared-ministack';

const MINUTE = 60_000;
const READ = iso(NOON - MINUTE);
const until = NOON + 5 * MINUTE;
const rules = { mapping: 'm1', isLive: true, now: NOON };
const lease = { orderId: 100, owner: 'a' };

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
let between: (() => Promise<unknown>) | undefined;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
  client = connect(miniStack);
});
afterAll(() => miniStack.stop());
beforeEach(async () => {
  await miniStack.reset();
  await createDeliveryTables(client);
  between = undefined;
});

/** Sends each update twice, and `between` happens in between; the first answer never comes. */
function repeating(): DynamoDBDocumentClient {
  const send = async (command: Parameters<DynamoDBDocumentClient['send']>[0]) => {
    if (command instanceof UpdateCommand) {
      await client.send(command).catch(() => undefined);
      await between?.();
    }
    return client.send(command);
  };
  return { send } as unknown as DynamoDBDocumentClient;
}

const tables = () => realDeliveryTables(repeating());
const plain = () => realDeliveryTables(client);

it('with every answer lost once, each write of a delivery takes effect once and is known to its writer', async () => {
  const { deliveries } = tables();
  expect(await deliveries.tell(100, READ, NOON)).toBe(true);
  expect(await deliveries.takeLease(lease, until, rules)).toMatchObject({ told: 1, begun: 1 });
  const intent = { step: 'order', digest: 'd', lines: 'l', until: iso(until) } as const;
  expect(await deliveries.changeLeased(lease, { set: { intent } }, 1)).toMatchObject({ intent });
  const end = {
    set: { state: 'delivered', state_at: iso(NOON + MINUTE), handled_read_at: READ },
    remove: [...LEASE_ATTRIBUTES, 'intent', 'due', 'due_at'],
  } as const;
  expect(await deliveries.changeLeased(lease, end, 1)).toEqual({
    order_id: 100,
    ...end.set,
    told: 1,
    wanted_read_at: READ,
  });
  const seen = (await deliveries.find(100))!;
  const hold = { why: 'a call', by: 'Ada', at: iso(NOON) };
  expect(await deliveries.changeByCommand(seen, { set: { hold } }, NOON)).toBe(true);
  expect(await deliveries.find(100)).toMatchObject({ hold, told: 2, due: 'now' });
});

it('with its answer lost, a snapshot that was looked at already is told once', async () => {
  await plain().deliveries.tell(100, READ, NOON);
  await plain().deliveries.takeLease(lease, until, rules);
  const set = { state: 'delivered', state_at: iso(NOON), handled_read_at: iso(NOON) } as const;
  await plain().deliveries.changeLeased(lease, { set, remove: [...LEASE_ATTRIBUTES, 'due', 'due_at'] });
  await tables().deliveries.tell(100, iso(NOON), NOON);
  const row = await plain().deliveries.find(100);
  expect(row).toMatchObject({ wanted_read_at: iso(NOON), told: 2 });
  expect(row).not.toHaveProperty('due');
});

it('an end whose answer was lost, and over which another worker has taken the order, is refused', async () => {
  const { deliveries } = plain();
  await deliveries.tell(100, READ, NOON);
  await deliveries.takeLease(lease, until, rules);
  between = () => deliveries.takeLease({ orderId: 100, owner: 'b' }, until, rules);
  const later = { set: { due: 'now', due_at: iso(NOON) }, remove: [...LEASE_ATTRIBUTES] } as const;
  expect(await tables().deliveries.changeLeased(lease, later, 1)).toBeUndefined();
  expect(await deliveries.find(100)).toMatchObject({ lease_owner: 'b', begun: 1 });
});

it('an end whose answer was lost, and over which a newer snapshot was told, is refused and stays due', async () => {
  const { deliveries } = plain();
  await deliveries.tell(100, READ, NOON);
  await deliveries.takeLease(lease, until, rules);
  between = () => deliveries.tell(100, iso(NOON), NOON);
  const set = { state: 'delivered', state_at: iso(NOON), handled_read_at: READ } as const;
  const end = { set, remove: [...LEASE_ATTRIBUTES, 'due', 'due_at'] } as const;
  expect(await tables().deliveries.changeLeased(lease, end, 1)).toBeUndefined();
  between = undefined;
  // The attempt then records its end as due now, which is refused as well, since the lease is gone.
  const dueNow = {
    set: { ...set, due: 'now', due_at: iso(NOON + 1) },
    remove: [...LEASE_ATTRIBUTES],
  } as const;
  expect(await tables().deliveries.changeLeased(lease, dueNow)).toBeUndefined();
  expect(await deliveries.find(100)).toMatchObject({ state: 'delivered', due: 'now', told: 2 });
});

it('an intent whose answer was lost counts as refused once a newer snapshot is told, so that nothing is sent', async () => {
  const { deliveries } = plain();
  await deliveries.tell(100, READ, NOON);
  await deliveries.takeLease(lease, until, rules);
  between = () => deliveries.tell(100, iso(NOON), NOON);
  const intent = { step: 'order', digest: 'd', lines: 'l', until: iso(until) } as const;
  expect(await tables().deliveries.changeLeased(lease, { set: { intent } }, 1)).toBeUndefined();
  // It stays in the row until it is settled: too careful, never too bold.
  expect(await deliveries.find(100)).toMatchObject({ intent, lease_owner: 'a' });
});

it('with every answer lost once, each write of a key takes effect once and is known to its writer', async () => {
  const { deliveryKeys } = tables();
  const slot = await deliveryKeys.takeSlot('a', 2, until, NOON);
  expect(slot).toEqual({ name: 'slot#1', owner: 'a' });
  expect(await deliveryKeys.takeSlot('b', 2, until, NOON)).toEqual({ name: 'slot#2', owner: 'b' });
  await deliveryKeys.releaseSlot(slot!);
  expect(await deliveryKeys.takeSlot('c', 2, until, NOON)).toEqual({ name: 'slot#1', owner: 'c' });
  await deliveryKeys.openCircuit(NOON);
  expect(await deliveryKeys.probe({ openUntil: iso(NOON) }, until, NOON)).toBe(true);
  expect(await deliveryKeys.probe({ openUntil: iso(NOON) }, until, NOON)).toBe(false);
  await deliveryKeys.closeCircuit();
  expect(await deliveryKeys.circuit()).toBeUndefined();
  expect(await deliveryKeys.takeCustomer('7', 'a', until, NOON)).toMatchObject({ leaseOwner: 'a' });
  expect(await deliveryKeys.changeCustomer('7', 'a', { until: iso(until) })).toBe(true);
  expect(await deliveryKeys.changeCustomer('7', 'a', { id: '12' })).toBe(true);
  await deliveryKeys.forgetCustomer('7', '12');
  expect(await deliveryKeys.customer('7')).toEqual({ key: '7' });
});

it('a slot whose release was repeated late is not taken from its next owner', async () => {
  const { deliveryKeys } = plain();
  const slot = await deliveryKeys.takeSlot('a', 1, until, NOON);
  between = () => deliveryKeys.takeSlot('b', 1, until, NOON);
  await tables().deliveryKeys.releaseSlot(slot!);
  expect(await deliveryKeys.takeSlot('c', 1, until, NOON)).toBeUndefined();
});
