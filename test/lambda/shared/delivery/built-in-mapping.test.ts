// The mapping that the functions use. In tests it is the project's own: test/support/environment.ts.
import { loadBuiltInMapping } from '../../../../lambda/shared/delivery/built-in-mapping';
import { readMapping } from '../../../../scripts/packages/mapping-file';

it('the mapping of a function is the one of its build, with the digest by which rows remember it', async () => {
  expect(loadBuiltInMapping()).toEqual(await readMapping());
});
