// The program around the commands: what it takes for wrong usage, what goes to which stream, and its exit codes.
import { CommandError, UsageError } from '../../../scripts/terminal/command-error';
import { defineCommand } from '../../../scripts/terminal/command';
import type { Report } from '../../../scripts/terminal/command';
import {
  choice,
  flag,
  negatedFlag,
  repeated,
  required,
  text,
  wholeNumber,
  withDefault,
  fromVariable,
  without,
} from '../../../scripts/terminal/options';
import { createProgram, runProgram } from '../../../scripts/terminal/program';

let read: unknown;
let outcome: () => Promise<Report | undefined>;
beforeEach(() => {
  read = undefined;
  outcome = () => Promise.resolve({ data: { orders: 1 }, lines: ['1 order'] });
});

const copy = defineCommand({
  name: 'copy',
  summary: 'Copy orders',
  arguments: [{ name: '[id]', summary: 'an order' }],
  options: {
    from: required(text('<day>', 'the first day')),
    stage: withDefault(choice('<stage>', ['dev', 'prod'], 'the stage'), 'dev'),
    batchSize: wholeNumber('<orders>', [1, 10], 'how many at once'),
    dryRun: flag('copy nothing'),
    poll: negatedFlag('do not poll'),
    tag: repeated(text('<Name=Value>', 'a tag')),
    bucket: fromVariable(text('<bucket>', 'the bucket'), 'TEST_BUCKET'),
    fresh: without(flag('begin again'), 'dryRun'),
  },
  examples: ['copy --from 2026-01-10'],
  run: (options, _, args) => {
    read = { ...options, args };
    return outcome();
  },
});

async function run(...args: string[]) {
  const out: string[] = [];
  const notes: string[] = [];
  const io = {
    print: (line: string) => out.push(line),
    note: (line: string) => notes.push(line),
    ask: () => Promise.reject(new Error('This test asks nothing.')),
  };
  const noun = { name: 'orders', summary: 'Orders', commands: [copy] };
  const code = await runProgram(createProgram('order-replication', [copy, noun], io), args, io);
  return { code, out: out.join('\n'), notes: notes.join('\n') };
}

it('an argument that may be repeated takes every word, and needs one', async () => {
  const seen: (readonly string[])[] = [];
  const retry = defineCommand({
    name: 'retry',
    summary: 'Retry orders',
    arguments: [{ name: '<order...>', summary: 'the orders' }],
    options: { recreate: flag('again') },
    examples: [],
    run: (_, __, args) => {
      seen.push(args);
      return Promise.resolve(undefined);
    },
  });
  const notes: string[] = [];
  const write = (line: string) => void notes.push(line);
  const io = { print: write, note: write, ask: () => Promise.reject(new Error('This test asks nothing.')) };
  const codeOf = (...args: string[]) => runProgram(createProgram('order-replication', [retry], io), args, io);
  expect(await codeOf('retry', '7', '8', '--recreate', '9')).toBe(0);
  expect(seen).toEqual([['7', '8', '9']]);
  expect(await codeOf('retry')).toBe(2);
  expect(notes.join('\n')).toContain("missing required argument 'order'");
});

it('the program reads each option as the type that the command declares', async () => {
  const words = ['--from', '2026-01-10', '--batch-size', '3', '--dry-run', '--no-poll'];
  await run('copy', '7', ...words, '--tag', 'a=1', '--tag', 'b=2', '--stage', 'prod');
  expect(read).toEqual({
    from: '2026-01-10',
    stage: 'prod',
    batchSize: 3,
    dryRun: true,
    poll: false,
    tag: ['a=1', 'b=2'],
    bucket: undefined,
    fresh: false,
    args: ['7'],
  });
});

it('the program reads a value after an equals sign, also one that begins with a hyphen', async () => {
  await run('copy', '--from=-1', '--tag=a=1', '--bucket=');
  expect(read).toMatchObject({ from: '-1', tag: ['a=1'], bucket: '' });
});

it('the program reads the defaults of options that are not given', async () => {
  await run('orders', 'copy', '--from', '');
  expect(read).toMatchObject({
    from: '',
    stage: 'dev',
    batchSize: undefined,
    dryRun: false,
    poll: true,
    tag: [],
  });
});

