// npm run survive: thousands of random stories for every fault, and the table of what became of their orders.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { type Audit } from '../../../lambda/shared/order/audit-result';
import { accountOf } from '../../../scripts/commands/audit/report';
import { readArguments, runAsCommand, wholeNumber } from '../../../scripts/terminal/arguments';
import { CommandError } from '../../../scripts/terminal/command-error';
import { liveThroughADay } from './day';
import { FAULTS, type Fault } from './faults';
import { survive, type Tally } from './survive';

const usage = `Usage: npm run survive -- [options]

Sends random orders through random days, on virtual time, with one kind of fault after the other.
  --orders N     of all faults together; 100000 if left out
  --seed N       1 if left out; the same seed tells the same stories
  --fault TEXT   only the faults whose names contain it
  --path PATH    with --fault and --seed: the one story that failed, as its failure names it
  --shrink       where a story fails, look for the smallest one that fails as well
  --day          instead: one day of 24 hours in a store of so many orders (10000 if left out) with faults of every
                 kind, the audit after it, and the audit once an order has been taken out of the tables`;

const flags = {
  orders: { type: 'string' },
  seed: { type: 'string', default: '1' },
  fault: { type: 'string', default: '' },
  path: { type: 'string' },
  shrink: { type: 'boolean' },
  day: { type: 'boolean' },
} as const;

interface Task {
  readonly name: string;
  readonly seed: number;
  readonly orders: number;
  readonly path?: string | undefined;
  readonly shrink?: boolean | undefined;
}

type Report = { readonly tally: Tally } | { readonly failure: string };

async function main(): Promise<void> {
  const { values } = readArguments(flags, usage);
  const seed = wholeNumber('seed', values.seed, 0, 999_999_999);
  if (values.day === true) {
    await showDay(wholeNumber('orders', values.orders ?? '10000', 10, 1_000_000), seed);
    return;
  }
  const faults = FAULTS.filter(({ name }) => name.includes(values.fault));
  if (faults.length === 0) throw new CommandError(`No fault is called so. There are:\n${names(FAULTS)}`);
  const orders = Math.ceil(wholeNumber('orders', values.orders ?? '100000', 1, 100_000_000) / faults.length);
  const tasks = faults.map(({ name }) => ({
    name,
    seed: seedOf(name, seed, faults.length === 1),
    orders,
    path: values.path,
    shrink: values.shrink,
  }));
  const reports = await inProcesses(tasks);
  printTable(reports.flatMap((report) => ('tally' in report ? [report.tally] : [])));
  const failures = reports.flatMap((report) => ('failure' in report ? [report.failure] : []));
  for (const failure of failures) console.error(`\n${failure}`);
  if (failures.length > 0)
    throw new CommandError(`\nThe promise was broken under ${failures.length} of ${faults.length} faults.`);
}

async function showDay(orders: number, seed: number): Promise<void> {
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

/** In the words of npm run audit. */
function show(title: string, audits: readonly Audit[]): void {
  console.log([title, ...audits.map(({ summary }) => summary), ...accountOf(audits)].join('\n'));
}

/** Each fault has days of its own. A single one is told with the very seed that was given, to tell it again. */
function seedOf(name: string, seed: number, alone: boolean): number {
  return alone ? seed : seed + 1_000_000 * FAULTS.findIndex((fault) => fault.name === name);
}

const names = (faults: readonly Fault[]) => faults.map(({ name }) => `  ${name}`).join('\n');

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

function inProcess(task: Task): Promise<Report> {
  return new Promise((resolve) => {
    const child = fork(__filename, { execArgv: process.execArgv });
    child.once('message', (report) => resolve(report as Report));
    child.once('exit', (code) =>
      resolve({ failure: `${task.name}: its process ended with ${code ?? 'a signal'}.` }),
    );
    child.send(task);
  });
}

/** In a process of its own: one fault. */
async function report({ name, ...wish }: Task): Promise<Report> {
  const fault = FAULTS.find((one) => one.name === name);
  if (fault === undefined) return { failure: `There is no fault "${name}".` };
  try {
    return { tally: await survive({ fault, ...wish }) };
  } catch (error) {
    const replay = `npm run survive -- --fault "${name}" --seed … --path …`;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
    return { failure: `${name} (again: ${replay})\n${String(error)}\n${cause}` };
  }
}

function printTable(tallies: readonly Tally[]): void {
  const heads = [
    'fault',
    'stories',
    'struck',
    'orders',
    'advanced',
    'copied',
    'skipped',
    'dead',
    'never new',
  ];
  const rows = tallies.map(({ name, stories, struck, orders, ends }) => {
    const { replicated, copied, skipped, dead, unseen } = ends;
    return [name, ...[stories, struck, orders, replicated, copied, skipped, dead, unseen].map(String)];
  });
  const sums = heads.slice(1).map((_, column) => {
    return String(rows.reduce((sum, row) => sum + Number(row[column + 1]), 0));
  });
  for (const cells of [heads, heads.map(() => '---'), ...rows, ['**all**', ...sums]]) {
    console.log(`| ${cells.join(' | ')} |`);
  }
}

if (process.send) {
  process.once('message', (task) => {
    void report(task as Task).then((answer) => {
      process.send?.(answer, () => process.disconnect());
    });
  });
} else runAsCommand(module, main);
