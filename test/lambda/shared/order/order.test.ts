// The rules about an order: tables of cases, and properties.
import { parseOrder } from '../../../../lambda/shared/bigcommerce/parse-order';
import fc from 'fast-check';
import { isEqual, sameContent, sameSnapshot } from '../../../../lambda/shared/order/content';
import { MalformedReferenceError } from '../../../../lambda/shared/runtime/errors';
import { decide, isDigital, whyNotStored, whyVoid } from '../../../../lambda/shared/order/rules';
import { isSettled } from '../../../../lambda/shared/order/version';
import { parseDate } from '../../../../lambda/shared/runtime/time';
import { readReference } from '../../../../lambda/shared/order/reference';
import { Status, statusName } from '../../../../lambda/shared/order/status';
import { toRawOrder, toOrderId } from '../../../../lambda/shared/order/order';
import type { Snapshot } from '../../../../lambda/shared/order/order';
import {
  aLine,
  anOrder,
  aParsedOrder,
  aReference,
  aRuleSet,
  aSnapshot,
  iso,
  NOON,
  storeDate,
} from '../../../support/builders';

const physical = [aLine()];
const digital = [aLine({ type: 'digital' })];
const mixed = [...physical, ...digital];

describe('an order without a ledger row', () => {
  const since = NOON - 1_000;

  it.each([
    ['new', 11, {}, undefined],
    ['Completed, whether digital or not', 10, {}, undefined],
    ['further on already', 2, {}, undefined],
    ['in an unknown status', 99, {}, undefined],
    ['void', 5, {}, 'void-status'],
    ['void, but listed as new', 12, { allowedStatusIds: [12] }, undefined],
    ['waiting, and not listed as new', 7, { allowedStatusIds: [11] }, 'status-not-allowed'],
  ])('the status of an unknown order decides whether it is stored: %s', (_name, statusId, rules, reason) => {
    expect(whyNotStored(aParsedOrder({ status_id: statusId }), undefined, aRuleSet(rules))).toBe(reason);
  });

  it('an unknown order is not stored when it is archived, or from before IgnoreOrdersCreatedBefore', () => {
    expect(whyNotStored(aParsedOrder({ is_deleted: true }), undefined, aRuleSet())).toBe('archived');
    const old = aParsedOrder({ date_created: storeDate(since - 1_000) });
    expect(whyNotStored(old, since, aRuleSet())).toBe('created-before-limit');
    expect(whyNotStored(aParsedOrder({ date_created: '' }), since, aRuleSet())).toBeUndefined();
  });
});

describe('a stored order', () => {
  it.each([
    ['Awaiting Fulfillment', 11, physical, {}, { kind: 'advance', targetStatusId: 9 }],
    ['an all-digital one', 11, digital, {}, { kind: 'advance', targetStatusId: 8 }],
    ['a mixed one', 11, mixed, {}, { kind: 'advance', targetStatusId: 9 }],
    ['one without lines', 11, [], {}, { kind: 'advance', targetStatusId: 9 }],
    ['Completed and digital', 10, digital, {}, { kind: 'advance', targetStatusId: 8 }],
    ['Completed and physical', 10, physical, {}, { kind: 'copy', reason: 'completed-not-digital' }],
    ['Completed and mixed', 10, mixed, {}, { kind: 'copy', reason: 'completed-not-digital' }],
    ['unpaid', 7, physical, {}, { kind: 'copy', reason: 'status-not-advanced' }],
    [
      'unpaid, as the sample did',
      7,
      physical,
      { advanceStatusIds: [7, 10, 11] },
      { kind: 'advance', targetStatusId: 9 },
    ],
    ['observed', 11, physical, { advanceOrders: false }, { kind: 'copy', reason: 'advance-off' }],
    ['not a new one any more', 2, physical, {}, { kind: 'copy', reason: 'moved-before-copy' }],
    ['one in its target status', 9, physical, {}, { kind: 'copy', reason: 'in-target-status' }],
    [
      'one in a target that is new',
      9,
      physical,
      { allowedStatusIds: [9], advanceStatusIds: [9] },
      { kind: 'copy', reason: 'in-target-status' },
    ],
    [
      'one to be advanced but not to be taken',
      11,
      physical,
      { allowedStatusIds: [7] },
      { kind: 'copy', reason: 'moved-before-copy' },
    ],
    ['a cancelled one', 5, physical, {}, { kind: 'copy', reason: 'void-status' }],
    [
      'a held one that is allowed',
      12,
      physical,
      { allowedStatusIds: [12] },
      { kind: 'copy', reason: 'status-not-advanced' },
    ],
    ['an unknown status', 99, physical, {}, { kind: 'copy', reason: 'moved-before-copy' }],
  ])(
    'a stored order is advanced or copied by its status and lines: %s',
    (_, status_id, lines, rules, decision) => {
      expect(decide(aParsedOrder({ status_id }), lines, undefined, aRuleSet(rules))).toEqual(decision);
    },
  );

  it('a stored order that has the status of an earlier attempt is confirmed', () => {
    const earlier = aSnapshot({ replication: { target_status_id: 9 } });
    expect(decide(aParsedOrder({ status_id: 9 }), physical, earlier, aRuleSet())).toEqual({
      kind: 'confirm',
      targetStatusId: 9,
    });
    expect(decide(aParsedOrder({ status_id: 11 }), physical, earlier, aRuleSet()).kind).toBe('advance');
    expect(
      decide(
        aParsedOrder({ status_id: 5 }),
        physical,
        aSnapshot({ replication: { target_status_id: 5 } }),
        aRuleSet(),
      ).kind,
    ).toBe('copy');
  });

  it('an order is never advanced when it is void, in a later status, or not requested', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1, max: 20 }), fc.boolean(), (status_id, allDigital) => {
        const decision = decide(
          aParsedOrder({ status_id }),
          allDigital ? digital : physical,
          undefined,
          aRuleSet(),
        );
        const may =
          status_id === Status.AwaitingFulfillment || (status_id === Status.Completed && allDigital);
        return (decision.kind === 'advance') === may;
      }),
    );
  });
});

