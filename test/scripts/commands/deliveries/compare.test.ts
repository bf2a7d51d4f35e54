// deliveries compare, answered by the worker's own task: both sides of an order, for people and for programs.
import { compare } from '../../../../scripts/commands/deliveries/compare';
import { answerTasks, deliveryCommands } from '../../../support/delivery-commands';
import { deliveryWorld } from '../../../support/delivery-world';

async function deliveredWorld() {
  const world = deliveryWorld();
  await world.tell({ id: 100 });
  await world.run(100);
  return world;
}

it('both sides of a delivered order are shown with their lines and totals', async () => {
  const world = await deliveredWorld();
  const events = answerTasks(world);
  const { lines, problem } = await deliveryCommands().run(compare, { orderId: 100 });
  expect(events).toEqual([{ task: 'look', orderIds: [100], details: true }]);
  expect(problem).toBeUndefined();
  const { id, number } = world.row(100).erp!;
  expect(lines.slice(0, 7)).toEqual([
    'Order       100',
    'State       delivered',
    'References  BC-100',
    'Verdict     same: The ERP has the order as it was delivered, or as the store has it now.',
    '',
    'The store: total 32.4 USD',
    'Item      Quantity  Unit price  Amount',
  ]);
  expect(lines[7]).toBe('MUG-07    2         12.5        25');
  const name = number === undefined ? `id ${id}` : `${number} (id ${id})`;
  expect(lines).toContainEqual(
    expect.stringMatching(
      new RegExp(`^The ERP: ${name.replaceAll(/[()]/g, '\\$&')}, confirmed .*total 32\\.4 USD`),
    ),
  );
});

it('what staff changed is named, and an order that is gone has no side of the ERP', async () => {
  const world = await deliveredWorld();
  answerTasks(world);
  world.erp.staff.editLines(world.row(100).erp!.id);
  const changed = await deliveryCommands().run(compare, { orderId: 100 });
  expect(changed.data).toMatchObject({
    verdict: 'changed',
    difference: expect.stringContaining('MUG-07') as string,
  });
  expect(changed.lines).toContainEqual(expect.stringMatching(/^Difference {2}the ERP lacks 2 x MUG-07/));
  world.erp.records.all.clear();
  const gone = await deliveryCommands().run(compare, { orderId: 100 });
  expect(gone.data).toMatchObject({ verdict: 'absent', erp: [] });
  expect(gone.lines.join('\n')).not.toContain('The ERP: ');
});

it('an order that is not stored has no side of the store', async () => {
  answerTasks(deliveryWorld());
  const { lines, data } = await deliveryCommands().run(compare, { orderId: 7 });
  expect(data).toMatchObject({ state: null, store: null, verdict: 'absent' });
  expect(lines).toContain('State       no row in the Deliveries table');
  expect(lines.at(-1)).toBe('The store: no document can be built. `erp preview` says why.');
});
