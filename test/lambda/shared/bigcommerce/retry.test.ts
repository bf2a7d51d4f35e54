// The one table of what is tried again, how long to wait, and when to stop.
import fc from 'fast-check';
import { afterFailure, classifyStatus } from '../../../../lambda/shared/bigcommerce/retry';
import type { FailedTry } from '../../../../lambda/shared/bigcommerce/retry';
import { visibilitySeconds } from '../../../../lambda/process-new-orders/visibility';

/** A failed first try of a GET, with all the time in the world. */
function after(
  overrides: Partial<FailedTry> & { headers?: Readonly<Record<string, unknown>> } = {},
  chance = 1,
) {
  const { headers = {}, ...failed } = overrides;
  const header = (name: string) => headers[name];
  const aTry = { method: 'GET', kind: 'retryable', triesBefore: 0, timeLeftMs: 3_600_000, header } as const;
  return afterFailure({ ...aTry, ...failed }, () => chance);
}

it.each([
  ['retryable', [408, 423, 425, 429, 500, 502, 503, 504, 509, 520, 599]],
  ['permanent', [400, 405, 406, 409, 410, 413, 415, 422, 499, 501, 505, 507]],
  ['configuration', [301, 302, 308, 401, 403]],
] as const)('the client classifies an answer as %s: %j', (kind, statuses) => {
  expect(statuses.map(classifyStatus)).toEqual(statuses.map(() => kind));
});

describe('what is sent again', () => {
  it.each([
    ['a read that may succeed later', {}, true],
    ['a read without any answer', { status: undefined, header: undefined }, true],
    ['no write, whatever happened to it', { method: 'PUT' }, false],
    ['no write of a webhook either', { method: 'POST' }, false],
    ['nothing permanent', { kind: 'permanent', status: 400 }, false],
    ['nothing that a person must fix', { kind: 'configuration', status: 403 }, false],
    ['a read for the fourth time', { triesBefore: 2 }, true],
    ['but not for the fifth', { triesBefore: 3 }, false],
    ['a hanging read once', { timedOut: true }, true],
    ['but not twice', { timedOut: true, triesBefore: 2 }, false],
    ['nothing for which no time is left', { timeLeftMs: 500 }, false],
    ['what there is just time for', { timeLeftMs: 501 }, true],
  ] as const)('the client decides what to send again: %s', (_, failed, again) => {
    expect(after(failed).again).toBe(again);
  });

  it('a repetition is counted, and a hanging one twice', () => {
    expect(after({ triesBefore: 1 }).tries).toBe(2);
    expect(after({ triesBefore: 1, timedOut: true }).tries).toBe(3);
  });
});

describe('the pause after an answer', () => {
  it.each([
    [429, { 'x-rate-limit-time-reset-ms': '15000', 'x-retry-after': '3' }, 15_000],
    [429, { 'x-rate-limit-time-reset-ms': '1500', 'x-retry-after': '30' }, 30_000],
    [429, { 'x-rate-limit-time-reset-ms': '15000' }, 15_000],
    [429, { 'x-retry-after': '2' }, 2_000],
    [429, { 'retry-after': '4' }, 4_000],
    [429, { 'x-rate-limit-time-reset-ms': '1767225600000' }, 300_000],
    [503, { 'x-rate-limit-time-reset-ms': '15000', 'x-retry-after': '2' }, 2_000],
  ])('after %i %j calls pause %s ms, all calls of the container', (status, headers, pauseMs) => {
    expect(after({ status, headers }, 0)).toMatchObject({ pauseMs, pausesAll: true });
    expect(after({ status, headers }, 1).pauseMs).toBe(pauseMs + 250);
  });

  it.each([
    [429, {}, true],
    [429, { 'x-rate-limit-time-reset-ms': 'soon', 'x-retry-after': '-5' }, true],
    [429, { 'x-rate-limit-time-reset-ms': 'Infinity' }, true],
    [429, { 'x-rate-limit-time-reset-ms': '', 'x-retry-after': '0' }, true],
    [503, { 'x-rate-limit-time-reset-ms': '15000' }, false],
    [500, {}, false],
  ])(
    'after %i %j without a requested pause a call backs off, and so does every call: %s',
    (status, headers, pausesAll) => {
      expect(after({ status, headers })).toMatchObject({ pauseMs: 500, pausesAll });
    },
  );

  it('the pause applies to the other calls also when this one is not sent again', () => {
    const refused = { status: 429, headers: { 'x-retry-after': '20' }, timeLeftMs: 10_000 };
    expect(after({ ...refused, method: 'PUT' }, 0)).toMatchObject({
      again: false,
      pauseMs: 20_000,
      pausesAll: true,
    });
  });

  it('a call backs off exponentially with full jitter where no pause is requested', () => {
    expect([0, 1, 2, 3, 19].map((triesBefore) => after({ triesBefore }).pauseMs)).toEqual([
      500, 1000, 2000, 4000, 15_000,
    ]);
    expect(after({ triesBefore: 2 }, 0.5).pauseMs).toBe(1000);
  });
});

it('the receives of a reference span more than 24 hours, whatever the jitter', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 19, maxLength: 19 }),
      (chances) => {
        const seconds = chances.map((chance, index) => visibilitySeconds(index + 1, () => chance));
        const total = seconds.reduce((sum, wait) => sum + wait, 0);
        return total > 24 * 3600 && seconds.every((wait) => wait >= 54 && wait <= 43_200);
      },
    ),
  );
  expect([1, 2, 8, 9, 20, 1000].map((count) => visibilitySeconds(count, () => 0.5))).toEqual([
    60, 120, 7680, 10_800, 10_800, 10_800,
  ]);
});
