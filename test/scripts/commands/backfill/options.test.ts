// What the command line of backfill means, and which stack it is refused for.
import { backfill } from '../../../../scripts/commands/backfill/command';
import { inWords, readSelection, rulesOf } from '../../../../scripts/commands/backfill/options';
import type { SelectionOptions } from '../../../../scripts/commands/backfill/options';
import { UsageError } from '../../../../scripts/terminal/command-error';
import { NOON } from '../../../support/builders';
import { runLine } from '../../../support/run-noun';

const read = (options: SelectionOptions) => readSelection(options, NOON);

it.each<[string, SelectionOptions, object]>([
  ['a day, from its beginning', { from: '2025-01-01' }, { created_since: '2025-01-01T00:00:00.000Z' }],
  [
    'the last day, to its end',
    { from: '2025-01-01', to: '2025-01-31' },
    { created_since: '2025-01-01T00:00:00.000Z', created_before: '2025-02-01T00:00:00.000Z' },
  ],
  [
    'moments, the last one with its second',
    { from: '2025-01-01T08:00Z', to: '2025-01-01T18:30:05Z' },
    { created_since: '2025-01-01T08:00:00.000Z', created_before: '2025-01-01T18:30:06.000Z' },
  ],
  [
    'one day',
    { from: '2024-02-29', to: '2024-02-29' },
    { created_since: '2024-02-29T00:00:00.000Z', created_before: '2024-03-01T00:00:00.000Z' },
  ],
  [
    'statuses, each once and in order',
    { from: '2025-01-01', status: '11, 10,11' },
    { created_since: '2025-01-01T00:00:00.000Z', status_ids: [10, 11] },
  ],
  ['orders, each once and in order', { ids: '101,100,101' }, { order_ids: [100, 101] }],
])('the options of a backfill select %s', (_, options, selection) => {
  expect(read(options)).toEqual({ ...selection, advance: false });
});

it('--advance makes another selection', () => {
  expect(read({ ids: '100', advance: true })).toEqual({ order_ids: [100], advance: true });
});

const aDay = '--from requires a day in UTC, such as 2025-01-31';

it.each<[string, SelectionOptions, string]>([
  ['nothing', {}, 'missing option: --from, such as --from 2025-01-01, or --ids'],
  ['no date', { from: 'yesterday' }, aDay],
  ['an empty date', { from: '' }, aDay],
  ['a day that there is not', { from: '2025-02-30' }, aDay],
  ['a month that there is not', { from: '2025-13-01' }, aDay],
  ['a time without a zone', { from: '2025-01-01T08:00' }, aDay],
  ['an hour that there is not', { from: '2025-01-01T24:00Z' }, aDay],
  ['a wrong last day', { from: '2025-01-01', to: '1.2.2025' }, '--to requires a day in UTC'],
  ['dates the wrong way round', { from: '2025-02-01', to: '2025-01-31' }, '--to is before --from'],
  ['the future', { from: '2026-01-11' }, '--from is in the future'],
  ['no status', { from: '2025-01-01', status: '' }, '--status requires status ids from 0 to 14'],
  ['an unknown status', { from: '2025-01-01', status: '11,15' }, '--status requires status ids from 0 to 14'],
  ['a status by its name', { from: '2025-01-01', status: 'Shipped' }, '--status requires status ids'],
  ['no id', { ids: '' }, '--ids requires order ids with commas'],
  ['a wrong id', { ids: '100,../customers' }, '--ids requires order ids with commas'],
  ['ids and a time', { ids: '100', from: '2025-01-01' }, 'omit --from, --to and --status'],
  ['ids and a status', { ids: '100', status: '11' }, 'omit --from, --to and --status'],
])('a backfill refuses %s', (_, options, message) => {
  expect(() => read(options)).toThrow(UsageError);
  expect(() => read(options)).toThrow(message);
});

it('a backfill accepts 1,000 ids and no more', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, index) => index + 1).join(',');
  expect(read({ ids: ids(1_000) }).order_ids).toHaveLength(1_000);
  expect(() => read({ ids: ids(1_001) })).toThrow(
    '--ids accepts up to 1000 orders; there are 1001. Use --from.',
  );
});

it.each<[SelectionOptions, number | undefined, string]>([
  [{ ids: '5,6' }, 2, '2 orders by id'],
  [{ from: '2025-01-01' }, undefined, 'All orders created from 2025-01-01T00:00:00Z on until now'],
  [{ from: '2025-01-01' }, 1, '1 order created from 2025-01-01T00:00:00Z on until now'],
  [
    { from: '2025-01-01', to: '2025-01-01', status: '11,2' },
    1_204,
    'About 1,204 orders in Shipped, Awaiting Fulfillment created from 2025-01-01T00:00:00Z on and before 2025-01-02T00:00:00Z',
  ],
])('the selection %j of %s orders is described in words', (options, total, words) => {
  expect(inWords(read(options), total)).toBe(words);
});

const parameters = {
  AllowedStatusIds: '7, 10,11',
  AdvanceStatusIds: '',
  AdvanceOrders: 'true',
  NewPhysicalOrderStatusId: '9',
  NewDigitalOrderStatusId: '8',
};

it('a backfill uses the rules of the stack', () => {
  expect(rulesOf(parameters, true)).toEqual({
    allowedStatusIds: [7, 10, 11],
    advanceStatusIds: [],
    advanceOrders: true,
    newPhysicalOrderStatusId: 9,
    newDigitalOrderStatusId: 8,
  });
});

it.each([
  ['--advance is not given', 'true', false],
  ['the stack advances none', 'false', true],
])('a backfill changes no status if %s', (_, AdvanceOrders, advance) => {
  expect(rulesOf({ ...parameters, AdvanceOrders }, advance).advanceOrders).toBe(false);
});

it.each([
  ['--form 2025-01-01', "error: unknown option '--form'"],
  ['2025-01-01', "error: unexpected argument '2025-01-01'"],
  ['--from 2025-02-30', `error: ${aDay}`],
  ['--advance', 'error: missing option: --from'],
])('a backfill names the problem of %j before any call to AWS', async (line, message) => {
  const { code, said } = await runLine(backfill, line);
  expect(said).toContain(message);
  expect(code).toBe(2);
});
