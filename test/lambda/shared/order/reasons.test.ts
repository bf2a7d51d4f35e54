// Reason codes, and the sentences that a person reads.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCounts, readReason } from '../../../../lambda/shared/order/earlier-reasons';
import { REASONS, countKey, countText, deathText, reasonText } from '../../../../lambda/shared/order/reasons';

it.each([...REASONS])('the code %s is kebab-case, is read as it is, and has words', (code) => {
  expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  expect(readReason(code)).toBe(code);
  expect(readCounts({ [code]: 1, 'void-status:6': 2 })).toEqual({ 'void-status:6': 2, [code]: 1 });
  expect(reasonText(code)).toMatch(/\w/);
});

it('a reason about a status is printed with the name of the status', () => {
  expect(reasonText('void-status', 5)).toBe('void status (Cancelled)');
  expect(reasonText('archived', 5)).toBe('archived');
  expect(countKey('status-not-allowed', 7)).toBe('status-not-allowed:7');
  expect(countKey('status-not-allowed')).toBe('status-not-allowed');
  expect(countKey('already-copied', 11)).toBe('already-copied');
  expect(countText('void-status:99')).toBe('void status (status 99)');
  expect(countText('not-found')).toBe('not found in the store');
  expect(countText('a key of a later version')).toBe('a key of a later version');
});

it('the reason of a dead letter is printed with the text of the error', () => {
  expect(deathText('rejected', 'PUT answered 400.')).toBe('refused permanently: PUT answered 400.');
  expect(deathText('rejected')).toBe('refused permanently');
  expect(deathText('attempts-exhausted', '')).toBe('failed at its last receive');
});

it('the page of the data model lists every reason code', () => {
  const page = join(__dirname, '..', '..', '..', '..', 'docs', 'data-model.md');
  const codes = new Set(
    [...readFileSync(page, 'utf8').matchAll(/`(?<code>[a-z]+(?:-[a-z]+)*)`/g)].map(
      ({ groups }) => groups?.['code'],
    ),
  );
  expect(REASONS.filter((code) => !codes.has(code))).toEqual([]);
});
