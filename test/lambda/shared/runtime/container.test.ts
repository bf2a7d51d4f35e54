// What a container keeps between invocations.
import { oncePerContainer } from '../../../../lambda/shared/runtime/container';

it('a container wires its clients at the first invocation and keeps them for all later ones', () => {
  const wired: string[] = [];
  const containerOf = oncePerContainer((functionName) => ({ nth: wired.push(functionName) }));
  const first = containerOf({ functionName: 'Poll' });
  expect(containerOf({ functionName: 'Poll' })).toBe(first);
  expect(wired).toEqual(['Poll']);
});

it('a wiring that throws is tried again at the next invocation of the container', () => {
  let isRight = false;
  const containerOf = oncePerContainer((functionName) => {
    if (!isRight) throw new Error('A setting is wrong.');
    return functionName;
  });
  expect(() => containerOf({ functionName: 'Poll' })).toThrow('A setting is wrong.');
  isRight = true;
  expect(containerOf({ functionName: 'Poll' })).toBe('Poll');
});