describe('a variable', () => {
  afterEach(() => delete process.env['TEST_BUCKET']);

  it.each([
    ['a variable gives the value of an option', 'mine', [], 'mine'],
    ['an empty variable gives no value', '', [], undefined],
    ['an option overrides its variable', 'mine', ['--bucket', 'other'], 'other'],
    ['an empty option overrides its variable', 'mine', ['--bucket', ''], ''],
  ])('%s', async (_, value, words, bucket) => {
    process.env['TEST_BUCKET'] = value;
    await run('copy', '--from', '1', ...words);
    expect(read).toMatchObject({ bucket });
  });
});

it('the program prints the result to stdout, as text or as one JSON document', async () => {
  expect(await run('copy', '--from', '1')).toEqual({ code: 0, out: '1 order', notes: '' });
  const { code, out, notes } = await run('copy', '--from', '1', '--output', 'json');
  expect([code, JSON.parse(out), notes]).toEqual([0, { orders: 1 }, '']);
});

it('the program prints the result of a report with a problem too, and ends with exit code 1', async () => {
  outcome = () => Promise.resolve({ data: { open: 1 }, lines: ['1 open'], problem: '1 order is open.' });
  expect(await run('copy', '--from', '1')).toEqual({ code: 1, out: '1 open', notes: '1 order is open.' });
});

it('the program prints only the sentence of a failure, and the stack of a defect', async () => {
  outcome = () => Promise.reject(new CommandError('There is no stack.'));
  expect(await run('copy', '--from', '1')).toEqual({ code: 1, out: '', notes: 'There is no stack.' });
  outcome = () => Promise.reject(new TypeError('a defect'));
  expect(await run('copy', '--from', '1')).toMatchObject({
    code: 1,
    notes: expect.stringMatching(/TypeError: a defect\n +at /) as unknown,
  });
});

it.each([
  ['an option that is required', ['copy'], "error: required option '--from <day>' not specified"],
  [
    'an unknown option',
    ['copy', '--from', '1', '--dryrun'],
    "error: unknown option '--dryrun'\n(Did you mean --dry-run?)",
  ],
  [
    'an unknown option with a value',
    ['copy', '--from', '1', '--buckt=secret'],
    "error: unknown option '--buckt'\n(Did you mean --bucket?)",
  ],
  ['an unknown command', ['cpy'], "error: unknown command 'cpy'\n(Did you mean copy?)"],
  ['an unknown verb', ['orders', 'cop'], "error: unknown command 'cop'\n(Did you mean copy?)"],
  ['a word too many', ['copy', '7', '8\u001B', '--from', '1'], "error: unexpected argument '8\\u{1b}'"],
  [
    'a value that is none of the choices',
    ['copy', '--from', '1', '--stage', 'test'],
    "error: option '--stage <stage>' argument 'test' is invalid. Allowed choices are dev, prod.",
  ],
  [
    'a number out of range',
    ['copy', '--from', '1', '--batch-size', '11'],
    "error: option '--batch-size <orders>' argument '11' is invalid. It must be a whole number from 1 to 10.",
  ],
  [
    'two options that exclude each other',
    ['copy', '--from', '1', '--fresh', '--dry-run'],
    "error: option '--fresh' cannot be used with option '--dry-run'",
  ],
])('the program ends with exit code 2 and nothing on stdout at %s', async (_, args, message) => {
  const { code, out, notes } = await run(...args);
  expect([code, out]).toEqual([2, '']);
  expect(notes).toContain(message);
  expect(notes).not.toContain('secret');
  expect(read).toBeUndefined();
});

it('the program ends with exit code 2 if the command finds the usage wrong', async () => {
  outcome = () => Promise.reject(new UsageError('--to needs --from'));
  expect(await run('copy', '--from', '1')).toMatchObject({
    code: 2,
    notes: expect.stringContaining('error: --to needs --from') as unknown,
  });
});

it('the program prints the help of a command to stdout, with its examples, and runs nothing', async () => {
  const { code, out } = await run('copy', '--help');
  expect(code).toBe(0);
  expect(out).toContain('npx order-replication copy --from 2026-01-10');
  expect(out).toMatch(/--bucket <bucket> +the bucket \(env: TEST_BUCKET\)/);
  expect(read).toBeUndefined();
});

it.each([[[]], [['orders']]])(
  'the program prints the commands to stderr if none is named: %j',
  async (args) => {
    const { code, out, notes } = await run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(notes).toMatch(/Commands:\n +copy /);
  },
);
