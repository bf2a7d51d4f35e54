// erp preview, answered by the worker's own task: the document, what would be sent, and why there is none.
import { erp as noun } from '../../../../scripts/commands/erp/command';
import { previewOne } from '../../../../scripts/commands/erp/preview';
import { answerTasks, deliveryCommands } from '../../../support/delivery-commands';
import { deliveryWorld } from '../../../support/delivery-world';
import { runLine } from '../../../support/run-noun';
import { aBillingAddress } from '../../../support/sales-order';

const preview = (orderId: number) => previewOne({ orderId }, deliveryCommands().deps);

it('a preview shows the document and what the adapter would send, safe for a terminal', async () => {
  const world = deliveryWorld();
  await world.tell({ id: 100, billing_address: aBillingAddress({ city: 'Austin \u202e' }) });
  answerTasks(world);
  const { lines, data, problem } = await preview(100);
  expect(lines.slice(0, 3)).toEqual(['Order 100 may be delivered.', 'The sales order document:', '{']);
  expect(lines).toContain('  "ref": "BC-100",');
  expect(lines).toContain('The adapter would send, without what only the ERP knows:');
  expect(lines.join('\n')).not.toMatch(/\u202e/);
  expect(data).toMatchObject({
    kind: 'document',
    document: { ref: 'BC-100' },
    sends: [{ item: 'MUG-07' }, {}, {}, {}],
  });
  expect(problem).toBeUndefined();
});

it('an order that the gate keeps out is shown, with the reason', async () => {
  const world = deliveryWorld();
  await world.tell({ id: 100, status_id: 5 });
  answerTasks(world);
  expect((await preview(100)).lines[0]).toBe(
    'Order 100 would not be created in the ERP: void. The order is void in the store.',
  );
});

it('an order without a document fails with its reason', async () => {
  const world = deliveryWorld();
  await world.tell({ id: 100, channel_id: 9 });
  answerTasks(world);
  const { lines, problem, data } = await preview(100);
  expect(lines).toEqual(['Order 100 may be delivered.']);
  expect(problem).toMatch(
    /^Order 100 has no document: unmapped-channel\. The mapping has no entry for the channel\. .*9/,
  );
  expect(data).toMatchObject({ kind: 'hold', reason: 'unmapped-channel' });
});

it('an order that is not stored is named with the command that copies it', async () => {
  answerTasks(deliveryWorld());
  await expect(preview(7)).rejects.toThrow(
    'Order 7 is not stored. Copy it first: npx order-replication backfill --ids 7 --stage prod',
  );
});

it.each([
  ['preview', "missing required argument 'order'"],
  ['preview x', "the id of an order is a number, not 'x'"],
  ['preview 1 2', "unexpected argument '2'"],
  ['check --days 366', 'It must be a whole number from 0 to 365.'],
])('the command line erp %s is wrong usage, which is found before any call', async (line, words) => {
  const { code, said } = await runLine(noun, `${line} --aws-port 1`);
  expect(said).toContain(words);
  expect(code).toBe(2);
});
