// erp check, answered by the worker's own tasks: the file, the ERP, and the stored orders.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedMapping } from '../../../../lambda/shared/delivery/mapping';
import { dayOf } from '../../../../lambda/shared/runtime/time';
import { recommend } from '../../../../scripts/service/service-options';
import type { ServiceOptions } from '../../../../scripts/service/service-options';
import { checkAll } from '../../../../scripts/commands/erp/check';
import type { CheckDeps } from '../../../../scripts/commands/erp/check-deps';
import { erp as noun } from '../../../../scripts/commands/erp/command';
import { CommandError } from '../../../../scripts/terminal/command-error';
import { NOON } from '../../../support/builders';
import { answerInvocations, answerTasks, deliveryCommands } from '../../../support/delivery-commands';
import { deliveryWorld } from '../../../support/delivery-world';
import type { DeliveryWorld } from '../../../support/delivery-world';
import { runVerb } from '../../../support/run-noun';
import { aMapping } from '../../../support/sales-order';

const mapping: LoadedMapping = { mapping: aMapping(), digest: 'm' };

/** The deps with orders by the day on which their replication ended. */
function depsWith(orders: Readonly<Record<string, readonly number[]>> = {}): CheckDeps & { notes: string[] } {
  const { deps, notes } = deliveryCommands();
  const { service, now, recommend, note, stop } = deps;
  const finished: CheckDeps['finished'] = {
    async *between(from, before) {
      await Promise.resolve();
      expect(before - from).toBe(86_400_000);
      const ids = orders[dayOf(from)] ?? [];
      for (let start = 0; start < ids.length; start += 500) yield ids.slice(start, start + 500);
    },
  };
  return { service, now, recommend, note, stop, finished, notes };
}

const findings = [{ about: 'special.tax', problem: 'There is no product TAX \u001b.' }];

/** Lets the worker's check find these, and do the rest by the world. */
function answerWithFindings(found: readonly { about: string; problem: string }[]) {
  return answerInvocations((_, { task }) =>
    task === 'check'
      ? { mapping: 'd1', isDeployed: true, findings: found }
      : { documents: 0, notDelivered: {}, held: [], missingItems: [], left: [] },
  );
}

describe('the ERP', () => {
  it('what the ERP lacks is listed with its place, and is the problem of the report', async () => {
    answerWithFindings(findings);
    const { lines, problem, data } = await checkAll({ mapping, days: 0 }, depsWith());
    expect(lines).toEqual(['Mapping      What is missing', 'special.tax  There is no product TAX \\u{1b}.']);
    expect(problem).toBe("1 of the mapping's entries is missing or wrong in the ERP.");
    expect(data).toEqual({ mapping: 'd1', isDeployed: true, findings, orders: null });
  });

  it('a mapping that is complete and not deployed is named with the command that deploys it', async () => {
    const events = answerTasks(deliveryWorld());
    const { lines, problem } = await checkAll({ mapping, days: 0 }, depsWith());
    expect(events).toEqual([{ task: 'check', mapping: mapping.mapping }]);
    expect(lines).toEqual([
      expect.stringMatching(/^The ERP has everything that the mapping [0-9a-f]{16} names\.$/),
      '',
      'This mapping is not deployed. To deploy it: npx order-replication deploy --with delivery --stage prod',
    ]);
    expect(problem).toBeUndefined();
  });

  it('a mapping in another file is recommended with that file', async () => {
    answerTasks(deliveryWorld());
    const { lines } = await checkAll({ mapping, file: 'my new/map.json', days: 0 }, depsWith());
    expect(lines.at(-1)).toBe(
      "This mapping is not deployed. To deploy it: npx order-replication deploy --with delivery --mapping 'my new/map.json' --stage prod",
    );
  });

  it('a local run is recommended to start again, with the mapping in the file that it reads', async () => {
    answerTasks(deliveryWorld());
    const options: ServiceOptions = {
      stage: 'dev',
      stackName: undefined,
      region: undefined,
      local: true,
      awsPort: undefined,
    };
    const deps = { ...depsWith(), recommend: (command: string) => recommend(command, options) };
    const { lines } = await checkAll({ mapping, file: 'map.json', days: 0 }, deps);
    expect(lines.at(-1)).toBe(
      'This mapping is not deployed. To deploy it as erp/mapping.json: npx order-replication start --erp tryton',
    );
  });

  it('orders are not checked while the ERP refuses the credentials', async () => {
    const events = answerWithFindings([{ about: 'credentials', problem: 'The ERP refuses the key.' }]);
    const { lines } = await checkAll({ mapping, days: 30 }, depsWith({ '2026-01-10': [1] }));
    expect(events).toHaveLength(1);
    expect(lines).toContain('Stored orders were not checked: first the ERP must answer.');
  });

  it('an ERP that fails is named with its error', async () => {
    answerInvocations(() => {
      throw new Error('No answer.');
    });
    await expect(checkAll({ mapping, days: 0 }, depsWith())).rejects.toThrow('The check failed: No answer.');
  });
});

