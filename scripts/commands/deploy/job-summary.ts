// How a deploy ended, on the page of its GitHub Actions run: nobody should have to search its log for the reason.
// docs.github.com/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
import { appendFileSync } from 'node:fs';

import { CommandError } from '../../terminal/command-error';
import type { Print } from '../../terminal/command';

/** Runs a deploy and adds what it sums up, and its end, to `file`, if there is one: Actions names it. */
export async function withJobSummary<Result extends { readonly changed: boolean }>(
  deploying: (summarize: Print) => Promise<Result>,
  file = process.env['GITHUB_STEP_SUMMARY'],
): Promise<Result> {
  const lines: string[] = [];
  const show = (title: string) => {
    if (file) appendFileSync(file, `## ${title}\n\n<pre>\n${escaped(lines.join('\n'))}\n</pre>\n`);
  };
  try {
    const result = await deploying((line) => lines.push(line));
    show(result.changed ? 'Deployed' : 'Nothing to change');
    return result;
  } catch (error) {
    // Only such a message is meant for readers and known to hold no secret.
    lines.push(
      error instanceof CommandError ? error.message : 'Unexpected: the log of this step has the error.',
    );
    show('Not deployed');
    throw error;
  }
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
