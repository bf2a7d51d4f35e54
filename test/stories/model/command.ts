// node tools/run.mjs survive: thousands of random stories for every fault, and the table of what became of their orders.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Audit } from '../../../lambda/shared/order/audit-result';
import { accountOf } from '../../../scripts/commands/audit/report';
import { defineCommand } from '../../../scripts/terminal/command';
import { CommandError, UsageError } from '../../../scripts/terminal/command-error';
import { flag, text, wholeNumber, withDefault } from '../../../scripts/terminal/options';
import { liveThroughADay } from './day';
import { DELIVERY_FAULTS } from './deliveries/faults';
import { FAULTS } from './faults';
import type { AnyTally, Report, Task } from './worker';

export const command = defineCommand({
  name: 'survive',
  summary: 'Send random orders through random days, on virtual time, with one kind of fault after the other',
  options: {
    orders: wholeNumber(
      '<count>',
      [1, 100_000_000],
      'orders of all faults together (default: 100000; with --day: 10000)',
    ),
    seed: withDefault(wholeNumber('<number>', [0, 999_999_999], 'the same seed makes the same stories'), 1),
    fault: withDefault(text('<text>', 'only the faults whose names contain it'), ''),
    path: text('<path>', 'with --fault and --seed: the one story that failed, as its failure names it'),
    delivery: flag('the stories of the delivery into an ERP'),
    shrink: flag('where a story fails, look for the smallest one that fails as well'),
    day: flag(
      'instead: one day of 24 hours in a store of so many orders with faults of every kind, the audit after it, and the audit once an order was taken out of the tables',
    ),
  },
  examples: [],
  hasReport: false,
  run: async ({ day, orders, ...options }) => {
    if (day) await showDay(orders ?? 10_000, options.seed);
    else await surviveFaults(orders ?? 100_000, options);
    return undefined;
  },
});

interface SurviveOptions {
  readonly seed: number;
  readonly fault: string;
  readonly path: string | undefined;
  readonly delivery: boolean;
  readonly shrink: boolean;
}

async function surviveFaults(all: number, options: SurviveOptions): Promise<void> {
  const { seed, fault, delivery, path, shrink } = options;
  const suite = delivery ? DELIVERY_SUITE : SUITE;
  const names = suite.names.filter((name) => name.includes(fault));
  if (names.length === 0)
    throw new CommandError(`No fault has such a name. There are:\n${inLines(suite.names)}`);
  const orders = Math.ceil(all / names.length);
  const tasks = names.map((name) => ({
    name,
    isOfDelivery: delivery,
    seed: names.length === 1 ? seed : seedOf(name, seed, suite),
    orders,
    path,
    shrink,
  }));
  const reports = await inProcesses(tasks);
  const tallies = reports.flatMap((report) => ('tally' in report ? [report.tally] : []));
  printTable(tallies, suite);
  const failures = reports.flatMap((report) => ('failure' in report ? [report.failure] : []));
  for (const failure of failures) console.error(`\n${failure}`);
  if (failures.length > 0)
    throw new CommandError(`\nThe promise was broken under ${failures.length} of ${names.length} faults.`);
}

/** Faults, and how orders end under them. */
interface Suite {
  readonly names: readonly string[];
  /** The ends in the tally, each with the head of its column. */
  readonly ends: Readonly<Record<string, string>>;
}

const SUITE: Suite = {
  names: FAULTS.map(({ name }) => name),
  ends: { replicated: 'advanced', copied: 'copied', skipped: 'skipped', dead: 'dead', unseen: 'never new' },
};

const DELIVERY_SUITE: Suite = {
  names: DELIVERY_FAULTS.map(({ name }) => name),
  ends: {
    delivered: 'delivered',
    held: 'held',
    excluded: 'excluded',
    cancelled: 'cancelled',
    none: 'expired unseen',
  },
};

async function showDay(orders: number, seed: number): Promise<void> {
  if (orders < 10 || orders > 1_000_000) throw new UsageError('--day takes from 10 to 1000000 orders.');
  const { story, broken, removed, auditsWithoutIt, auditsAfterwards } = await liveThroughADay(orders, seed);
  const { service, struck, sqs, tables, store } = story;
  console.log(
    `${orders} orders in 24 hours, seed ${seed}: ${store.log.entries.length} BigCommerce calls, of which faults struck ${struck.storeFaults}; ` +
      `${service.struck.killed} invocations killed; ${struck.undelivered} webhooks not delivered; ` +
      `${tables.struck.failed} calls to DynamoDB and ${sqs.struck.failed + sqs.struck.refused} to SQS failed.`,
  );
  show('\nThe audit after it:', story.firstAudits);
  show('\nThe audit after that:', story.audits);
  show(
    `\nOrder ${removed} is taken out of the Orders table and the ledger. The next audit:`,
    auditsWithoutIt,
  );
  show('\nAnd the one after that:', auditsAfterwards);
  if (broken.length > 0) throw new CommandError(`\nThe promise was broken.\n${broken.join('\n')}`);
}

/** In the words of the command audit. */
function show(title: string, audits: readonly Audit[]): void {
  console.log([title, ...audits.map(({ summary }) => summary), ...accountOf(audits)].join('\n'));
}

/** Each fault has days of its own. A single one has the seed that was given, so that its story can be repeated. */
function seedOf(name: string, seed: number, { names }: Suite): number {
  return seed + 1_000_000 * names.indexOf(name);
}

const inLines = (names: readonly string[]) => names.map((name) => `  ${name}`).join('\n');

/** One process a processor; each takes the next fault when it has done with one. */
async function inProcesses(tasks: readonly Task[]): Promise<readonly Report[]> {
  const reports: Report[] = [];
  const waiting = [...tasks.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, task] = next;
      reports[index] = await inProcess(task);
      console.error(`${'tally' in reports[index] ? 'survived' : 'BROKEN  '}  ${task.name}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return reports;
}

/** Wherever the command was called from. */
const loader = pathToFileURL(require.resolve('tsx')).href;

function inProcess(task: Task): Promise<Report> {
  return new Promise((resolve) => {
    const child = fork(join(__dirname, 'worker.ts'), { execArgv: ['--import', loader] });
    child.once('message', (report) => resolve(report as Report));
    child.once('exit', (code) =>
      resolve({ failure: `${task.name}: its process ended with ${code ?? 'a signal'}.` }),
    );
    child.send(task);
  });
}

function printTable(tallies: readonly AnyTally[], suite: Suite): void {
  const heads = ['fault', 'stories', 'struck', 'orders', ...Object.values(suite.ends)];
  const rows = tallies.map(({ name, stories, struck, orders, ends }) => {
    const counts = Object.keys(suite.ends).map((end) => ends[end] ?? 0);
    return [name, ...[stories, struck, orders, ...counts].map(String)];
  });
  const sums = heads.slice(1).map((_, column) => {
    return String(rows.reduce((sum, row) => sum + Number(row[column + 1]), 0));
  });
  for (const cells of [heads, heads.map(() => '---'), ...rows, ['**all**', ...sums]]) {
    console.log(`| ${cells.join(' | ')} |`);
  }
}
