import { createServer } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { listen } from '../../../simulator/listen';
import { startSimulatedStore } from '../../../scripts/local/simulated-store';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'store-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('a kept store continues with exactly the orders, stories and expectations that it kept', async () => {
  const file = join(folder, 'state/store.json');
  const first = await startSimulatedStore(0, file);
  const before = first.orders();
  first.simulator.orders.setStatus(100, 9);
  const kept = [...first.simulator.orders.allKept()];
  first.save();
  await first.simulator.stop();

  const second = await startSimulatedStore(0, file);
  expect([...second.simulator.orders.allKept()]).toEqual(kept);
  expect(second.orders().map(({ id, story, expected }) => ({ id, story, expected }))).toEqual(
    before.map(({ id, story, expected }) => ({ id, story, expected })),
  );
  await second.simulator.stop();
});

it('an order whose status a person changes gets a new expectation', async () => {
  const store = await startSimulatedStore(0, undefined);
  const cancelled = store.orders().find(({ statusNow }) => statusNow === 5)!;
  store.simulator.orders.setStatus(cancelled.id, 11);
  expect(store.orders().find(({ id }) => id === cancelled.id)).toMatchObject({
    statusBefore: 11,
    expected: { stored: true, advancedTo: 9 },
  });
  await store.simulator.stop();
});

it('the expectation of an order is decided before its webhook, because a worker may advance it immediately', async () => {
  const store = await startSimulatedStore(0, undefined);
  const answering = createServer((_, response) => {
    const placed = store.simulator.orders.all().at(-1)!;
    store.simulator.orders.setStatus(placed.id, 9);
    response.end('{}');
  });
  const worker = await listen(answering);
  try {
    store.simulator.hooks.create({ scope: 'store/cart/converted', destination: `${worker.url}/` });
    await store.placeOrder();
    expect(store.orders().at(-1)).toMatchObject({
      statusBefore: 11,
      statusNow: 9,
      expected: { stored: true, advancedTo: 9 },
    });
  } finally {
    await worker.stop();
    await store.simulator.stop();
  }
});

it('an order that no webhook reports, and a webhook with a wrong answer, are failures', async () => {
  const store = await startSimulatedStore(0, undefined);
  await expect(store.placeOrder()).rejects.toThrow('No webhook is registered that would report order 110.');
  const refusing = await listen(createServer((_, response) => response.writeHead(401).end()));
  try {
    store.simulator.hooks.create({ scope: 'store/cart/converted', destination: `${refusing.url}/` });
    await expect(store.placeOrder()).rejects.toThrow('The webhook of order 111 was answered 401.');
  } finally {
    await refusing.stop();
    await store.simulator.stop();
  }
});

it('a file of kept orders that cannot be read is refused, with the command that deletes it', async () => {
  const file = join(folder, 'store.json');
  writeFileSync(file, '{"stories":[],"orders":[]}');
  await expect(startSimulatedStore(0, file)).rejects.toThrow(
    `The kept orders in ${file} cannot be read (expectations: missing). To delete them and start again: npx order-replication start --keep --fresh`,
  );
});
