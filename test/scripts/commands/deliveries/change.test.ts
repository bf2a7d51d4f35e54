// deliveries retry, hold and release on deliveries in memory: what they write, whom they wake, and what they refuse.
import { hold, release, retry } from '../../../../scripts/commands/deliveries/change';
import { deliveries as noun } from '../../../../scripts/commands/deliveries/command';
import type { DeliveriesDeps } from '../../../../scripts/commands/deliveries/deps';
import { CommandError } from '../../../../scripts/terminal/command-error';
import { iso, NOON } from '../../../support/builders';
import { aDelivery, deliveryCommands } from '../../../support/delivery-commands';
import { runLine, runVerb } from '../../../support/run-noun';

const PERSON = { why: 'waits for stock', by: 'ada', at: iso(NOON) };
const gone = aDelivery({
  reason: 'gone-from-erp',
  refs: ['BC-100'],
  erp: { id: '7', state: 'confirmed', total: '12.5' },
});

describe('retry', () => {
  it('a retry makes each row due now, and sends a reference for each', async () => {
    const { deliveries, sent, run } = deliveryCommands([
      aDelivery({ attempts: 4 }),
      aDelivery({ order_id: 101 }),
    ]);
    const report = await run(retry, { orderIds: [100, 101], recreate: false });
    expect(report).toEqual({
      data: {
        orders: [
          { orderId: 100, isChanged: true },
          { orderId: 101, isChanged: true },
        ],
      },
      lines: ['Order 100: A worker looks at the order now.', 'Order 101: A worker looks at the order now.'],
      problem: undefined,
    });
    expect(deliveries.rows.get(100)).toMatchObject({ due: 'now', due_at: iso(NOON), attempts: 0, told: 2 });
    expect(sent).toEqual([
      { orderId: 100, seenAt: iso(NOON) },
      { orderId: 101, seenAt: iso(NOON) },
    ]);
  });

  it('a refused order does not stop the others, and wakes no one', async () => {
    const { sent, run } = deliveryCommands([aDelivery({ hold: PERSON }), aDelivery({ order_id: 102 })]);
    const report = await run(retry, { orderIds: [100, 101, 102], recreate: false });
    expect(report.lines).toEqual(['Order 102: A worker looks at the order now.']);
    expect(report.problem?.split('\n')).toEqual([
      'Order 100 was not changed. A person holds the order. `deliveries release` lifts the hold.',
      'Order 101 was not changed. The Deliveries table has no row for the order. `deliveries account` adds the rows that it lacks.',
    ]);
    expect(report.data).toMatchObject({
      orders: [{ refusal: 'on-hold' }, { refusal: 'no-row' }, { isChanged: true }],
    });
    expect(sent).toHaveLength(1);
  });

  it('an order that is created again has the next reference, and no sales order', async () => {
    const { deliveries, run } = deliveryCommands([gone]);
    await run(retry, { orderIds: [100], recreate: true });
    const row = deliveries.rows.get(100);
    expect(row).toMatchObject({ refs: ['BC-100', 'BC-100-2'], due: 'now', state: 'held' });
    expect(row).not.toHaveProperty('erp');
  });

  it('a reference that cannot be sent does not fail the command: the row is due', async () => {
    const { deps, notes, deliveries } = deliveryCommands([aDelivery()]);
    const failing: DeliveriesDeps = { ...deps, send: () => Promise.reject(new Error('SQS is down.')) };
    const report = await retry({ orderIds: [100], recreate: false }, failing);
    expect(report.problem).toBeUndefined();
    expect(notes).toEqual([
      'Order 100 is due, but no worker was woken: SQS is down. The next sweep queues it, within 1 min.',
    ]);
    expect(deliveries.rows.get(100)?.due).toBe('now');
  });

  it('an interrupted command says which orders it did not change', async () => {
    const { deps } = deliveryCommands([aDelivery()]);
    const stop = AbortSignal.abort(new CommandError('Interrupted.'));
    const report = await retry({ orderIds: [100], recreate: false }, { ...deps, stop });
    expect(report.problem).toBe('Order 100 was not changed. The command was interrupted.');
  });
});

