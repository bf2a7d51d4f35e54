// Which orders are stored, which are advanced, and where to.
import fc from 'fast-check';
import { decide, isDigital, whyNotStored, whyVoid } from '../../../../lambda/shared/order/rules';
import { Status } from '../../../../lambda/shared/order/status';
import { aLine, aParsedOrder, aRuleSet, aSnapshot, NOON, storeDate } from '../../../support/builders';

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
