// Log events and metrics are an API: what the functions write, what the template selects and what the page lists agree.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { EVENTS } from '../../../../lambda/shared/runtime/events';
import { UNITS } from '../../../../lambda/shared/runtime/log';

const root = join(__dirname, '..', '..', '..', '..');
const page = join(root, 'docs', 'operations', 'logs-and-metrics.md');

const sources = readdirSync(join(root, 'lambda'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !/runtime[/\\]events/.test(name))
  .map((name) => readFileSync(join(root, 'lambda', name), 'utf8'))
  .join('\n');

/** Names that are put together where the line is written. */
const stateOf: Readonly<Record<string, string>> = {
  'order.replicated': '`order.${',
  'order.copied': '`order.${',
  'order.skipped': '`order.${',
  'order.covered': '`order.${',
  'poll.finished': '`poll.${',
  'poll.sliced': '`poll.${',
};

it.each([...EVENTS])('the functions write the log event %s', (event) => {
  expect(sources.includes(stateOf[event] ?? `'${event}'`)).toBe(true);
});

it.each([...EVENTS])('the log event %s is dotted, in lower case and named once', (event) => {
  expect(event).toMatch(/^[a-z]+\.[a-z]+(?:_[a-z]+)*$/);
  expect(EVENTS.filter((other) => other === event)).toHaveLength(1);
});

it('the page of logs and metrics lists every event and every metric, and no other', () => {
  const text = readFileSync(page, 'utf8');
  const listed = [...text.matchAll(/^\| `(?<name>[a-z]+\.[a-z_]+)` +\|/gm)].map(
    ({ groups }) => groups?.['name'],
  );
  expect(listed.sort()).toEqual([...EVENTS].sort());
  const metrics = [...text.matchAll(/^\| `(?<name>[A-Z]\w+)` +\| (?:Count|Milliseconds|Seconds) /gm)];
  expect(metrics.map(({ groups }) => groups?.['name']).sort()).toEqual(Object.keys(UNITS).sort());
});
