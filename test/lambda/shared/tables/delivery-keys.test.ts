// The conditions of the DeliveryKeys table, each held against the real adapter on MiniStack and against the flows' fake alike.
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { DeliveryAccount, DeliveryKeys } from '../../../../lambda/shared/tables/delivery-keys';
import type { MiniStack } from '../../../../scripts/local/ministack';
import { iso, NOON } from '../../../support/builders';
import { createDeliveryTables, realDeliveryTables } from '../../../support/delivery-tables';
import { memoryDeliveryKeys } from '../../../support/memory-deliveries';
import { connect } from '../../../support/real-tables';
import { sharedMiniStack } from '../../../support/shared-ministack';

const MINUTE = 60_000;

let miniStack: MiniStack;
let client: DynamoDBDocumentClient;
beforeAll(async () => {
  miniStack = await sharedMiniStack();
  client = connect(miniStack);
});
afterAll(() => miniStack.stop());

const kinds: Readonly<Record<string, () => Promise<DeliveryKeys>>> = {
  memory: () => Promise.resolve(memoryDeliveryKeys()),
  MiniStack: async () => {
    await miniStack.reset();
    await createDeliveryTables(client);
    return realDeliveryTables(client).deliveryKeys;
  },
};

describe.each(Object.entries(kinds))('the DeliveryKeys table in %s', (_kind, create) => {
  let keys: DeliveryKeys;
  beforeEach(async () => {
    keys = await create();
  });

  const until = NOON + 5 * MINUTE;

  describe('slots', () => {
    const take = (owner: string, now = NOON) => keys.takeSlot(owner, 2, now + 5 * MINUTE, now);

    it('as many workers have a slot as there are slots', async () => {
      const slots = await Promise.all(['a', 'b', 'c'].map((owner) => take(owner)));
      const taken = slots.filter((slot) => slot !== undefined);
      expect(taken.map(({ name }) => name).sort()).toEqual(['slot#1', 'slot#2']);
      expect(await keys.takeSlot('d', 0, until, NOON)).toBeUndefined();
    });

    it('a slot is free again once it is released or past', async () => {
      const first = await take('a');
      await take('b');
      await keys.releaseSlot(first!);
      expect(await take('c')).toEqual({ name: 'slot#1', owner: 'c' });
      expect(await take('d', until)).toBeUndefined();
      expect(await take('d', until + 1)).toEqual({ name: 'slot#1', owner: 'd' });
    });

    it('a worker that asks twice, as the SDK repeats a write, has one slot', async () => {
      const slot = await take('a');
      expect(await take('a')).toEqual(slot);
      expect(await take('b')).toEqual({ name: 'slot#2', owner: 'b' });
    });

    it('a slot is kept from everyone until a later time, and its owner has no say in it any more', async () => {
      const slot = await keys.takeSlot('a', 1, until, NOON);
      await keys.releaseSlot(slot!, NOON + 10 * MINUTE);
      await keys.releaseSlot(slot!);
      expect(await keys.takeSlot('a', 1, until, NOON + 10 * MINUTE)).toBeUndefined();
      expect(await keys.takeSlot('b', 1, until, NOON + 10 * MINUTE + 1)).toBeDefined();
    });

    it('a slot that went to another worker is not released by the first', async () => {
      const slot = await keys.takeSlot('a', 1, until, NOON);
      await keys.takeSlot('b', 1, until + 5 * MINUTE, until + 1);
      await keys.releaseSlot(slot!);
      expect(await keys.takeSlot('c', 1, until + 9 * MINUTE, until + MINUTE)).toBeUndefined();
    });
  });

  describe('the circuit', () => {
    it('an open circuit is shown until it is closed', async () => {
      expect(await keys.circuit()).toBeUndefined();
      await keys.openCircuit(until);
      expect(await keys.circuit()).toEqual({ openUntil: iso(until) });
      await keys.openCircuit(until + MINUTE);
      expect(await keys.circuit()).toEqual({ openUntil: iso(until + MINUTE) });
      await keys.closeCircuit();
      expect(await keys.circuit()).toBeUndefined();
      await keys.closeCircuit();
    });

    it('one worker probes the ERP once the circuit is over, and no worker before', async () => {
      await keys.openCircuit(until);
      const seen = { openUntil: iso(until) };
      expect(await keys.probe(seen, until + MINUTE, until - 1)).toBe(false);
      const answers = await Promise.all([1, 2, 3].map(() => keys.probe(seen, until + MINUTE, until)));
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await keys.circuit()).toEqual({ openUntil: iso(until + MINUTE) });
      expect(await keys.probe(seen, until + 2 * MINUTE, until + MINUTE)).toBe(false);
    });

    it('a circuit that was closed meanwhile has no probe', async () => {
      expect(await keys.probe({ openUntil: iso(NOON) }, until, NOON)).toBe(false);
      expect(await keys.circuit()).toBeUndefined();
    });
  });

  describe('customers', () => {
    const take = (owner: string, now = NOON) => keys.takeCustomer('BC-7', owner, now + 5 * MINUTE, now);
    const leased = { key: 'BC-7', leaseOwner: 'a', leaseUntil: iso(until) };

    it('of ten orders of one new customer, one has the lease', async () => {
      const owners = Array.from({ length: 10 }, (_, nth) => `owner-${nth}`);
      const answers = await Promise.all(owners.map((owner) => take(owner)));
      expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
    });

    it('a lease of a customer is taken once, again by its owner, and by another once it is past', async () => {
      expect(await keys.customer('BC-7')).toBeUndefined();
      expect(await take('a')).toEqual(leased);
      expect(await take('a', NOON + 1)).toEqual(leased);
      expect(await take('b', until)).toBeUndefined();
      expect(await take('b', until + 1)).toMatchObject({ leaseOwner: 'b' });
      expect(await keys.changeCustomer('BC-7', 'a', { id: '12' })).toBe(false);
      expect(await keys.customer('BC-8')).toBeUndefined();
    });

    it('an intent stays when the lease is released, and is gone when it is settled', async () => {
      await take('a');
      expect(await keys.changeCustomer('BC-7', 'a', { until: iso(NOON + MINUTE) })).toBe(true);
      expect(await keys.customer('BC-7')).toEqual({ ...leased, until: iso(NOON + MINUTE) });
      expect(await keys.changeCustomer('BC-7', 'a', { released: true })).toBe(true);
      expect(await keys.customer('BC-7')).toEqual({ key: 'BC-7', until: iso(NOON + MINUTE) });
      expect(await take('b')).toEqual({
        ...leased,
        leaseOwner: 'b',
        until: iso(NOON + MINUTE),
      });
      expect(await keys.changeCustomer('BC-7', 'b', { settled: true })).toBe(true);
      expect(await keys.customer('BC-7')).toEqual({ ...leased, leaseOwner: 'b' });
      expect(await keys.changeCustomer('BC-7', 'b', { until: iso(NOON), released: true })).toBe(true);
      expect(await keys.customer('BC-7')).toEqual({ key: 'BC-7', until: iso(NOON) });
    });

    it('the id of a customer ends lease and intent, also when the SDK repeats the write', async () => {
      await take('a');
      await keys.changeCustomer('BC-7', 'a', { until: iso(NOON + MINUTE) });
      expect(await keys.changeCustomer('BC-7', 'a', { id: '12' })).toBe(true);
      expect(await keys.customer('BC-7')).toEqual({ key: 'BC-7', id: '12' });
      expect(await keys.changeCustomer('BC-7', 'a', { id: '12' })).toBe(true);
      expect(await keys.changeCustomer('BC-7', 'a', { id: '13' })).toBe(false);
      expect(await keys.changeCustomer('BC-7', 'a', { released: true })).toBe(false);
    });

    it('an id is forgotten only if it is still the one', async () => {
      await take('a');
      await keys.changeCustomer('BC-7', 'a', { id: '12' });
      await keys.forgetCustomer('BC-7', '11');
      expect(await keys.customer('BC-7')).toEqual({ key: 'BC-7', id: '12' });
      await keys.forgetCustomer('BC-7', '12');
      expect(await keys.customer('BC-7')).toEqual({ key: 'BC-7' });
      await keys.forgetCustomer('BC-8', '12');
      expect(await keys.customer('BC-8')).toBeUndefined();
    });
  });

  it('the account of a day is kept, and a later one replaces it', async () => {
    const account: DeliveryAccount = {
      day: '2026-01-09',
      copied: 1204,
      delivered: 1198,
      held: 4,
      excluded: 2,
      cancelled: 0,
      open: 0,
      told: 1,
      at: iso(NOON),
    };
    expect(await keys.account('2026-01-09')).toBeUndefined();
    await keys.recordAccount('2026-01-09', account);
    expect(await keys.account('2026-01-09')).toEqual(account);
    await keys.recordAccount('2026-01-09', { ...account, told: 0 });
    expect(await keys.account('2026-01-09')).toEqual({ ...account, told: 0 });
  });
});
