// Which days an audit looks at: by the event of its invocation, or by the schedule.
import { dueDays, readRequest } from '../../../lambda/audit-orders/due-days';
import { dayOf, startOfDay } from '../../../lambda/shared/runtime/time';
import type { Audit } from '../../../lambda/shared/order/audit-result';
import { anAuditWorld } from '../../support/audit-world';
import { NOON } from '../../support/builders';

const DAY_MS = 86_400_000;

const AFTER = NOON - 12 * 3_600_000 + 1;

/** The days that are due at noon of 10 January, after audits with so many gaps open. */
async function due(audits: Readonly<Record<string, Partial<Audit>>>): Promise<readonly string[]> {
  const newestOf = (day: string) => {
    const audit = audits[day];
    return Promise.resolve(audit && ({ open: 0, queued: 0, timestamp: AFTER, day, ...audit } as Audit));
  };
  return (await dueDays(NOON, { newestOf })).map(dayOf);
}

describe('the schedule of audits', () => {
  it('the scheduled audit audits yesterday, also when there never was an audit', async () => {
    expect(await due({})).toEqual(['2026-01-09']);
  });

  it('the scheduled audit audits yesterday even if that day was audited today', async () => {
    expect(await due({ '2026-01-09': {} })).toEqual(['2026-01-09']);
  });

  it('the scheduled audit repeats days with gaps for fourteen days', async () => {
    const closed = Object.fromEntries(
      Array.from({ length: 20 }, (_, nth) => [dayOf(NOON - nth * DAY_MS), {}] as const),
    );
    const open = { '2026-01-07': { open: 1 }, '2025-12-27': { open: 2 }, '2025-12-26': { open: 3 } };
    expect(await due({ ...closed, ...open })).toEqual(['2026-01-09', '2026-01-07', '2025-12-27']);
  });

  it('the scheduled audit repeats days whose references were on their way, because they may be lost', async () => {
    expect(await due({ '2026-01-08': { queued: 1 } })).toEqual(['2026-01-09', '2026-01-08']);
  });

  it('the scheduled audit makes up for days that it missed, but not for those before the first audit', async () => {
    expect(await due({ '2026-01-06': {} })).toEqual(['2026-01-09', '2026-01-08', '2026-01-07']);
  });

  it('the scheduled audit repeats a day that was audited before it was over', async () => {
    const early = { timestamp: Date.UTC(2026, 0, 8, 23) };
    expect(await due({ '2026-01-08': early })).toEqual(['2026-01-09', '2026-01-08']);
  });

  it('an event without a day means the scheduled audit, and each day has its own result', async () => {
    const world = anAuditWorld();
    world.results.push({ day: '2026-01-07', open: 1, timestamp: NOON } as Audit);
    const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
    const audits = await world.invoke(event);
    expect(audits.map(({ day }) => day)).toEqual(['2026-01-09', '2026-01-08', '2026-01-07']);
    expect(world.results.slice(1)).toEqual(audits);
  });

  it('the scheduled audit keeps the results of the days before one that fails', async () => {
    const world = anAuditWorld();
    world.results.push({ day: '2026-01-08', open: 1, timestamp: NOON } as Audit);
    const { listOrders } = world.deps.store;
    const store = {
      listOrders: (query: Parameters<typeof listOrders>[0]) =>
        world.results.length > 1 ? Promise.reject(new Error('down')) : listOrders(query),
    };
    await expect(world.invoke({}, { store })).rejects.toThrow('down');
    expect(world.results.map(({ day }) => day)).toEqual(['2026-01-08', '2026-01-09']);
    expect(world.lines.at(-1)).toMatchObject({ fields: { daysDone: ['2026-01-09'] } });
  });
});

describe('the event of an audit', () => {
  it('an event may name any day that has started', () => {
    expect(readRequest({ day: '2026-01-10' }, NOON)).toEqual({ start: Date.UTC(2026, 0, 10), dryRun: false });
    expect(readRequest({ day: '2016-02-29', dryRun: true }, NOON)).toEqual({
      start: Date.UTC(2016, 1, 29),
      dryRun: true,
    });
  });

  it.each([
    [{ day: '2026-01-11' }, '2026-01-11 is in the future'],
    [{ day: 'yesterday' }, 'day must be a UTC day such as 2026-11-20'],
    [{ day: '2026-02-30' }, 'day must be a UTC day'],
    [{ day: 20260109 }, 'day must be a UTC day'],
    [{ day: null }, 'day must be a UTC day'],
    [{ day: '2026-01-09', dryRun: 'yes' }, 'dryRun must be true or false'],
  ])('an event of %j is refused with a reason', (event, words) => {
    expect(() => readRequest(event, NOON)).toThrow(words);
  });

  it.each(['', '2026-1-9', '2026-01-09T00:00:00Z', '2026-13-01', '+002026-01-09', ' 2026-01-09'])(
    'an event with the day %j is refused',
    (text) => {
      expect(startOfDay(text)).toBeUndefined();
    },
  );
});
