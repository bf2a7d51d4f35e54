// What each command makes of each row.
import type { DeliveryRow, RowChange } from '../../../../lambda/shared/delivery/delivery-row';
import {
  COMMAND_REFUSALS,
  holdDelivery,
  keepErpVersion,
  nextReference,
  recreateDelivery,
  releaseDelivery,
  retryDelivery,
} from '../../../../lambda/shared/delivery/commands';
import type { CommandRefusal, DeliveryCommand } from '../../../../lambda/shared/delivery/commands';
import { DELIVERY_REASONS } from '../../../../lambda/shared/delivery/reasons';
import type { DeliveryReason } from '../../../../lambda/shared/delivery/reasons';
import { iso, NOON } from '../../../support/builders';

const PERSON = { why: 'as agreed', by: 'ada', at: iso(NOON) };
const REASONS = Object.keys(DELIVERY_REASONS) as readonly DeliveryReason[];
const DUE_NOW = { due: 'now', due_at: iso(NOON), attempts: 0 };
const erp = { id: '7', number: 'S7', state: 'confirmed', total: '12.5' } as const;
const intent = { step: 'order', digest: '1:a', lines: 'l', until: iso(NOON) } as const;

const aRow = (fields: Partial<DeliveryRow> = {}): DeliveryRow => ({
  order_id: 100,
  state: 'held',
  state_at: iso(NOON - 60_000),
  told: 3,
  due: 'held',
  due_at: iso(NOON - 60_000),
  ...fields,
});

const changed = (command: DeliveryCommand, row: DeliveryRow): RowChange => {
  const decision = command(row, NOON);
  if (decision.kind === 'refusal') throw new Error(`Refused: ${decision.refusal}`);
  return decision.change;
};
const refused = (command: DeliveryCommand, row: DeliveryRow): CommandRefusal | undefined => {
  const decision = command(row, NOON);
  return decision.kind === 'refusal' ? decision.refusal : undefined;
};

describe('retry', () => {
  it.each(['waiting', 'held', 'excluded', 'cancelled'] as const)(
    'a retry makes a row that is %s due now and counts its attempts from zero, and changes nothing else',
    (state) => {
      expect(changed(retryDelivery, aRow({ state, attempts: 5 }))).toEqual({
        set: DUE_NOW,
        remove: ['begun'],
      });
    },
  );

  it('a retry of a delivered row lets it wait, or its unchanged document would spare the look into the ERP', () => {
    expect(changed(retryDelivery, aRow({ state: 'delivered', erp }))).toEqual({
      set: { ...DUE_NOW, state: 'waiting', state_at: iso(NOON) },
      remove: ['begun', 'reason', 'detail'],
    });
  });

  it('a retry leaves the leases of a running attempt counted, and an intent alone', () => {
    const row = aRow({ state: 'waiting', lease_owner: 'worker', lease_until: iso(NOON), begun: 2, intent });
    expect(changed(retryDelivery, row)).toEqual({ set: DUE_NOW, remove: [] });
  });

  it('a retry of an order that a person holds is refused', () => {
    expect(refused(retryDelivery, aRow({ hold: PERSON }))).toBe('on-hold');
  });
});

describe('retry --recreate', () => {
  const gone = aRow({ reason: 'gone-from-erp', erp, refs: ['BC-100'], judged: '1:a' });

  it.each(['gone-from-erp', 'cancelled-in-erp'] as const)(
    'a row that is held as %s forgets its sales order and gains the next reference',
    (reason) => {
      const change = changed(recreateDelivery, { ...gone, reason });
      expect(change.set).toEqual({ ...DUE_NOW, refs: ['BC-100', 'BC-100-2'] });
      expect([...change.remove!].sort()).toEqual(['begun', 'delivered', 'erp', 'keep', 'kept']);
    },
  );

  it('only a row without a living sales order is created again', () => {
    const created = REASONS.filter((reason) => refused(recreateDelivery, { ...gone, reason }) === undefined);
    expect(created).toEqual(['gone-from-erp', 'cancelled-in-erp']);
    expect(refused(recreateDelivery, { ...gone, reason: 'changed-in-erp' })).toBe('cannot-be-recreated');
  });

  it.each<[string, Partial<DeliveryRow>, CommandRefusal]>([
    ['of a person', { hold: PERSON }, 'on-hold'],
    ['that waits', { state: 'waiting' }, 'not-held'],
    ['that is delivered', { state: 'delivered' }, 'not-held'],
    ['that a worker has', { lease_owner: 'worker', lease_until: iso(NOON + 60_000) }, 'leased'],
    ['whose lease is past', { lease_owner: 'worker', lease_until: iso(NOON - 60_000) }, 'leased'],
    ['that is due', { due: 'now' }, 'due'],
    ['with an intent', { intent }, 'has-intent'],
    ['without references', { refs: [] }, 'no-reference'],
    ['with a long reference', { refs: ['B'.repeat(34)] }, 'reference-too-long'],
  ])('a row %s is not created again', (_, fields, refusal) => {
    expect(refused(recreateDelivery, { ...gone, ...fields })).toBe(refusal);
  });

  it('references count from the first one, and none is used twice', () => {
    expect(nextReference(['BC-100'])).toBe('BC-100-2');
    expect(nextReference(['BC-100', 'BC-100-2'])).toBe('BC-100-3');
    expect(nextReference(['BC-100', 'BC-100-3'])).toBe('BC-100-4');
    expect(nextReference([])).toBeUndefined();
  });
});

