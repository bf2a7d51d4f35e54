// The result of a deploy on the page of its GitHub Actions run, so that the reason of a failure is not only in the log.
// docs.github.com/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
import { appendFileSync } from 'node:fs';

import { CommandError } from '../../terminal/command-error';
import type { Print } from '../../terminal/command';

/** Runs a deploy and appends its summary and its result to `file`, if there is one: GitHub Actions sets its name. */
export async function withJobSummary<Result extends Changed>(
  deploying: (summarize: Print) => Promise<Result>,
  file = process.env['GITHUB_STEP_SUMMARY'],
): Promise<Result> {
  const lines: string[] = [];
  const show = (title: string) => {
    if (file) appendFileSync(file, `## ${title}\n\n<pre>\n${escaped(lines.join('\n'))}\n</pre>\n`);
  };
  try {
    const result = await deploying((line) => lines.push(line));
    show(hasChanged(result) ? 'Deployed' : 'Nothing to change');
    return result;
  } catch (error) {
    // Only the message of a CommandError is made for readers and contains no secret.
    lines.push(
      error instanceof CommandError
        ? error.message
        : 'Unexpected error. The log of this step has the details.',
    );
    show('Not deployed');
    throw error;
  }
}

interface Changed {
  readonly changed: boolean;
  /** Other stacks of the same deploy. */
  readonly added?: Readonly<Record<string, { readonly changed: boolean }>>;
}

const hasChanged = ({ changed, added = {} }: Changed) =>
  changed || Object.values(added).some((stack) => stack.changed);

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
