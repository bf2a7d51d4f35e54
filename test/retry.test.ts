// The one table of what is tried again and how long to wait.
import fc from 'fast-check';
import {
  backoffMs,
  classifyStatus,
  quotaPauseMs,
  readQuota,
  requestedPauseMs,
  visibilitySeconds,
} from '../lambda/shared/retry';

const header = (headers: Readonly<Record<string, unknown>>) => (name: string) => headers[name];

it.each([
  ['retryable', [408, 423, 425, 429, 500, 502, 503, 504, 509, 520, 599]],
  ['permanent', [400, 405, 406, 409, 410, 413, 415, 422, 499, 501, 505, 507]],
  ['configuration', [301, 302, 308, 401, 403]],
] as const)('%s: %j', (kind, statuses) => {
  expect(statuses.map(classifyStatus)).toEqual(statuses.map(() => kind));
});

describe('the pause that an answer asks for', () => {
  it.each([
    [429, { 'x-rate-limit-time-reset-ms': '15000', 'x-retry-after': '3' }, 15_000],
    [429, { 'x-rate-limit-time-reset-ms': '1500', 'x-retry-after': '30' }, 30_000],
    [429, { 'x-rate-limit-time-reset-ms': '15000' }, 15_000],
    [429, { 'x-retry-after': '2' }, 2_000],
    [429, { 'retry-after': '4' }, 4_000],
    [429, {}, undefined],
    [429, { 'x-rate-limit-time-reset-ms': 'soon', 'x-retry-after': '-5' }, undefined],
    [429, { 'x-rate-limit-time-reset-ms': 'Infinity' }, undefined],
    [429, { 'x-rate-limit-time-reset-ms': '1767225600000' }, 300_000],
    [503, { 'x-rate-limit-time-reset-ms': '15000' }, undefined],
    [503, { 'x-rate-limit-time-reset-ms': '15000', 'x-retry-after': '2' }, 2_000],
  ])('%i %j: %s', (status, headers, ms) => {
    expect(requestedPauseMs(status, header(headers))).toBe(ms);
  });
});

it('backs off exponentially with full jitter', () => {
  expect([1, 2, 3, 4, 20].map((attempt) => backoffMs(attempt, () => 1))).toEqual([
    500, 1000, 2000, 4000, 15_000,
  ]);
  expect(backoffMs(3, () => 0.5)).toBe(1000);
});

it('spans more than 24 hours in 20 receives, whatever the jitter', () => {
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

describe('the quota', () => {
  const headers = {
    'x-rate-limit-requests-quota': '150',
    'x-rate-limit-requests-left': '15',
    'x-rate-limit-time-reset-ms': '20000',
  };

  it('is known from the headers of any answer, or not at all', () => {
    expect(readQuota(header(headers), 1_000)).toEqual({ requests: 150, left: 15, resetsAt: 21_000 });
    for (const name of Object.keys(headers)) {
      expect(readQuota(header({ ...headers, [name]: undefined }), 0)).toBeUndefined();
      expect(readQuota(header({ ...headers, [name]: 'many' }), 0)).toBeUndefined();
    }
  });

  it('blocks nobody for longer than five minutes, whatever a header says', () => {
    const absurd = { ...headers, 'x-rate-limit-time-reset-ms': '1767225600000' };
    expect(readQuota(header(absurd), 0)?.resetsAt).toBe(300_000);
  });

  it.each([
    [16, 10, 0],
    [15, 10, 20_000],
    [0, 0, 20_000],
    [1, 0, 0],
    [135, 90, 20_000],
  ])('with %i left and a reserve of %i %% waits %i ms', (left, reserve, ms) => {
    expect(quotaPauseMs({ requests: 150, left, resetsAt: 20_000 }, reserve, 0)).toBe(ms);
  });

  it('waits for nothing that is over or unknown', () => {
    expect(quotaPauseMs({ requests: 150, left: 0, resetsAt: 20_000 }, 10, 20_000)).toBe(0);
    expect(quotaPauseMs(undefined, 10, 0)).toBe(0);
  });
});
