import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { listen } from '../../scripts/local/ports';
import { startSimulatedStore } from '../../scripts/local/simulated-store';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'store-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('goes on with exactly the orders, stories and expectations that it kept', async () => {
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

it('judges an order anew that somebody moves', async () => {
  const store = await startSimulatedStore(0, undefined);
  const cancelled = store.orders().find(({ statusNow }) => statusNow === 5)!;
  store.simulator.orders.setStatus(cancelled.id, 11);
  expect(store.orders().find(({ id }) => id === cancelled.id)).toMatchObject({
    statusBefore: 11,
    expected: { stored: true, advancedTo: 9 },
  });
  await store.simulator.stop();
});

it('judges an order before it is told of: a quick worker may advance it before anybody looks', async () => {
  const store = await startSimulatedStore(0, undefined);
  const answering = createServer((_, response) => {
    const placed = store.simulator.orders.all().at(-1)!;
    store.simulator.orders.setStatus(placed.id, 9);
    response.end('{}');
  });
  const worker = await listen(answering);
  try {
    await store.sendWebhook(`${worker.url}/`);
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
