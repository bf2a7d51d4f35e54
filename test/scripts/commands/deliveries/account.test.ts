// deliveries account: which days it asks for, what it prints, and what it looks up in the ERP.
import type { DeliveryAccount } from '../../../../lambda/shared/tables/delivery-keys';
import { account } from '../../../../scripts/commands/deliveries/account';
import { retry } from '../../../../scripts/commands/deliveries/change';
import { deliveries as noun } from '../../../../scripts/commands/deliveries/command';
import { CommandError } from '../../../../scripts/terminal/command-error';
import {
  aDelivery,
  answerInvocations,
  answerTasks,
  deliveryCommands,
} from '../../../support/delivery-commands';
import { deliveryWorld } from '../../../support/delivery-world';
import { runLine } from '../../../support/run-noun';

const AT = '2026-01-10T05:00:00.000Z';
const aDay = (day: string, counts: Partial<DeliveryAccount> = {}): DeliveryAccount => ({
  day,
  copied: 0,
  delivered: 0,
  held: 0,
  excluded: 0,
  cancelled: 0,
  open: 0,
  told: 0,
  at: AT,
  ...counts,
});

describe('the days', () => {
  it('each day is one line, the oldest first', async () => {
    const events = answerTasks(deliveryWorld(), () => ({
      days: [
        aDay('2026-01-10', { copied: 3, delivered: 1, open: 2 }),
        aDay('2026-01-09', { copied: 1_204, delivered: 1_198, held: 4, excluded: 2, cancelled: 1, told: 7 }),
      ],
    }));
    const report = await deliveryCommands().run(account, { erp: false });
    expect(events).toEqual([{ task: 'account' }]);
    expect(report.lines).toEqual([
      '2026-01-09: 1,204 copied, 1,198 delivered, 4 held, 2 excluded, 1 cancelled, 0 open, 7 reported again',
      '2026-01-10: 3 copied, 1 delivered, 0 held, 0 excluded, 2 open',
    ]);
    expect(report.problem).toBeUndefined();
    expect(report.data).toMatchObject({
      days: [
        { day: '2026-01-09', reportedAgain: 7, accountedAt: AT },
        { day: '2026-01-10', open: 2 },
      ],
    });
  });

  it('open orders of an earlier day are the problem of the report', async () => {
    answerTasks(deliveryWorld(), () => ({ days: [aDay('2026-01-09', { copied: 2, open: 2 })] }));
    const { problem } = await deliveryCommands().run(account, { erp: false });
    expect(problem).toBe(
      '2 orders of earlier days are open: due or waiting. To see them: npx order-replication deliveries list --state waiting --stage prod',
    );
  });

  it('in the mode shadow, open orders are no problem: they are what would be delivered', async () => {
    answerTasks(deliveryWorld(), () => ({ days: [aDay('2026-01-09', { copied: 2, open: 2 })] }));
    const { deps } = deliveryCommands();
    const service = { ...deps.service, parameters: { ...deps.service.parameters, DeliveryMode: 'shadow' } };
    const { problem, lines } = await account({ erp: false }, { ...deps, service });
    expect(problem).toBeUndefined();
    expect(lines.at(-1)).toMatch(/^The mode is not live: orders that would be delivered count as open\./);
  });

  it('an account that did not fit into one invocation continues with the next day, in the same window', async () => {
    const answers = [
      { days: [aDay('2026-01-10'), aDay('2026-01-09')], next: '2026-01-08' },
      { days: [aDay('2026-01-08')] },
    ];
    const events = answerTasks(deliveryWorld(), () => answers.shift());
    const { lines } = await deliveryCommands().run(account, { erp: false });
    expect(lines.map((line) => line.slice(0, 10))).toEqual(['2026-01-08', '2026-01-09', '2026-01-10']);
    expect(events).toEqual([{ task: 'account' }, { task: 'account', from: '2025-12-27', to: '2026-01-08' }]);
  });

  it('a named window is passed on, and kept when it continues', async () => {
    const answers = [{ days: [aDay('2026-01-05')], next: '2026-01-04' }, { days: [aDay('2026-01-04')] }];
    const events = answerTasks(deliveryWorld(), () => answers.shift());
    await deliveryCommands().run(account, { from: '2026-01-04', to: '2026-01-05', erp: false });
    expect(events).toEqual([
      { task: 'account', from: '2026-01-04', to: '2026-01-05' },
      { task: 'account', from: '2026-01-04', to: '2026-01-04' },
    ]);
  });

  it('a day that does not fit into one invocation ends the command', async () => {
    answerTasks(deliveryWorld(), () => ({ days: [], next: '2026-01-10' }));
    await expect(deliveryCommands().run(account, { erp: false })).rejects.toThrow(
      'The account of 2026-01-10 does not fit into one invocation.',
    );
  });

  it.each([
    ['account --to 2026-01-01', '--to needs --from, which names the first day'],
    ['account --from yesterday', '--from requires a day such as 2026-11-20'],
    ['account --from 2026-01-09 --to 2026-01-08', '--from 2026-01-09 is after --to 2026-01-08'],
    ['account --from 2026-01-11', '2026-01-11 has not started: today is 2026-01-10 (UTC)'],
  ])('the window of deliveries %s is refused in words', async (line, words) => {
    const events = answerTasks(deliveryWorld());
    const [, ...args] = line.split(' ');
    const value = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
    const window = { from: value('--from'), to: value('--to'), erp: false };
    await expect(deliveryCommands().run(account, window)).rejects.toThrow(words);
    expect(events).toEqual([]);
  });

  it('an account has no argument', async () => {
    expect(await runLine(noun, 'account now')).toMatchObject({ code: 2 });
  });
});

