import { join } from 'node:path';

interface TestFile {
  readonly path: string;
}

interface Reporter {
  onRunStart(): void;
  onTestFileStart(test: TestFile): void;
  onTestFileResult(test: TestFile): void;
  onRunComplete(): void;
}

const rootDir = join(__dirname, '../..');
const ProgressReporter = jest.requireActual<new (config: { rootDir: string }) => Reporter>(
  '../../tools/jest-progress.cjs',
);

let reporter: Reporter;
let printed: string[];

beforeEach(() => {
  jest.useFakeTimers();
  printed = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  reporter = new ProgressReporter({ rootDir });
});

afterEach(() => {
  jest.useRealTimers();
});

const file = (name: string): TestFile => ({ path: join(rootDir, 'test', name) });
const afterSeconds = (seconds: number) => jest.advanceTimersByTime(seconds * 1000);

it('the progress reporter names the running files when none has finished for 15 seconds', () => {
  reporter.onRunStart();
  reporter.onTestFileStart(file('a.test.ts'));
  afterSeconds(5);
  reporter.onTestFileStart(file('e2e/b.test.ts'));
  afterSeconds(9);
  expect(printed).toEqual([]);
  afterSeconds(1);
  expect(printed).toEqual(['RUNS test/a.test.ts (15 s), test/e2e/b.test.ts (10 s)\n']);
});

it('the progress reporter names them again after each further 15 seconds', () => {
  reporter.onRunStart();
  reporter.onTestFileStart(file('a.test.ts'));
  afterSeconds(46);
  expect(printed).toEqual([
    'RUNS test/a.test.ts (15 s)\n',
    'RUNS test/a.test.ts (30 s)\n',
    'RUNS test/a.test.ts (45 s)\n',
  ]);
});

it('the progress reporter prints nothing while files finish in time', () => {
  const files = ['a.test.ts', 'b.test.ts', 'c.test.ts'].map(file);
  reporter.onRunStart();
  for (const one of files) {
    reporter.onTestFileStart(one);
    afterSeconds(14);
    reporter.onTestFileResult(one);
  }
  expect(printed).toEqual([]);
});

it('the progress reporter waits 15 seconds again after a file has finished, and no longer names that file', () => {
  const [first, second] = [file('a.test.ts'), file('b.test.ts')];
  reporter.onRunStart();
  reporter.onTestFileStart(first);
  reporter.onTestFileStart(second);
  afterSeconds(14);
  reporter.onTestFileResult(first);
  afterSeconds(14);
  expect(printed).toEqual([]);
  afterSeconds(1);
  expect(printed).toEqual(['RUNS test/b.test.ts (29 s)\n']);
});

it('the progress reporter prints nothing while no file runs', () => {
  reporter.onRunStart();
  afterSeconds(60);
  expect(printed).toEqual([]);
});

it('the progress reporter prints nothing after the run, even when a file was interrupted', () => {
  reporter.onRunStart();
  reporter.onTestFileStart(file('a.test.ts'));
  reporter.onRunComplete();
  expect(jest.getTimerCount()).toBe(0);
  afterSeconds(60);
  expect(printed).toEqual([]);
});

it('the progress reporter forgets the files of an interrupted run when the next run starts', () => {
  reporter.onRunStart();
  reporter.onTestFileStart(file('a.test.ts'));
  reporter.onRunComplete();
  reporter.onRunStart();
  reporter.onTestFileStart(file('b.test.ts'));
  afterSeconds(15);
  expect(printed).toEqual(['RUNS test/b.test.ts (15 s)\n']);
});

it('the timer of the progress reporter keeps no process alive', () => {
  jest.useRealTimers();
  const timers = jest.spyOn(global, 'setInterval');
  reporter.onRunStart();
  const timer = timers.mock.results[0]?.value as NodeJS.Timeout;
  expect(timer.hasRef()).toBe(false);
  reporter.onRunComplete();
});
