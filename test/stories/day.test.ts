// A day with faults of every kind, and the audit after it that finds no order missing. A larger one: node tools/run.mjs survive --day.
import { liveThroughADay } from './model/day';

it('after a day of random faults an audit accounts for every order, and finds one that is removed from the tables', async () => {
  const report = await liveThroughADay(200, 1);
  const { story, broken, removed, auditsWithoutIt, auditsAfterwards } = report;
  expect(broken).toEqual([]);
  const days = ['2026-01-10', '2026-01-11'];
  expect(story.audits.map(({ day, open, queued }) => ({ day, open, queued }))).toEqual(
    days.map((day) => ({ day, open: 0, queued: 0 })),
  );
  expect(story.audits.reduce((sum, { listed }) => sum + listed, 0)).toBeGreaterThan(150);
  expect(auditsWithoutIt.flatMap(({ gaps }) => gaps.map(({ id }) => id))).toEqual([removed]);
  expect(auditsAfterwards.reduce((sum, { open }) => sum + open, 0)).toBe(0);
  expect(story.tables.snapshots.has(removed)).toBe(true);
  // Faults that hardly ever strike would show nothing.
  const { service, struck, sqs, tables } = story;
  const counts = [
    service.struck.killed,
    struck.storeFaults,
    struck.undelivered,
    sqs.struck.refused,
    tables.struck.failed,
  ];
  expect(Math.min(...counts)).toBeGreaterThan(5);
}, 60_000);
