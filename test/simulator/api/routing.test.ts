// How the store reads a request.
import fc from 'fast-check';
import { createStore } from '../../../simulator/index';

it('any path and query is answered', async () => {
  const store = createStore();
  store.orders.add();
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (path, query) => {
      const answer = await store.handle({ method: 'GET', path: `/stores/abc123xyz/v2/${path}?${query}` });
      expect(answer).toHaveProperty('status');
    }),
    { numRuns: 300 },
  );
});
