// Enqueue first, record after: what every sender of references does.
import { enqueue } from '../../../../lambda/shared/steps/enqueue';
import type { OrderReference } from '../../../../lambda/shared/order/reference';
import { aReference, NOON } from '../../../support/builders';

const references = Array.from({ length: 60 }, (_, index) => aReference({ orderId: index + 1 }));

function aSender(fails: { readonly queue?: Error; readonly ledger?: Error } = {}) {
  const effects: string[] = [];
  const lines: unknown[] = [];
  const deps = {
    adapters: {
      queue: {
        enqueue(all: readonly OrderReference[]) {
          if (fails.queue !== undefined) return Promise.reject(fails.queue);
          effects.push(`queued ${all.length}`);
          return Promise.resolve(all.map(({ orderId }) => `message-${orderId}`));
        },
      },
      ledger: {
        recordQueued({ orderId }: OrderReference, now: number) {
          expect(now).toBe(NOON);
          if (fails.ledger !== undefined && orderId === 2) return Promise.reject(fails.ledger);
          effects.push(`recorded ${orderId}`);
          return Promise.resolve(true);
        },
      },
      log: { warn: (...line: unknown[]) => void lines.push(line) },
    },
    invocation: { now: () => NOON },
  };
  return { deps, effects, lines };
}

it('references are queued before any of them is recorded, and each is recorded once', async () => {
  const { deps, effects } = aSender();
  await enqueue(references, deps);
  expect(effects).toEqual(['queued 60', ...references.map(({ orderId }) => `recorded ${orderId}`)]);
});

it('nothing is recorded, and nothing follows, where the queue refuses the references', async () => {
  const { deps, effects } = aSender({ queue: new Error('SQS refused them.') });
  const afterwards = jest.fn(() => Promise.resolve());
  await expect(enqueue(references, deps, afterwards)).rejects.toThrow('SQS refused them.');
  expect(effects).toEqual([]);
  expect(afterwards).not.toHaveBeenCalled();
});

it('a row that cannot be recorded is logged, and all others are recorded', async () => {
  const { deps, effects, lines } = aSender({ ledger: new Error('throttled') });
  await enqueue(references.slice(0, 3), deps);
  expect(effects).toEqual(['queued 3', 'recorded 1', 'recorded 3']);
  expect(lines).toEqual([['ledger.queued_not_recorded', { orderId: 2, error: 'Error: throttled' }]]);
});

it('what follows gets the ids of the messages, and is waited for', async () => {
  const { deps } = aSender();
  let written: readonly string[] = [];
  await enqueue(references.slice(0, 2), deps, async (messageIds) => {
    await new Promise(setImmediate);
    written = messageIds;
  });
  expect(written).toEqual(['message-1', 'message-2']);
});
