// How dates are read.
import { parseDate } from '../../../../lambda/shared/runtime/time';

it("BigCommerce's dates are read", () => {
  expect(parseDate('Tue, 06 Jan 2026 10:15:00 +0000')).toBe(Date.UTC(2026, 0, 6, 10, 15));
  expect(parseDate('Tue, 06 Jan 2026 10:15:00 -0500')).toBe(Date.UTC(2026, 0, 6, 15, 15));
});
