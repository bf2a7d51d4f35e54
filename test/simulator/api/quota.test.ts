// The request quota, which all callers of a store use together.
import { createStore } from '../../../simulator/index';
import type { RateLimitHeaders } from '../../../simulator/index';
import { ask } from '../../support/store-client';
import { virtualTime } from '../../support/virtual-time';

describe('the quota', () => {
  const store = (mode: RateLimitHeaders = 'all') => {
    const time = virtualTime();
    const quota = { requests: 3, windowMs: 30_000 };
    return { time, store: createStore({ ...time, quota, switches: { rateLimitHeaders: mode } }) };
  };

  it('every response reports the quota, and calls over the quota are refused until the next window', async () => {
    const { store: limited, time } = store();
    const first = await ask(limited, 'GET', '/orders/count');
    await time.advance(12_000);
    const second = await ask(limited, 'GET', '/orders/count');
    expect([first, second]).toMatchObject([
      { headers: { 'x-rate-limit-requests-left': '2', 'x-rate-limit-time-reset-ms': '30000' } },
      { headers: { 'x-rate-limit-requests-left': '1', 'x-rate-limit-time-reset-ms': '18000' } },
    ]);
    await ask(limited, 'GET', '/orders/count');
    const refused = await ask(limited, 'GET', '/orders/count');
    expect(refused).toMatchObject({ status: 429, body: { status: 429 }, headers: { 'x-retry-after': '18' } });
    await time.advance(18_000);
    expect((await ask(limited, 'GET', '/orders/count')).status).toBe(200);
  });

  it('other apps of the store use the same quota', async () => {
    const { store: limited } = store();
    limited.quota.spend(3);
    expect((await ask(limited, 'GET', '/orders/count')).status).toBe(429);
  });

  it('a call with a wrong token takes nothing from the quota', async () => {
    const { store: limited } = store();
    await ask(limited, 'GET', '/orders', undefined, { 'X-Auth-Token': 'wrong' });
    expect(limited.quota.left()).toBe(3);
  });

  it.each([
    [
      'all',
      [
        'x-rate-limit-requests-left',
        'x-rate-limit-requests-quota',
        'x-rate-limit-time-reset-ms',
        'x-rate-limit-time-window-ms',
        'x-retry-after',
      ],
    ],
    [
      'msOnly',
      [
        'x-rate-limit-requests-left',
        'x-rate-limit-requests-quota',
        'x-rate-limit-time-reset-ms',
        'x-rate-limit-time-window-ms',
      ],
    ],
    ['retryAfterOnly', ['x-retry-after']],
    ['none', []],
  ] as const)('a 429 in the mode %s has the headers of that mode', async (mode, expected) => {
    const { store: limited } = store(mode);
    limited.quota.spend(3);
    const { headers } = await ask(limited, 'GET', '/orders/count');
    expect(
      Object.keys(headers)
        .filter((name) => name.startsWith('x-'))
        .sort(),
    ).toEqual(expected);
  });
});