describe('what comes in between', () => {
  /** Changes the row after each of its first reads, as a worker or another command does. */
  function between(times: number) {
    const commands = deliveryCommands([gone]);
    let reads = 0;
    const find = async (orderId: number) => {
      const row = await commands.deliveries.find(orderId);
      reads += 1;
      if (row !== undefined && reads <= times) {
        commands.deliveries.rows.set(orderId, { ...row, told: row.told + 1 });
      }
      return row;
    };
    const deps = { ...commands.deps, deliveries: { ...commands.deliveries, find } };
    return { ...commands, deps, reads: () => reads };
  }

  it('a row that moved since it was read is decided on again', async () => {
    const { deps, deliveries, reads } = between(2);
    expect((await retry({ orderIds: [100], recreate: true }, deps)).problem).toBeUndefined();
    expect(reads()).toBe(3);
    expect(deliveries.rows.get(100)?.refs).toEqual(['BC-100', 'BC-100-2']);
  });

  it('a row that moves each time stays as it is, and the command says so', async () => {
    const { deps, deliveries, sent } = between(99);
    const report = await retry({ orderIds: [100], recreate: true }, deps);
    expect(report.problem).toContain('A worker or another command changed the row each time.');
    expect(report.data).toEqual({
      orders: [{ orderId: 100, isChanged: false, refusal: 'keeps-changing' }],
    });
    expect(deliveries.rows.get(100)?.refs).toEqual(['BC-100']);
    expect(sent).toEqual([]);
  });

  it('a worker that takes the row between look and write prevents that the order is created twice', async () => {
    const commands = deliveryCommands([gone]);
    let isTaken = false;
    const find = async (orderId: number) => {
      const row = await commands.deliveries.find(orderId);
      if (!isTaken && row !== undefined) {
        isTaken = true;
        const lease = { lease_owner: 'worker', lease_until: iso(NOON + 60_000) };
        commands.deliveries.rows.set(orderId, { ...row, ...lease });
      }
      return row;
    };
    const report = await retry(
      { orderIds: [100], recreate: true },
      { ...commands.deps, deliveries: { ...commands.deliveries, find } },
    );
    expect(report.data).toMatchObject({ orders: [{ refusal: 'leased' }] });
    expect(commands.deliveries.rows.get(100)?.refs).toEqual(['BC-100']);
  });
});

describe('hold and release', () => {
  it('a hold records the reason, the person and the time', async () => {
    const { deliveries, sent, run } = deliveryCommands([aDelivery({ state: 'delivered' })]);
    const report = await run(hold, { orderId: 100, why: PERSON.why });
    expect(report.lines).toEqual(['Order 100: A worker records the hold now.']);
    expect(deliveries.rows.get(100)).toMatchObject({ hold: PERSON, due: 'now' });
    expect(sent).toHaveLength(1);
  });

  it('a release removes the hold and records who lifted it', async () => {
    const { deliveries, run } = deliveryCommands([aDelivery({ reason: 'by-person', hold: PERSON })]);
    await run(release, { orderId: 100, why: 'stock is there', keepErp: false });
    const row = deliveries.rows.get(100);
    expect(row).toMatchObject({ released: { ...PERSON, why: 'stock is there' }, due: 'now' });
    expect(row).not.toHaveProperty('hold');
  });

  it('the word for the version of the ERP names the document of the hold', async () => {
    const { deliveries, run } = deliveryCommands([
      aDelivery({ ...gone, reason: 'changed-in-erp', judged: '1:a' }),
    ]);
    await run(release, { orderId: 100, why: 'agreed', keepErp: true });
    expect(deliveries.rows.get(100)).toMatchObject({
      keep: { digest: '1:a', why: 'agreed', by: 'ada', at: iso(NOON) },
      due: 'now',
    });
  });
});

describe('the command line', () => {
  it.each([
    ['retry', "missing required argument 'order'"],
    ['retry 0', "the id of an order is a number, not '0'"],
    ['retry 100 x', "the id of an order is a number, not 'x'"],
    ['hold 100', "required option '--why <text>' not specified"],
    ['release 100 --keep-erp', "required option '--why <text>' not specified"],
    ['release 100 101 --why x', "unexpected argument '101'"],
    ['list --state gone', "argument 'gone' is invalid"],
    ['list --reason nonsense', "argument 'nonsense' is invalid"],
    ['list --limit 0', 'It must be a whole number from 1 to 10000.'],
    ['show', "missing required argument 'order'"],
  ])('the command line deliveries %s is wrong usage, which is found before any call', async (line, words) => {
    const { code, said } = await runLine(noun, `${line} --aws-port 1`);
    expect(said).toContain(words);
    expect(code).toBe(2);
  });

  it('a reason of --why is not empty, and fits into a row', async () => {
    await expect(runVerb(noun, ['hold', '100', '--why', ' '])).rejects.toThrow('--why requires a reason');
    await expect(runVerb(noun, ['hold', '100', '--why', 'x'.repeat(501)])).rejects.toThrow(
      '--why has 501 characters, and the limit is 500',
    );
  });
});
