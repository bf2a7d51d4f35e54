// What the quota's headers are worth, and how many calls a container may make on the strength of them.
import fc from 'fast-check';
import { allowance, updateQuota, readQuota } from '../../../../lambda/shared/bigcommerce/quota';
import type { Quota } from '../../../../lambda/shared/bigcommerce/quota';

const header = (headers: Readonly<Record<string, unknown>>) => (name: string) => headers[name];

const headers = {
  'x-rate-limit-requests-quota': '150',
  'x-rate-limit-requests-left': '15',
  'x-rate-limit-time-reset-ms': '20000',
};

/** Seen at the beginning of time, in a window that has 20 s to go. */
const aQuota = (overrides: Partial<Quota> = {}): Quota => ({
  requests: 150,
  left: 150,
  resetsAt: 20_000,
  seenAt: 0,
  ...overrides,
});

describe('the quota', () => {
  it('the quota is known from the headers of any answer, or not at all', () => {
    expect(readQuota(header(headers), 1_000)).toEqual({
      requests: 150,
      left: 15,
      resetsAt: 21_000,
      seenAt: 1_000,
    });
    for (const name of Object.keys(headers)) {
      for (const odd of [undefined, 'many', '', '-1']) {
        expect(readQuota(header({ ...headers, [name]: odd }), 0)).toBeUndefined();
      }
    }
    expect(readQuota(header({ ...headers, 'x-rate-limit-requests-left': '0' }), 0)?.left).toBe(0);
  });

  it('the quota blocks calls for at most five minutes, whatever a header says', () => {
    const absurd = { ...headers, 'x-rate-limit-time-reset-ms': '1767225600000' };
    expect(readQuota(header(absurd), 0)?.resetsAt).toBe(300_000);
  });

  it('the quota is the lowest that one window reported, because answers overtake each other', () => {
    const known = aQuota({ left: 40 });
    expect(updateQuota(known, aQuota({ left: 44, seenAt: 100 }))).toMatchObject({ left: 40, seenAt: 100 });
    expect(updateQuota(known, aQuota({ left: 39, seenAt: 100 }))).toMatchObject({ left: 39 });
    expect(updateQuota(known, aQuota({ left: 149, seenAt: 20_000, resetsAt: 50_000 }))).toMatchObject({
      left: 149,
    });
  });

  it('the quota is that of the next window as soon as an answer reports it, though the current one seemed to last a little longer', () => {
    const known = aQuota({ left: 0 });
    expect(updateQuota(known, aQuota({ left: 149, seenAt: 19_200, resetsAt: 49_000 }))).toMatchObject({
      left: 149,
    });
  });

  it('the quota of the last window is over even when an answer of that window comes late', () => {
    const known = aQuota({ left: 140, resetsAt: 50_000 });
    const late = aQuota({ left: 2, seenAt: 21_000, resetsAt: 21_100 });
    expect(updateQuota(known, late)).toMatchObject({ left: 2, resetsAt: 21_100 });
  });

  it('the quota is unlimited for a store that never reported one, and stays known when an answer reports nothing', () => {
    expect(updateQuota('unknown', undefined)).toBe('unlimited');
    expect(updateQuota('unlimited', aQuota())).toEqual(aQuota());
    expect(updateQuota(aQuota(), undefined)).toEqual(aQuota());
  });
});

describe('calls at once', () => {
  it.each([
    ['a quarter of what is left above the reserve', aQuota({ left: 35 }), 10, 0, 5],
    ['fewer and fewer towards the wall', aQuota({ left: 22 }), 10, 0, 1],
    ['one of the last few, where the reserve bears that all of us take one', aQuota({ left: 16 }), 10, 0, 1],
    ['none at the wall', aQuota({ left: 15 }), 10, 0, 0],
    ['none of the last few without such a reserve', aQuota({ left: 3 }), 0, 0, 0],
    ['none below it: other apps use it too', aQuota({ left: 3 }), 10, 0, 0],
    ['down to the last without a reserve', aQuota({ left: 4 }), 0, 0, 1],
    ['fewer as the answer ages, because the others continue', aQuota({ left: 150 }), 10, 100, 21],
    ['one, when they may have used up all', aQuota({ left: 150 }), 10, 300, 1],
    [
      'as many as there may be of a large quota',
      aQuota({ requests: 20_000, left: 15_000 }),
      10,
      1_000,
      3_125,
    ],
    ['none of a wall that is known, however old', aQuota({ left: 15 }), 10, 19_999, 0],
    ['a full window after the end of the last', aQuota({ left: 0 }), 10, 20_000, 33],
    ['one in a window that began a while ago', aQuota({ left: 0 }), 10, 20_300, 1],
    ['one of a quota too small to be shared', aQuota({ requests: 3, left: 3 }), 10, 0, 1],
    ['none of a quota that is all reserve', aQuota({ requests: 1, left: 1 }), 90, 0, 0],
    ['one in its next window, to see whether it still is', aQuota({ requests: 1, left: 1 }), 90, 20_000, 1],
    ['one before anything is known', 'unknown', 10, 0, 1],
    ['any number where there is no quota', 'unlimited', 10, 0, Infinity],
  ] as const)(
    'the number of calls at the same time follows the quota: %s',
    (_, known, reservePercent, now, calls) => {
      expect(allowance(known, reservePercent, now).recent).toBe(calls);
    },
  );

  it('calls that hang do not delay others, because all except one are older than the share counts', () => {
    expect(allowance(aQuota({ left: 55 }), 10, 5_000)).toEqual({ calls: 10, recent: 1 });
    expect(allowance('unknown', 10, 0)).toEqual({ calls: Infinity, recent: 1 });
  });

  it('four senders that know the same quota use at most three calls of the reserve', () => {
    const whole = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(whole(1000), whole(1000), whole(90), (requests, left, reservePercent) => {
        const quota = aQuota({ requests, left: Math.min(left, requests) });
        const { calls, recent } = allowance(quota, reservePercent, 0);
        if (recent !== calls) return false;
        const free = quota.left - Math.ceil((requests * reservePercent) / 100);
        // A quota of less than four above its reserve is not for four.
        const senders = Math.min(4, Math.max(1, requests - Math.ceil((requests * reservePercent) / 100)));
        const isLast = calls === 1 && free > 0 && free < senders && quota.left >= senders;
        return calls >= 0 && (calls * senders <= Math.max(0, free) || isLast);
      }),
    );
  });
});