describe('the look into the ERP', () => {
  /** Orders 1 to 5 delivered today by the world's clock. */
  async function deliveredWorld() {
    const world = deliveryWorld();
    for (const id of [1, 2, 3, 4, 5]) await world.tell({ id });
    await world.run(1, 2, 3, 4, 5);
    return world;
  }
  const commandsOf = (world: Awaited<ReturnType<typeof deliveredWorld>>) => {
    const commands = deliveryCommands([], world.deliveries);
    const deps = { ...commands.deps, now: world.time.now };
    return { ...commands, deps };
  };

  it('delivered orders that the ERP has as they were delivered are counted', async () => {
    const world = await deliveredWorld();
    const events = answerTasks(world, () => ({ days: [aDay('2026-01-06', { copied: 5, delivered: 5 })] }));
    const report = await account({ erp: true }, commandsOf(world).deps);
    expect(events.slice(1)).toEqual([
      { task: 'look', orderIds: expect.arrayContaining([1, 2, 3, 4, 5]) as unknown, details: false },
    ]);
    expect(report.lines.at(-1)).toBe('In the ERP: 5 looked up, 5 as delivered, 0 not');
    expect(report.problem).toBeUndefined();
  });

  it('after a restore of the ERP, each order that it lost or shows otherwise is named with what to do', async () => {
    const world = await deliveredWorld();
    const saleOf = (id: number) => world.row(id).erp!.id;
    world.erp.records.all.delete(saleOf(1));
    world.erp.staff.cancel(saleOf(2));
    world.erp.staff.editLines(saleOf(3));
    world.erp.staff.editLines(saleOf(4));
    world.deliveries.rows.set(4, { ...world.row(4), kept: true });
    answerTasks(world);
    const report = await account({ from: '2026-01-06', erp: true }, commandsOf(world).deps);
    expect(report.lines.at(-1)).toBe('In the ERP: 5 looked up, 2 as delivered, 3 not');
    expect(report.data).toMatchObject({ erp: { lookedUp: 5 } });
    expect(report.problem).toContain(
      '1 absent: The ERP has no sales order under a reference of the order. Orders: 1',
    );
    expect(report.problem).toContain('1 cancelled: The sales order is cancelled in the ERP. Orders: 2');
    expect(report.problem).toMatch(/1 changed: .* Orders: 3/);
    expect(report.problem).toMatch(/deliveries retry [123] [123] [123] --stage prod$/);
  });

  it('a retry after that look holds the order that the ERP lost', async () => {
    const world = await deliveredWorld();
    world.erp.records.all.delete(world.row(1).erp!.id);
    await retry({ orderIds: [1], recreate: false }, commandsOf(world).deps);
    await world.run(1);
    expect(world.row(1)).toMatchObject({ state: 'held', reason: 'gone-from-erp' });
    await retry({ orderIds: [1], recreate: true }, commandsOf(world).deps);
    await world.run(1);
    expect(world.row(1)).toMatchObject({ state: 'delivered', refs: ['BC-1', 'BC-1-2'] });
    expect(world.erp.staff.recordsFor(1).map(({ reference }) => reference)).toEqual(['BC-1-2']);
  });

  it('only orders that were delivered in the window are looked up', async () => {
    const world = await deliveredWorld();
    for (const id of [1, 2]) {
      world.deliveries.rows.set(id, { ...world.row(id), state_at: '2026-01-05T23:59:59.999Z' });
    }
    const events = answerTasks(world);
    await account({ from: '2026-01-06', to: '2026-01-06', erp: true }, commandsOf(world).deps);
    expect(events.at(-1)).toMatchObject({ orderIds: [5, 4, 3] });
    await account({ from: '2026-01-05', to: '2026-01-05', erp: true }, commandsOf(world).deps);
    expect(events.at(-1)).toMatchObject({ orderIds: [2, 1] });
  });

  it('many orders are looked up in parts of 100, and what a part leaves is asked for again', async () => {
    const rows = Array.from({ length: 250 }, (_, nth) =>
      aDelivery({ order_id: nth + 1, state: 'delivered', state_at: '2026-01-10T01:00:00.000Z' }),
    );
    const commands = deliveryCommands(rows);
    const parts: number[] = [];
    answerInvocations((_, { task, orderIds = [] }) => {
      if (task === 'account') return { days: [] };
      const ids = orderIds as readonly number[];
      parts.push(ids.length);
      const looked = { state: 'delivered', isKept: false, refs: [], verdict: 'same', difference: null };
      return { orders: ids.slice(0, 60).map((orderId) => ({ orderId, ...looked })), left: ids.slice(60) };
    });
    const { lines } = await commands.run(account, { from: '2026-01-10', erp: true });
    expect(parts).toEqual([100, 100, 100, 70, 10]);
    expect(lines.at(-1)).toBe('In the ERP: 250 looked up, 250 as delivered, 0 not');
  });

  it('Ctrl-C ends the command after the current part', async () => {
    const world = await deliveredWorld();
    const events = answerTasks(world, () => ({ days: [aDay('2026-01-06')] }));
    const stop = AbortSignal.abort(new CommandError('Interrupted.'));
    await expect(account({ erp: true }, { ...commandsOf(world).deps, stop })).rejects.toThrow('Interrupted.');
    expect(events).toHaveLength(1);
  });
});

describe('a failure of a function', () => {
  it.each([
    ['SomeError', 'broken \u001b', 'The account failed: broken \\u{1b}'],
    [
      'Sandbox.Timedout',
      'Task timed out after 300.00 seconds',
      'It ran out of time. The reason is in the log group /order-replication/OrderReplication-prod/QueueDeliveries.',
    ],
    ['Runtime.ExitError', 'signal: killed', 'Lambda ended it (Runtime.ExitError).'],
  ])('a function that ends with %s is named with the place of the reason', async (name, message, words) => {
    answerTasks(deliveryWorld(), () => {
      throw Object.assign(new Error(message), { name });
    });
    await expect(deliveryCommands().run(account, { erp: false })).rejects.toThrow(words);
  });

  it('an answer of another version is not taken for an account', async () => {
    answerTasks(deliveryWorld(), () => ({ days: [{ day: '2026-01-09' }] }));
    await expect(deliveryCommands().run(account, { erp: false })).rejects.toThrow(
      'OrderReplication-prod-QueueDeliveries did not answer with a result (days.0.copied: missing',
    );
  });
});