it('an archived order is void, and an allowed status never is', () => {
  expect(whyVoid(aParsedOrder({ is_deleted: true }), aRuleSet())).toBe('archived');
  expect(whyVoid(aParsedOrder({ status_id: 0 }), aRuleSet())).toBe('void-status');
  expect(whyVoid(aParsedOrder({ status_id: 0 }), aRuleSet({ allowedStatusIds: [0] }))).toBeUndefined();
});

it("statuses have BigCommerce's names", () => {
  expect([7, 11, 12, 99].map(statusName)).toEqual([
    'Awaiting Payment',
    'Awaiting Fulfillment',
    'Manual Verification Required',
    'status 99',
  ]);
});

it.each([
  ['downloads', digital, true],
  ['gift certificates (K16a)', [aLine({ type: 'giftcertificate' })], true],
  ['gift certificates and downloads (K16a)', [aLine({ type: 'giftcertificate' }), ...digital], true],
  ['downloads and something to ship', mixed, false],
  ['gift certificates and something to ship', [aLine({ type: 'giftcertificate' }), aLine()], false],
  ['a type that is not known', [...digital, aLine({ type: 'subscription' })], false],
  ['a line without a type', [aLine({ type: undefined })], false],
  ['no line', [], false],
])('an order of %s is digital: %s', (_, lines, expected) => {
  expect(isDigital(lines)).toBe(expected);
});

describe('a settled version', () => {
  it.each([
    [9_999, false],
    [10_000, true],
  ])('a version is settled %i ms after its date: %s', (age, settled) => {
    expect(isSettled(storeDate(NOON), NOON + age)).toBe(settled);
  });

  it('a version without a date is never settled', () => {
    for (const date of ['', null, undefined, 'soon', 5]) expect(isSettled(date, NOON)).toBe(false);
  });
});

it("BigCommerce's dates are read", () => {
  expect(parseDate('Tue, 06 Jan 2026 10:15:00 +0000')).toBe(Date.UTC(2026, 0, 6, 10, 15));
  expect(parseDate('Tue, 06 Jan 2026 10:15:00 -0500')).toBe(Date.UTC(2026, 0, 6, 15, 15));
});

describe('the content of an order', () => {
  it.each([
    'status_id',
    'status',
    'custom_status',
    'payment_status',
    'date_modified',
    'date_shipped',
    'date_created',
    'consignments',
    'fees',
    'products',
    'shipping_addresses',
    'coupons',
  ])('the content of an order does not include %s', (field) =>
    expect(sameContent(aParsedOrder({ [field]: 'other' }), aParsedOrder())).toBe(true),
  );

  it('the content of an order includes the fees where both reads show them', () => {
    const [one, other] = [aParsedOrder({ fees: [{ id: 1 }] }), aParsedOrder({ fees: [] })];
    const link = aParsedOrder({ fees: { url: 'https://store.example/', resource: '/orders/100/fees' } });
    expect(sameContent(one, { ...one, raw: { ...one.raw } })).toBe(true);
    expect(sameContent(one, other)).toBe(false);
    expect([sameContent(link, one), sameContent(one, link), sameContent(one, aParsedOrder())]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('the content of an order includes everything else, deeply, new fields too', () => {
    expect(sameContent(aParsedOrder({ staff_notes: 'x' }), aParsedOrder())).toBe(false);
    expect(sameContent(aParsedOrder({ new_field: null }), aParsedOrder())).toBe(false);
    const billing_address = { first_name: 'Ada', last_name: 'Moss', form_fields: [{ name: 'a' }] };
    expect(sameContent(aParsedOrder({ billing_address }), aParsedOrder())).toBe(false);
  });

  it('the content of an order is not compared by what an answer omits', () => {
    expect(sameContent(parseOrder({ id: 100, status_id: 9 }), aParsedOrder())).toBe(true);
  });
});

it('JSON is compared by content, whatever the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(isEqual(one, JSON.parse(JSON.stringify(one)))).toBe(true);
      expect(isEqual(one, other)).toBe(isEqual(other, one));
    }),
  );
  expect(isEqual({ a: 1, b: undefined }, { a: 1, c: 2 })).toBe(false);
  expect(isEqual([1], { 0: 1 })).toBe(false);
});

