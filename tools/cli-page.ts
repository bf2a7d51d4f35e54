// docs/cli.md: every command of the program with its options, as its help prints them.
import type { Command as Program } from 'commander';

import { PROGRAM } from '../scripts/terminal/command';
import type { Command, Noun } from '../scripts/terminal/command';
import { commandOf } from '../scripts/terminal/program';
import type { Io } from '../scripts/terminal/program';

const introduction = `# Commands

Generated from the commands: \`node tools/run.mjs generate-docs\` writes this page.

\`${PROGRAM}\` works in a checkout of this project and in its subfolders. It installs what it needs at its first use.

- The result goes to stdout. Progress, notes, questions and errors go to stderr.
- \`--output json\` prints the result as one JSON document, with codes and ISO times.
- The exit code is 0 if the command succeeded, 1 if it failed, and 2 if the command line was wrong.
`;

/** Help is only formatted here, so nothing is asked or written. */
const silent: Io = {
  print: () => undefined,
  note: () => undefined,
  ask: () => Promise.reject(new Error('A page of documentation asks nothing.')),
};

/** The page's text. */
export function cliPage(commands: readonly (Command | Noun)[]): string {
  const sections = commands.flatMap((one) =>
    'commands' in one
      ? [`## ${one.name}\n\n${one.summary}.\n`, ...one.commands.map((verb) => sectionOf(verb, one.name))]
      : [sectionOf(one)],
  );
  return [introduction, tableOf(commands), ...sections].join('\n');
}

function tableOf(commands: readonly (Command | Noun)[]): string {
  const rows = commands.flatMap((one) => {
    const verbs = 'commands' in one ? one.commands : [one];
    return verbs.map((command) => {
      const name = 'commands' in one ? `${one.name} ${command.name}` : one.name;
      return `| [\`${name}\`](#${name.replaceAll(' ', '-')}) | ${cell(command.summary)} |`;
    });
  });
  return ['| command | does |', '| --- | --- |', ...rows, ''].join('\n');
}

function sectionOf(command: Command, noun?: string): string {
  const name = noun === undefined ? command.name : `${noun} ${command.name}`;
  const made = commandOf(command, silent);
  const given = made.registeredArguments.map(argumentOf);
  return [
    `${noun === undefined ? '##' : '###'} ${name}\n`,
    `${prose(made.description())}\n`,
    `\`\`\`sh\n${[PROGRAM, name, '[options]', ...given].join(' ')}\n\`\`\`\n`,
    ...optionsOf(made),
    ...examplesOf(command),
  ].join('\n');
}

/** As help shows it: `<order...>` is one or more. */
function argumentOf(one: Program['registeredArguments'][number]): string {
  const name = `${one.name()}${one.variadic ? '...' : ''}`;
  return one.required ? `<${name}>` : `[${name}]`;
}

function optionsOf(made: Program): readonly string[] {
  const help = made.createHelp();
  const rows = help
    .visibleOptions(made)
    .filter(({ long }) => long !== '--help')
    .map((option) => `| \`${help.optionTerm(option)}\` | ${cell(help.optionDescription(option))} |`);
  return rows.length === 0 ? [] : ['| option | meaning |', '| --- | --- |', ...rows, ''];
}

function examplesOf({ examples }: Command): readonly string[] {
  if (examples.length === 0) return [];
  return ['```sh', ...examples.map((example) => `${PROGRAM} ${example}`), '```', ''];
}

const prose = (text: string) => text.replaceAll(/[<>*]/g, (character) => `\\${character}`);

/** Text that a cell of a Markdown table can hold. */
const cell = (text: string) => prose(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
