// deliveries list and show on deliveries in memory: what people and programs see.
import type { DeliveryRow } from '../../../../lambda/shared/delivery/delivery-row';
import { list, show } from '../../../../scripts/commands/deliveries/inspect';
import { iso, NOON } from '../../../support/builders';
import { aDelivery, deliveryCommands } from '../../../support/delivery-commands';

const at = (minutes: number) => iso(NOON - minutes * 60_000);

const rows: readonly DeliveryRow[] = [
  aDelivery({ order_id: 1, state_at: at(1), reason: 'unmapped-item', detail: 'line 7 has no SKU \u001b[1m' }),
  aDelivery({ order_id: 2, state_at: at(2), reason: 'unmapped-item', detail: 'line 8 has no SKU' }),
  aDelivery({
    order_id: 3,
    state_at: at(3),
    reason: 'gone-from-erp',
    erp: { id: '7', number: 'S7', state: 'confirmed', total: '12.5' },
  }),
  aDelivery({ order_id: 4, state: 'waiting', state_at: at(4), due: 'now', due_at: at(4) }),
  aDelivery({ order_id: 5, state: 'delivered', state_at: at(5) }),
];

describe('list', () => {
  it('a list shows the held deliveries, then the waiting ones, and what to do about each reason', async () => {
    const { lines } = await deliveryCommands(rows).run(list, { limit: 50 });
    expect(lines).toEqual([
      'Order  State    Since                     Reason         Detail                       ERP  Next look',
      `1      held     ${at(1)}  unmapped-item  line 7 has no SKU \\u{1b}[1m       with a new mapping`,
      `2      held     ${at(2)}  unmapped-item  line 8 has no SKU                 with a new mapping`,
      `3      held     ${at(3)}  gone-from-erp                               S7   with a new mapping`,
      `4      waiting  ${at(4)}                                                   ${at(4)}`,
      '',
      '2 held, unmapped-item: The mapping has no item for a line.',
      expect.stringContaining('Give the product a SKU in the store'),
      '  npx order-replication deliveries show <order> --stage prod',
      '  npx order-replication erp check --mapping erp/mapping.json --stage prod',
      '  npx order-replication deploy --with delivery --stage prod',
      '',
      '1 held, gone-from-erp: The sales order is no longer in the ERP.',
      expect.stringContaining('never created again without a command'),
      '  npx order-replication deliveries compare <order> --stage prod',
      '  npx order-replication deliveries retry <order> --recreate --stage prod',
      '',
      '1 waiting.',
    ]);
  });

  it('a limit shortens the table, and no count', async () => {
    const { lines, data } = await deliveryCommands(rows).run(list, { limit: 1 });
    expect(lines.slice(1, 3)).toEqual([expect.stringMatching(/^1 /), '… and 3 more: raise --limit.']);
    expect(lines).toContain('2 held, unmapped-item: The mapping has no item for a line.');
    expect(data).toMatchObject({ deliveries: [{ orderId: 1 }], counts: [{ orders: 2 }, {}, {}] });
  });

  it('a list can be of one state and one reason', async () => {
    const { run } = deliveryCommands(rows);
    expect((await run(list, { state: 'delivered', limit: 50 })).data).toMatchObject({
      deliveries: [{ orderId: 5, state: 'delivered' }],
    });
    expect((await run(list, { reason: 'gone-from-erp', limit: 50 })).data).toEqual({
      deliveries: [
        {
          orderId: 3,
          state: 'held',
          stateAt: at(3),
          reason: 'gone-from-erp',
          detail: null,
          erpNumber: 'S7',
          erpId: '7',
          due: 'held',
          dueAt: at(60),
          lastError: null,
        },
      ],
      counts: [{ state: 'held', reason: 'gone-from-erp', orders: 1 }],
      isComplete: true,
    });
  });

  it('a list without deliveries says which ones there are none of', async () => {
    const { run } = deliveryCommands();
    expect((await run(list, { limit: 50 })).lines).toEqual(['No delivery is held or waiting.']);
    const none = await run(list, { state: 'held', reason: 'erased', limit: 50 });
    expect(none.lines).toEqual(['No delivery is held for the reason erased.']);
  });

  it('a list reads every page, and stops after 10,000 rows of a state', async () => {
    const many = Array.from({ length: 10_600 }, (_, id) =>
      aDelivery({ order_id: id + 1, state_at: iso(NOON - id), reason: 'unmapped-item' }),
    );
    const few = deliveryCommands(many.slice(0, 1_201));
    expect((await few.run(list, { limit: 1 })).data).toMatchObject({
      counts: [{ orders: 1_201 }],
      isComplete: true,
    });
    const all = deliveryCommands(many);
    expect((await all.run(list, { limit: 1 })).data).toMatchObject({
      counts: [{ orders: 10_000 }],
      isComplete: false,
    });
    expect(all.notes).toEqual(['Only the newest 10000 deliveries of a state were read and counted.']);
  });

  it('an order in shadow shows what was found instead of a detail', async () => {
    const shadow = { digest: '1:a', mapping: 'm1', findings: ['create'], at: at(1) };
    const row = aDelivery({ state: 'waiting', due: 'shadow', shadow });
    const { lines } = await deliveryCommands([row]).run(list, { limit: 50 });
    expect(lines[1]).toMatch(/^100 +waiting +\S+ +create +in mode live$/);
  });

  it('an order that waits after a failure shows the failure instead of a detail', async () => {
    const failed = { attempts: 2, last_error: 'retryable: no answer \u001b[1m', last_error_at: at(1) };
    const waiting = aDelivery({ state: 'waiting', due: 'now', due_at: at(-1), ...failed });
    const { lines, data } = await deliveryCommands([waiting]).run(list, { limit: 50 });
    expect(lines[1]).toMatch(/^100 +waiting +\S+ +retryable: no answer \\u\{1b\}\[1m +\S+$/);
    expect(data).toMatchObject({ deliveries: [{ lastError: failed.last_error }] });
    // The failure of a delivery that has ended since is in `show` only.
    const ended = aDelivery({ reason: 'unmapped-item', ...failed });
    expect((await deliveryCommands([ended]).run(list, { limit: 50 })).lines[1]).not.toContain('no answer');
  });

  it('a reason of a later version is shown as its code', async () => {
    const later = aDelivery({ reason: 'of-tomorrow' as never });
    const { lines } = await deliveryCommands([later]).run(list, { limit: 50 });
    expect(lines.slice(-2)).toEqual(['', '1 held, of-tomorrow.']);
  });
});

describe('show', () => {
  const whole = aDelivery({
    reason: 'changed-in-erp',
    detail: 'line 1',
    judged: '1:a',
    wanted_read_at: at(9),
    handled_read_at: at(9),
    refs: ['BC-100', 'BC-100-2'],
    erp: { id: '7', number: 'S7', state: 'confirmed', total: '12.5', seen: 's', digest: '1:b' },
    intent: { step: 'confirm', digest: '1:a', lines: 'l', until: at(-5) },
    customer: { id: '3', how: 'created' },
    delivered: { digest: '1:b', bare: '1:c', mapping: 'm1', at: at(30) },
    hold: { why: 'stock', by: 'ada', at: at(2) },
    attempts: 3,
    last_error: 'data 400 \u202e',
    last_error_at: at(1),
    lease_owner: 'worker/1',
    lease_until: at(-3),
  });

  it('a delivery is shown with everything that its row has, and what to do', async () => {
    const { lines } = await deliveryCommands([whole]).run(show, { orderId: 100 });
    expect(lines).toEqual([
      'Order       100',
      `State       held since ${at(60)}`,
      'Reason      changed-in-erp: Staff changed the sales order in the ERP.',
      'Detail      line 1',
      'Next look   when a person releases it',
      'ERP         S7 (id 7), confirmed, total 12.5',
      'References  BC-100, BC-100-2',
      'Customer    3 (created)',
      `Intent      confirm: the ERP may be working on it until ${at(-5)}`,
      `Delivered   ${at(30)}, document 1:b`,
      `Hold        ${at(2)} by ada: stock`,
      `Snapshot    newest read at ${at(9)}, looked at up to ${at(9)}`,
      'Mapping     m1',
      `Lease       a worker has it until ${at(-3)}`,
      'Attempts    3 failed',
      `Last error  ${at(1)}: data 400 \\u{202e}`,
      '',
      expect.stringContaining('Nothing that staff did is overwritten.'),
      '  npx order-replication deliveries compare 100 --stage prod',
      '  npx order-replication deliveries retry 100 --stage prod',
      '  npx order-replication deliveries release 100 --keep-erp --why "agreed with the customer" --stage prod',
    ]);
  });

  it('a delivery as JSON has codes and ISO times', async () => {
    const { data } = await deliveryCommands([whole]).run(show, { orderId: 100 });
    expect(data).toMatchObject({
      orderId: 100,
      state: 'held',
      reason: 'changed-in-erp',
      digest: '1:a',
      erp: { number: 'S7' },
      intent: { step: 'confirm', until: at(-5) },
      hold: { why: 'stock' },
      keep: null,
      isKept: false,
      attempts: 3,
      lastErrorAt: at(1),
    });
  });

  it('an order without a row is named as such, with the command that adds rows', async () => {
    await expect(deliveryCommands().run(show, { orderId: 5 })).rejects.toThrow(
      'The Deliveries table has no row for the order. `deliveries account` adds the rows that it lacks. Run: npx order-replication deliveries account --stage prod',
    );
  });
});