it('a snapshot is new when its lists, its state or its intention differ, not when only the read does', () => {
  const same = (next: Partial<Snapshot>) => sameSnapshot(aSnapshot(), { ...aSnapshot(), ...next });
  expect(
    same({
      replication: aSnapshot({ replication: { read_at: iso(NOON + 1), source: 'webhook' } }).replication,
    }),
  ).toBe(true);
  expect(same({ coupons: [{ id: 1 }] })).toBe(false);
  expect(same({ replication: aSnapshot({ replication: { state: 'copied' } }).replication })).toBe(false);
  expect(same({ replication: aSnapshot({ replication: { target_status_id: 9 } }).replication })).toBe(false);
  expect(same({ replication: aSnapshot({ replication: { gone: true } }).replication })).toBe(false);
});

describe('an order id from outside', () => {
  it.each([1, 4242, '4242', Number.MAX_SAFE_INTEGER])('an order id from outside may be %p', (id) =>
    expect(toOrderId(id)).toBe(Number(id)),
  );
  it.each([
    0,
    -1,
    1.5,
    NaN,
    Infinity,
    2 ** 53,
    '',
    '0',
    '01',
    '1e3',
    ' 1',
    '../customers',
    '1/../2',
    null,
    {},
    [1],
    true,
  ])('an order id from outside may not be %p', (id) => expect(toOrderId(id)).toBeUndefined());
});

it('an order is known by its id and status id', () => {
  expect(toRawOrder(anOrder())).toEqual(anOrder());
  for (const value of [null, [], 'x', {}, { id: 1 }, { id: '1', status_id: 1 }, { id: 1, status_id: null }]) {
    expect(toRawOrder(value)).toBeUndefined();
  }
});

describe('an order reference', () => {
  it('an order reference survives the queue, with unknown sources and fields', () => {
    const reference = aReference({ source: 'backfill', jobTimestamp: NOON });
    expect(readReference(JSON.stringify({ ...reference, later: true }))).toEqual({
      ...reference,
      later: true,
    });
  });

  it('reading a reference throws only that it is malformed, with what could be read of it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify(value)),
        ),
        (body) => {
          try {
            const reference = readReference(body);
            return toOrderId(reference.orderId) === reference.orderId;
          } catch (error) {
            return error instanceof MalformedReferenceError;
          }
        },
      ),
    );
    const partly = JSON.stringify({ orderId: 5, seenAt: iso(NOON), source: '' });
    expect(() => readReference(partly)).toThrow('Not an order reference: source is not a text.');
    expect(() => readReference(partly)).toThrow(MalformedReferenceError);
  });

  it.each([
    ['orderId', '5', 'a positive integer'],
    ['orderId', undefined, 'a positive integer'],
    ['source', undefined, 'a text'],
    ['seenAt', 'teatime', 'a date'],
    ['seenAt', undefined, 'a date'],
    ['statusId', 11.5, 'an integer'],
    ['dateModified', null, 'a text'],
    ['advance', 'teatime', 'true or false'],
    ['wasStored', null, 'true or false'],
  ])('a reference whose %s is %j is malformed, and the error repeats no value', (field, value, expected) => {
    const body = JSON.stringify({ ...aReference(), [field]: value });
    expect(() => readReference(body)).toThrow(
      new MalformedReferenceError(`Not an order reference: ${field} is not ${expected}.`),
    );
  });

  it('a malformed reference keeps what could be read of it', () => {
    const body = JSON.stringify({ orderId: '5', seenAt: iso(NOON), source: 'poll' });
    const known = { orderId: 5, firstSeenAt: iso(NOON) };
    expect(() => readReference(body)).toThrow(expect.objectContaining({ known }) as Error);
  });

  it('a reference is read without a job or a hash of the wrong type, which are only informative', () => {
    const reference = aReference();
    expect(readReference(JSON.stringify({ ...reference, jobTimestamp: 'x', webhookHash: 7 }))).toEqual(
      reference,
    );
  });

  it('a reference whose listed fingerprint is no text is malformed', () => {
    const reference = JSON.stringify({ orderId: 5, seenAt: iso(NOON), source: 'poll', listedDigest: 7 });
    expect(() => readReference(reference)).toThrow('listedDigest is not a text');
  });

  it('a malformed reference reports what could be read of it', () => {
    const error = new MalformedReferenceError('x', { orderId: 5 });
    expect(error.known).toEqual({ orderId: 5 });
  });
});
