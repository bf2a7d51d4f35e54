// When the version of an order can no longer change unseen.
import { isSettled } from '../../../../lambda/shared/order/version';
import { NOON, storeDate } from '../../../support/builders';

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
