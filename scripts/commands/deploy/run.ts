// Runs the deploy and the steps after it with the clients of this shell. Its result also goes to the page of its GitHub
// Actions run.
import { build, packageLines } from '../../packages/build';
import { createClients } from '../../service/clients';
import { pollData } from '../../service/poll-once';
import { readTemplates } from '../../stack/service-stacks';
import type { Print, Report } from '../../terminal/command';
import { CommandError } from '../../terminal/command-error';
import { namedValues } from '../../terminal/table';
import { afterDeploy } from './after-deploy';
import type { DeployedStack } from './carry-out';
import { deploy } from './deploy';
import { withJobSummary } from './job-summary';
import { deployRequest } from './options';
import type { DeployCommandOptions } from './options';

/** Throws CommandError for a problem that the user can fix. */
export async function runDeploy(options: DeployCommandOptions, note: Print): Promise<Report> {
  const clients = createClients(options.region === undefined ? {} : { region: options.region });
  try {
    const { afterwards, ...deployed } = await withJobSummary(async (summarize) => {
      const request = deployRequest(options, await namesToRead(options), process.env);
      const prepare = async () => {
        for (const line of packageLines(await build({ mapping: options.mapping }))) note(line);
      };
      const done = await deploy({ ...request, print: note, summarize, prepare }, clients);
      return { ...done, afterwards: request.afterwards, service: request.service };
    });
    const { job, problem } = await afterDeploy(deployed, afterwards, clients, note).then(
      (polled) => ({ job: polled, problem: undefined }),
      asProblem,
    );
    const others = Object.entries(deployed.added);
    const poll = job === undefined ? null : pollData(job);
    return {
      data: {
        ...dataOf(deployed),
        poll,
        added: Object.fromEntries(others.map(([kind, stack]) => [kind, dataOf(stack)])),
      },
      lines: [deployed, ...others.map(([, stack]) => stack)].flatMap(({ outputs }) => namedValues(outputs)),
      problem,
    };
  } finally {
    clients.destroy();
  }
}

/** The names of all parameters that a variable or an option may set. */
async function namesToRead(options: DeployCommandOptions): Promise<readonly string[]> {
  const templates = await readTemplates();
  const kinds = ['replication', ...options.with] as const;
  return [...new Set(kinds.flatMap((kind) => Object.keys(templates[kind].Parameters)))];
}

const dataOf = ({ stackName, stackId, changed, prefix, outputs }: DeployedStack) => ({
  stackName,
  stackId,
  isChanged: changed,
  prefix,
  outputs,
});

/** The stack is deployed: its outputs are printed even if a later step failed. */
function asProblem(error: unknown) {
  if (error instanceof CommandError) return { job: undefined, problem: error.message };
  throw error;
}
