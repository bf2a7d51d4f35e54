// The workflows as GitHub reads them: the files, the values that their expressions stand for, and how a step's
// shell text is run.
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import { parse } from 'yaml';

import { root } from '../../scripts/terminal/root';

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly needs?: string | readonly string[];
  readonly uses?: string;
  readonly environment?: string;
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress': boolean };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}

export interface Workflow extends Pick<Job, 'concurrency' | 'permissions'> {
  readonly defaults: unknown;
  readonly on: Readonly<Record<string, Readonly<Record<string, readonly string[]>> | null>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

export const workflowText = (name: string) =>
  readFileSync(join(root, '.github', 'workflows', `${name}.yml`), 'utf8');

export const readWorkflow = (name: string) => parse(workflowText(name)) as Workflow;

export const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps = [] }) => steps);

/** What expressions stand for: `vars`, `secrets` and `needs`, by what follows the first dot. */
export type Contexts = Readonly<Record<'vars' | 'secrets' | 'needs', Readonly<Record<string, string>>>>;

/** A text with its expressions put in. What is not set is empty, as GitHub has it; what is unknown throws. */
export const evaluated = (text: string, contexts: Contexts) =>
  text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
    const [, context, name] = /^(vars|secrets|needs)\.([\w.]+)$/.exec(expression) ?? [];
    if (name === undefined) throw new Error(`What is the value of ${expression}?`);
    return contexts[context as keyof Contexts][name] ?? '';
  });

/** Whether a step runs; without a condition it does. */
export function applies({ if: condition }: Step, contexts: Contexts): boolean {
  if (condition === undefined) return true;
  const [, expression, operator] = /^(\S+) ([=!]=) ''$/.exec(condition) ?? [];
  if (expression === undefined) throw new Error(`Is ${condition} true?`);
  return (evaluated(`\${{ ${expression} }}`, contexts) === '') === (operator === '==');
}

/** Runs a step's shell text as Actions does, with `environment` and its own `env:` and nothing else. */
export async function runStep(
  { run = '', env = {} }: Step,
  contexts: Contexts,
  environment: Readonly<Record<string, string>>,
  cwd = root,
) {
  const folder = mkdtempSync(join(tmpdir(), 'step-'));
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary') };
  const own = Object.entries(env).map(([name, text]) => [name, evaluated(text, contexts)] as const);
  try {
    for (const file of Object.values(files)) writeFileSync(file, '');
    const script = join(folder, 'script.sh');
    writeFileSync(script, run);
    // docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell: bash by its name
    const { code, log } = await ended(
      spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
        cwd,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          HOME: folder,
          CI: 'true',
          GITHUB_ACTIONS: 'true',
          ...files,
          ...environment,
          ...Object.fromEntries(own),
        },
      }),
    );
    return {
      code,
      log,
      output: readFileSync(files.GITHUB_OUTPUT, 'utf8'),
      summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The exit code of a process, and all that it printed. */
async function ended(child: ChildProcessByStdio<null, Readable, Readable>) {
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => void (log += text));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, log };
}
