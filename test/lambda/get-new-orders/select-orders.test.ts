// Which listed orders a poll excludes because they are neither new nor followed.
import { parseOrder } from '../../../lambda/shared/bigcommerce/parse-order';
import { isNew, whyNotFollowed, whyNotNew } from '../../../lambda/get-new-orders/select-orders';
import type { LedgerRow } from '../../../lambda/shared/order/ledger-row';
import type { Bounds } from '../../../lambda/get-new-orders/poll-window';
import { aLine, anOrder, aParsedOrder, aRuleSet, NOON, storeDate } from '../../support/builders';
import { withLines } from '../../support/memory-store';

const HOUR = 3_600_000;

const DAY = 24 * HOUR;

describe('a list of changed orders', () => {
  const bounds: Bounds = {
    completedSince: NOON - 7 * DAY,
    createdSince: NOON - 20 * DAY,
    modifiedSince: NOON - HOUR,
    followedSince: NOON - 30 * DAY,
  };
  const row = { order_id: 100, state: 'copied' } as const;
  const createdDaysAgo = (days: number) => ({ date_created: storeDate(NOON - days * DAY) });

  it.each<[string, Parameters<typeof anOrder>[0], LedgerRow | undefined, string | undefined]>([
    ['known', { status_id: 5 }, row, undefined],
    ['known, from before IgnoreOrdersCreatedBefore', createdDaysAgo(25), row, undefined],
    ['known, however old', createdDaysAgo(4_000), row, undefined],
    [
      'known, with a change that is too old',
      { date_modified: storeDate(NOON - 31 * DAY) },
      row,
      'follow-up-ended',
    ],
    ['known, without a date of its change', { date_modified: '', ...createdDaysAgo(31) }, row, undefined],
    ['skipped, and never stored', {}, { order_id: 100, state: 'skipped' }, undefined],
    [
      'skipped, from before IgnoreOrdersCreatedBefore',
      createdDaysAgo(25),
      { order_id: 100, state: 'skipped' },
      'created-before-limit',
    ],
    ['unknown, too old', createdDaysAgo(31), undefined, 'follow-up-ended'],
    ['unknown, and shipped before any poll saw it', { status_id: 2 }, undefined, undefined],
    ['unknown, and void', { status_id: 5 }, undefined, 'void-status'],
    [
      'unknown, from before IgnoreOrdersCreatedBefore',
      { status_id: 2, ...createdDaysAgo(25) },
      undefined,
      'created-before-limit',
    ],
    ['only leased, and void', { status_id: 5 }, { order_id: 100, lease_owner: 'a' }, 'void-status'],
  ])('a list of changes follows or excludes an order that is %s', (_, order, known_, reason) => {
    expect(whyNotFollowed(aParsedOrder(order), known_, aRuleSet(), bounds)).toBe(reason);
  });

  it.each([
    ['one in a new status', {}, true],
    ['one in another status', { status_id: 9 }, false],
    ['an archived one', { is_deleted: true }, false],
    ['a Completed one that is physical', { status_id: 10 }, false],
    ['a Completed one that is digital', { status_id: 10, order_is_digital: true }, true],
  ])('a list of changes queues or ignores an order as new: %s', (_, order, expected) => {
    expect(isNew(aParsedOrder(order), aRuleSet(), bounds)).toBe(expected);
  });
});

describe('a Completed order in a list', () => {
  const why = (order: object, lines?: readonly object[]) => {
    const completed = anOrder({ status_id: 10, ...order });
    const listed = lines
      ? withLines({ order: completed, lines: lines as Record<string, unknown>[] })
      : completed;
    return whyNotNew(parseOrder(listed), 10, { completedSince: NOON - 7 * DAY, createdSince: undefined });
  };
  const digital = aLine({ type: 'digital' });
  const certificate = aLine({ type: 'giftcertificate' });

  it.each<[string, object, readonly object[] | undefined, string | undefined]>([
    ['with the flag', { order_is_digital: true }, undefined, undefined],
    [
      'with the flag, and lines that say otherwise',
      { order_is_digital: true },
      [digital, aLine({ id: 2 })],
      undefined,
    ],
    ['with digital lines', {}, [digital], undefined],
    ['with gift certificates and downloads (K16a)', {}, [certificate, { ...digital, id: 2 }], undefined],
    ['with a gift certificate and a parcel', {}, [certificate, aLine({ id: 2 })], 'completed-not-digital'],
    ['with lines of both kinds', {}, [digital, aLine({ id: 2 })], 'completed-not-digital'],
    ['with neither', {}, undefined, 'completed-not-digital'],
    [
      'from before the lookback',
      { order_is_digital: true, date_modified: storeDate(NOON - 8 * DAY) },
      undefined,
      'completed-before-lookback',
    ],
  ])('a poll decides by lines and flag whether a Completed order is new: %s', (_, order, lines, reason) => {
    expect(why(order, lines)).toBe(reason);
  });
});