describe('stored orders', () => {
  async function world(): Promise<DeliveryWorld> {
    const made = deliveryWorld();
    await made.tell({ id: 1 });
    await made.tell({ id: 2, channel_id: 9 });
    await made.tell({ id: 3, channel_id: 9 });
    await made.tell({ id: 4, status_id: 5 });
    made.erp.rules.items = new Set();
    return made;
  }

  it('orders of the last days are built and their items asked for, and what is missing is counted', async () => {
    const events = answerTasks(await world());
    const deps = depsWith({ '2026-01-10': [1, 2], '2026-01-08': [2, 3, 4], '2025-12-01': [5] });
    const { lines, problem, data } = await checkAll({ mapping, days: 30 }, deps);
    expect(events.slice(1)).toEqual([
      { task: 'check-orders', mapping: mapping.mapping, orderIds: [1, 2, 3, 4] },
    ]);
    expect(lines.slice(2, -2)).toEqual([
      'Stored orders            4 in the last 30 days',
      'Can be delivered         1',
      'Kept out by their state  1 void',
      '',
      expect.stringMatching(/^Would be held {2}Reason +Detail +Such as order {2}Meaning$/),
      expect.stringMatching(/^2 +unmapped-channel +.*9.* +2 +The mapping has no entry for the channel\.$/),
      '',
      'Orders  Item that the ERP lacks  Such as order',
      '1       MUG-07                   1',
    ]);
    expect(problem).toBe('2 stored orders would be held. The ERP lacks 1 item of stored orders.');
    expect(data).toMatchObject({
      orders: {
        read: 4,
        documents: 1,
        notDelivered: { void: 1 },
        held: [{ reason: 'unmapped-channel', orders: 2, orderId: 2 }],
        missingItems: [{ about: 'MUG-07', orders: 1, orderId: 1 }],
        since: '2026-01-08',
        isComplete: true,
      },
    });
  });

  it('a store without orders in these days is named as such', async () => {
    answerTasks(deliveryWorld());
    const { lines, problem } = await checkAll({ mapping, days: 3 }, depsWith());
    expect(lines).toContain('Stored orders     none in the last 3 days');
    expect(problem).toBeUndefined();
  });

  it('many orders are checked in parts of 500, the newest day first, and what a part leaves is asked for again', async () => {
    const parts: (readonly number[])[] = [];
    answerInvocations((_, { task, orderIds }) => {
      if (task === 'check') return { mapping: 'd1', isDeployed: true, findings: [] };
      const ids = orderIds as readonly number[];
      parts.push(ids);
      const left = parts.length === 1 ? ids.slice(400) : [];
      return {
        documents: ids.length - left.length,
        notDelivered: { void: 1 },
        held: [{ reason: 'unmapped-item', about: 'line 1', orders: 2, orderId: 7 }],
        missingItems: [{ about: 'A', orders: 3, orderId: 8 }],
        left,
      };
    });
    const ids = (from: number, count: number) => Array.from({ length: count }, (_, nth) => from + nth);
    const deps = depsWith({ '2026-01-10': ids(1, 300), '2026-01-09': ids(301, 400) });
    const { data } = await checkAll({ mapping, days: 2 }, deps);
    expect(parts.map((part) => [part.length, part[0]])).toEqual([
      [500, 1],
      [300, 401],
    ]);
    expect(data).toMatchObject({
      orders: {
        read: 700,
        documents: 700,
        notDelivered: { void: 2 },
        held: [{ orders: 4 }],
        missingItems: [{ orders: 6 }],
      },
    });
    expect(deps.notes).toEqual([
      'The worker compares the mapping with the ERP …',
      'Checked 400 stored orders …',
      'Checked 700 stored orders …',
    ]);
  });

  it('a check ends after 20,000 orders, and says how far back it looked', async () => {
    answerWithFindings([]);
    const many = Array.from({ length: 15_000 }, (_, nth) => nth + 1);
    const deps = depsWith({
      '2026-01-10': many,
      '2026-01-09': many.map((id) => id + 15_000),
      '2026-01-08': [99_999],
    });
    const { lines, data } = await checkAll({ mapping, days: 30 }, deps);
    expect(data).toMatchObject({ orders: { read: 20_000, since: '2026-01-09', isComplete: false } });
    expect(lines).toContain(
      'Stored orders     20000, the newest ones, back to 2026-01-09: the limit of one check',
    );
  });

  it('a worker that has no time for any order ends the command', async () => {
    answerInvocations((_, { task, orderIds }) =>
      task === 'check'
        ? { mapping: 'd1', isDeployed: true, findings: [] }
        : { documents: 0, notDelivered: {}, held: [], missingItems: [], left: orderIds },
    );
    await expect(checkAll({ mapping, days: 1 }, depsWith({ '2026-01-10': [1] }))).rejects.toThrow(
      'The worker had no time to check an order. 1 orders are left.',
    );
  });

  it('Ctrl-C ends the command before the next part', async () => {
    const events = answerWithFindings([]);
    const stop = AbortSignal.abort(new CommandError('Interrupted.'));
    const deps = { ...depsWith({ [dayOf(NOON)]: [1] }), stop };
    await expect(checkAll({ mapping, days: 1 }, deps)).rejects.toThrow('Interrupted.');
    expect(events).toHaveLength(1);
  });
});

describe('the file', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'mapping-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('a file with mistakes is refused with every place, before any call', async () => {
    const file = join(folder, 'mapping.json');
    await writeFile(file, JSON.stringify({ ...aMapping(), version: 2, payment: { deliver: 'never' } }));
    const events = answerTasks(deliveryWorld());
    const run = runVerb(noun, ['check', '--mapping', file, '--aws-port', '1']);
    await expect(run).rejects.toThrow(/cannot be used:[^]*version must be 1\.[^]*payment\.deliver/);
    expect(events).toEqual([]);
  });

  it('a file that is not there is named', async () => {
    const run = runVerb(noun, ['check', '--mapping', join(folder, 'none.json'), '--aws-port', '1']);
    await expect(run).rejects.toThrow(/none\.json cannot be used:[^]*ENOENT/);
  });
});
