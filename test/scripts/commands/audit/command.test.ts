// audit: which days it asks for, what it reports, and how it ends; test/e2e has the deployed function.
import { createServer } from 'node:http';
import { InvokeCommand, LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { summarize } from '../../../../lambda/shared/order/audit-result';
import type { Audit } from '../../../../lambda/shared/order/audit-result';
import { parseJson } from '../../../../lambda/shared/runtime/json';
import { auditDays } from '../../../../scripts/commands/audit/audit';
import { audit } from '../../../../scripts/commands/audit/command';
import { readWindow } from '../../../../scripts/commands/audit/window';
import { CommandError } from '../../../../scripts/terminal/command-error';
import { localClients } from '../../../../scripts/service/clients';
import { NOON } from '../../../support/builders';
import { runLine } from '../../../support/run-noun';
import { listen } from '../../../../simulator/listen';

const service = {
  stackName: 'OrderReplication-prod',
  outputs: { AuditOrdersFunctionName: 'OrderReplication-prod-AuditOrders' },
  clients: localClients('http://127.0.0.1:1'),
};
afterAll(() => service.clients.destroy());

function anAudit(day: string, fields: Partial<Audit> = {}): Audit {
  const { listed = 3, open = 0 } = fields;
  return {
    timestamp: NOON,
    day,
    summary: summarize(day, { listed, open }),
    duration_ms: 5,
    listed,
    copied: 3,
    queued: 0,
    dead: 0,
    excluded: {},
    open,
    staying: 0,
    enqueued: open,
    gaps: [],
    dead_orders: [],
    open_ids: [],
    ...fields,
  };
}

interface Answer {
  readonly payload: unknown;
  readonly FunctionError?: string;
}

const recommend = (command: string) => `npx order-replication ${command} --stage prod`;
const never = new AbortController().signal;

/** Runs the command over these days, each answered by `answers`. `said` has what it prints; `ending`, why it fails. */
async function run(days: readonly string[], answers: readonly Answer[], dryRun = false, stop = never) {
  const lambda = mockClient(LambdaClient);
  const queue = [...answers];
  lambda.on(InvokeCommand).callsFake(() => {
    const { payload, ...rest } = queue.shift() ?? { payload: null };
    const text = JSON.stringify(payload);
    return { ...rest, Payload: { transformToString: () => text } };
  });
  const notes: string[] = [];
  const deps = { service, note: (line: string) => void notes.push(line), stop, recommend };
  const report = await auditDays({ days, dryRun }, deps).catch((error: unknown) => {
    if (error instanceof CommandError) return error.message;
    throw error;
  });
  const events = lambda
    .commandCalls(InvokeCommand)
    .map(({ args: [{ input }] }) => parseJson(input.Payload as string));
  if (typeof report === 'string') return { said: [], data: undefined, ending: report, notes, events };
  return { said: report.lines, data: report.data, ending: report.problem, notes, events };
}

const audited = (day: string, fields: Partial<Audit> = {}): Answer => ({ payload: [anAudit(day, fields)] });

describe('it says', () => {
  it('audit prints one line for a day without open orders, and nothing else', async () => {
    const { said, ending, events } = await run(['2026-11-20'], [audited('2026-11-20', { listed: 1_204 })]);
    expect(said).toEqual(['2026-11-20: 1,204 of 1,204, 0 open']);
    expect(ending).toBeUndefined();
    expect(events).toEqual([{ day: '2026-11-20' }]);
  });

  it('audit prints one line per day, and the account of all days', async () => {
    const { said, ending } = await run(
      ['2026-11-19', '2026-11-20'],
      [
        audited('2026-11-19', { listed: 5, excluded: { 'void-status:5': 1, archived: 1 } }),
        audited('2026-11-20', {
          listed: 6,
          queued: 1,
          dead: 1,
          excluded: { archived: 1 },
          dead_orders: [{ id: 7, reason: 'rejected', error: 'answered \u001b[1m 400' }],
        }),
      ],
    );
    expect(said).toEqual([
      '2026-11-19: 5 of 5, 0 open',
      '2026-11-20: 6 of 6, 0 open',
      '2026-11-19 to 2026-11-20: 11 of 11, 0 open',
      'Copied    6',
      'Queued    1',
      'Dead      1',
      'Excluded  1 void status (Cancelled), 2 archived',
      'Open      0',
      '  dead: order 7 of 2026-11-20, refused permanently: answered \\u{1b}[1m 400',
    ]);
    expect(ending).toBeUndefined();
  });

  it('audit names missing orders, and ends with the next steps', async () => {
    const gaps = [{ id: 102, reason: 'not-in-ledger' }] as const;
    const { said, ending } = await run(
      ['2026-11-20'],
      [audited('2026-11-20', { listed: 4, open: 1, gaps, staying: 1 })],
    );
    expect(said[0]).toBe('2026-11-20: 3 of 4, 1 open');
    expect(said.at(-1)).toBe('  missing: order 102 of 2026-11-20, not in the ledger');
    expect(ending).toMatch(
      /^1 order is open\. Queued orders are stored within minutes\. Run the audit again then\./,
    );
    expect(ending).toContain('1 of them were already open before');
  });

  it('audit names at most 100 orders, and recommends a backfill for more than 1,000', async () => {
    const gaps = Array.from({ length: 100 }, (_, nth) => ({ id: nth + 1, reason: 'not-in-ledger' as const }));
    const day = { listed: 2_503, open: 2_500, gaps, enqueued: 1_000 };
    const { said, ending } = await run(
      ['2026-11-19', '2026-11-20'],
      [audited('2026-11-19', day), audited('2026-11-20', day)],
    );
    expect(said.filter((line) => line.startsWith('  missing: order'))).toHaveLength(100);
    expect(said.at(-1)).toBe('  missing: and 4,900 more');
    expect(ending).toContain(
      '3,000 of them exceed the limit of one audit and were not queued. To copy them: npx order-replication backfill --stage prod --from 2026-11-19 --to 2026-11-20',
    );
  });

  it('audit names orders that no list can show, and recommends no backfill for them', async () => {
    const gaps = [{ id: 102, reason: 'unlistable' }] as const;
    const found = { listed: 4, open: 1, gaps, enqueued: 0, unreadable: 1, unreadable_ids: [102] };
    const { said, ending } = await run(['2026-11-20'], [audited('2026-11-20', found)]);
    expect(said.at(-1)).toBe(
      '  missing: order 102 of 2026-11-20, BigCommerce fails on each list that holds it',
    );
    expect(ending).toContain('BigCommerce fails on each list that contains order 102. Open and save it');
    expect(ending).not.toContain('backfill');
  });

  it('audit reports that a dry run queued nothing', async () => {
    const { ending, events } = await run(['2026-11-20'], [audited('2026-11-20', { open: 2 })], true);
    expect(ending).toBe('2 orders are open. This was a dry run: nothing was queued.');
    expect(events).toEqual([{ day: '2026-11-20', dryRun: true }]);
  });

  it('audit recommends the command that continues after a failed day', async () => {
    const { notes, ending, events } = await run(
      ['2026-11-18', '2026-11-19', '2026-11-20'],
      [
        audited('2026-11-18'),
        {
          FunctionError: 'Unhandled',
          payload: { errorMessage: 'GET answered 401.', errorType: 'BigCommerceError' },
        },
      ],
    );
    expect(notes).toEqual([
      'Auditing 2026-11-18 …',
      'Auditing 2026-11-19 …',
      '2026-11-18: 3 of 3, 0 open',
      '1 of 3 days are done. To continue: npx order-replication audit --stage prod --from 2026-11-19 --to 2026-11-20',
    ]);
    expect(ending).toMatch(
      /^The audit of 2026-11-19 failed: GET answered 401\.\nAn alert email is sent at most once an hour\./,
    );
    expect(events).toHaveLength(2);
  });

  it('audit ends before the next day after Ctrl-C, and recommends the command that continues', async () => {
    const stop = AbortSignal.abort(new CommandError('Interrupted.'));
    const { notes, ending, events } = await run(['2026-11-19', '2026-11-20'], [], false, stop);
    expect(ending).toBe('Interrupted.');
    expect(notes).toEqual([expect.stringContaining('audit --stage prod --from 2026-11-19 --to 2026-11-20')]);
    expect(events).toEqual([]);
  });

  it('audit --output json has all days, with ISO times', async () => {
    const gaps = [{ id: 102, reason: 'not-in-ledger' }] as const;
    const { data } = await run(['2026-11-20'], [audited('2026-11-20', { listed: 4, open: 1, gaps })]);
    expect(data).toEqual({
      isDryRun: false,
      listed: 4,
      open: 1,
      days: [
        {
          day: '2026-11-20',
          startedAt: new Date(NOON).toISOString(),
          durationMs: 5,
          listed: 4,
          copied: 3,
          queued: 0,
          dead: 0,
          excluded: {},
          open: 1,
          stillOpen: 0,
          enqueued: 1,
          missingOrders: gaps,
          deadOrders: [],
          notListed: [],
        },
      ],
    });
  });

  it.each([
    ['Sandbox.Timedout', 'Task timed out after 900.00 seconds', 'No alert was sent'],
    ['Runtime.ExitError', 'signal: killed', 'Lambda ended it (Runtime.ExitError)'],
  ])('audit names the place of the reason after %s', async (errorType, errorMessage, words) => {
    const { ending } = await run(
      ['2026-11-20'],
      [{ FunctionError: 'Unhandled', payload: { errorMessage, errorType } }],
    );
    expect(ending).toContain(words);
    expect(ending).toContain('/order-replication/OrderReplication-prod/AuditOrders');
  });

  it.each([[null], [[]], ['Mock response'], [[{ ...anAudit('2026-11-20'), gaps: undefined }]]])(
    'audit does not accept %j as an audit',
    async (payload) => {
      expect((await run(['2026-11-20'], [{ payload }])).ending).toContain('did not answer with an audit');
    },
  );

  it('audit reports that Lambda throttled the function', async () => {
    mockClient(LambdaClient)
      .on(InvokeCommand)
      .rejects(new TooManyRequestsException({ $metadata: {}, message: 'Rate exceeded' }));
    const deps = { service, note: () => undefined, stop: never, recommend };
    await expect(auditDays({ days: ['2026-11-20'], dryRun: false }, deps)).rejects.toThrow(
      'Lambda throttled OrderReplication-prod-AuditOrders, so no audit started.',
    );
  });

  it('audit names a missing output of the stack', async () => {
    const deps = {
      service: { ...service, outputs: {} },
      note: () => undefined,
      stop: never,
      recommend,
    };
    await expect(auditDays({ days: ['2026-11-20'], dryRun: false }, deps)).rejects.toThrow(
      'OrderReplication-prod has no output AuditOrdersFunctionName',
    );
  });
});

describe('the window', () => {
  // Noon of 10 January 2026.
  const days = (from?: string, to?: string) => readWindow({ from, to }, NOON);

  it('the window of an audit is yesterday, from a day until yesterday, or between two days, both included', () => {
    expect(days()).toEqual(['2026-01-09']);
    expect(days('2026-01-07')).toEqual(['2026-01-07', '2026-01-08', '2026-01-09']);
    expect(days('2025-12-31', '2026-01-01')).toEqual(['2025-12-31', '2026-01-01']);
    expect(days('2024-02-28', '2024-03-01')).toHaveLength(3);
  });

  it('the window of an audit may end today', () => {
    expect(days('2026-01-10')).toEqual(['2026-01-10']);
    expect(days('2026-01-09', '2026-01-10')).toHaveLength(2);
  });

  it.each([
    [undefined, '2026-01-05', '--to needs --from'],
    ['yesterday', undefined, '--from requires a day such as 2026-11-20'],
    ['2026-01-01', '2026-02-30', '--to requires a day such as 2026-11-20'],
    ['2026-01-01T00:00:00Z', undefined, '--from requires a day'],
    ['2026-01-08', '2026-01-07', '--from 2026-01-08 is after --to 2026-01-07'],
    ['2026-01-11', undefined, '2026-01-11 has not started: today is 2026-01-10 (UTC)'],
    ['2026-01-01', '2026-01-11', '2026-01-11 has not started'],
    ['2010-01-01', '2026-01-01', 'the window has 5845 days, and the limit is 3660'],
  ])('the window of an audit from %s to %s is refused in words', (from, to, words) => {
    expect(() => days(from, to)).toThrow(words);
  });
});

describe('the command line', () => {
  it.each([
    ['now', /error: unexpected argument 'now'/],
    ['--order 5', /error: unknown option '--order'/],
    ['--from 2026-13-01', /error: --from requires a day/],
  ])('the audit command line %j is wrong usage, which is found before any call', async (line, words) => {
    const { code, said } = await runLine(audit, `${line} --aws-port 1`);
    expect(said).toMatch(words);
    expect(code).toBe(2);
  });

  it('audit calls the service for valid days', async () => {
    const { port, stop } = await listen(createServer());
    await stop();
    const { code, said } = await runLine(audit, `--from 2026-01-01 --to 2026-01-02 --aws-port ${port}`);
    expect(said).toContain('Start it with "npm start"');
    expect(code).toBe(1);
  });
});
