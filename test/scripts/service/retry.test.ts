// What a long command waits for, and what it does not; and how it shows its progress meanwhile.
import { BigCommerceError, ConfigurationError, EnqueueError } from '../../../lambda/shared/runtime/errors';
import { createRetry } from '../../../scripts/service/retry';
import { createProgressLine } from '../../../scripts/terminal/progress';

const named = (name: string, fields: object = {}) =>
  Object.assign(new Error(`${name} it is.`), { name }, fields);

/** A step that fails with these errors, one after the other, and works then. */
async function run(...errors: Error[]) {
  const said: string[] = [];
  const pauses: number[] = [];
  const retry = createRetry({
    say: (text) => void said.push(text),
    sleep: (ms) => Promise.resolve(void pauses.push(ms)),
  });
  const answer = await retry(() => {
    const error = errors.shift();
    return error === undefined ? Promise.resolve('done') : Promise.reject(error);
  });
  return { answer, said, pauses };
}

it.each([
  new BigCommerceError('GET /v2/orders answered 503.', 'retryable', 503),
  new EnqueueError('SQS refused 1 of 10 references: Throttled.'),
  named('TimeoutError'),
  named('Error', { code: 'ECONNRESET' }),
  named('Error', { code: 'ENOTFOUND' }),
  named('InternalServerError', { $fault: 'server' }),
  named('ThrottlingException', { $fault: 'client' }),
  named('ProvisionedThroughputExceededException', { $fault: 'client' }),
])('a step is repeated after %s, with a note', async (error) => {
  const { answer, said } = await run(error);
  expect(answer).toBe('done');
  expect(said).toEqual([expect.stringMatching(/\. Retrying in 1 s\.$/)]);
});

it('the pauses between repetitions grow to at most 1 min', async () => {
  const { pauses } = await run(...Array.from({ length: 8 }, () => named('TimeoutError')));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

it.each([
  new BigCommerceError('GET /v2/orders answered 400.', 'permanent', 400),
  new ConfigurationError('Check BigCommerceToken.'),
  named('ExpiredTokenException', { $fault: 'client' }),
  named('CredentialsProviderError'),
  new TypeError('undefined is not a function'),
])('a step is not repeated after %s', async (error) => {
  await expect(run(error)).rejects.toBe(error);
});

describe('the progress of a long command', () => {
  let now = 0;
  const show = (terminal: object = {}) => {
    let written = '';
    const write = (text: string | Uint8Array) => (written += String(text)).length > 0;
    return { line: createProgressLine({ write, ...terminal }, () => now), written: () => written };
  };
  beforeEach(() => (now = 0));

  it('without a terminal the progress is a line every 10 s', () => {
    const { line, written } = show();
    line.show('one');
    now = 9_999;
    line.show('two');
    now = 10_000;
    line.show('three');
    line.say('said');
    line.clear();
    expect(written()).toBe('three\nsaid\n');
    now = 19_999;
    line.show('four');
    now = 20_000;
    line.show('five');
    expect(written()).toBe('three\nsaid\nfive\n');
  });

  it('without a terminal a command that ends within 10 s prints no progress', () => {
    const { line, written } = show();
    line.show('0 of 1');
    now = 5_000;
    line.show('1 of 1');
    expect(written()).toBe('');
  });

  it('on a terminal the progress is one line, below the notes', () => {
    const { line, written } = show({ isTTY: true, columns: 6 });
    line.show('longer than that');
    line.say('said');
    line.clear();
    expect(written()).toBe('\r\u001B[Klonge\r\u001B[Ksaid\n\r\u001B[Klonge\r\u001B[K');
  });
});