describe('hold and release', () => {
  it.each(['waiting', 'held', 'delivered', 'excluded', 'cancelled'] as const)(
    'a row that is %s is held with the words of the person, and due for a worker to record it',
    (state) => {
      expect(changed(holdDelivery(PERSON), aRow({ state }))).toEqual({ set: { ...DUE_NOW, hold: PERSON } });
    },
  );

  it('a hold is not replaced by a second one', () => {
    expect(refused(holdDelivery({ ...PERSON, by: 'ben' }), aRow({ hold: PERSON }))).toBe('on-hold');
  });

  it('a release removes the hold and records who lifted it', () => {
    const person = { ...PERSON, by: 'ben' };
    expect(changed(releaseDelivery(person), aRow({ reason: 'by-person', hold: PERSON }))).toEqual({
      set: { ...DUE_NOW, released: person },
      remove: ['hold'],
    });
  });

  it('a release without a hold is refused', () => {
    expect(refused(releaseDelivery(PERSON), aRow({ reason: 'unmapped-item' }))).toBe('not-on-hold');
  });
});

describe('release --keep-erp', () => {
  const edited = aRow({ reason: 'edited-after-confirm', erp, judged: '1:a' });

  it('the word for the version of the ERP names the document that the row is held with', () => {
    expect(changed(keepErpVersion(PERSON), edited)).toEqual({
      set: { ...DUE_NOW, keep: { ...PERSON, digest: '1:a' } },
    });
  });

  it('an order that staff entered by hand can be kept, although the row has no sales order', () => {
    const { erp: _, ...row } = { ...edited, reason: 'reference-taken' as const };
    expect(refused(keepErpVersion(PERSON), row)).toBeUndefined();
  });

  it('only a row whose living sales order differs from the store is kept', () => {
    const kept = REASONS.filter(
      (reason) => refused(keepErpVersion(PERSON), { ...edited, reason }) === undefined,
    );
    expect([...kept].sort()).toEqual([
      'archived',
      'cancelled-after-confirm',
      'cancelled-after-shipping',
      'changed-in-erp',
      'edited-after-confirm',
      'edited-after-keep',
      'edited-after-shipping',
      'erased',
      'in-question',
      'reference-taken',
      'refunded',
      'totals-differ',
    ]);
    expect(refused(keepErpVersion(PERSON), { ...edited, reason: 'several-in-erp' })).toBe('cannot-be-kept');
  });

  it.each<[string, Partial<DeliveryRow>, CommandRefusal]>([
    ['that waits', { state: 'waiting' }, 'not-held'],
    ['that a worker has', { lease_owner: 'worker', lease_until: iso(NOON + 60_000) }, 'leased'],
    ['that is due', { due: 'now' }, 'due'],
  ])('a row %s is not kept', (_, fields, refusal) => {
    expect(refused(keepErpVersion(PERSON), { ...edited, ...fields })).toBe(refusal);
  });

  it('a row without a document or without a sales order is not kept', () => {
    const { judged: _, ...withoutDigest } = edited;
    const { erp: __, ...withoutErp } = edited;
    expect(refused(keepErpVersion(PERSON), withoutDigest)).toBe('cannot-be-kept');
    expect(refused(keepErpVersion(PERSON), withoutErp)).toBe('cannot-be-kept');
  });

  it('an intent stays: a keep does not say what becomes of it', () => {
    expect(changed(keepErpVersion(PERSON), { ...edited, intent }).remove).toBeUndefined();
  });
});

it('every refusal is a sentence', () => {
  for (const text of Object.values(COMMAND_REFUSALS)) expect(text).toMatch(/^[A-Z].*\.$/s);
});
