// Asks the person at the terminal.
import { createInterface } from 'node:readline/promises';

import { CommandError } from './command-error';

export type Ask = (question: string) => Promise<string>;

/** Throws CommandError if there is no terminal, and if the user interrupts instead of answering. */
export const askOnTerminal: Ask = async (question) => {
  if (!process.stdin.isTTY) {
    throw new CommandError(
      'This command asks for confirmation and needs a terminal. Nothing was changed. Run it in a terminal, or add --yes.',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<never>((_, reject) =>
    terminal.once('close', () => reject(new CommandError('\nNothing was changed.'))),
  );
  try {
    return await Promise.race([terminal.question(question), ended]);
  } finally {
    terminal.close();
  }
};

/** Asks for a name, typed in full. Throws CommandError for any other answer. */
export async function confirmByName(purpose: string, name: string, ask: Ask): Promise<void> {
  const answer = await ask(`${purpose}, type ${name}: `);
  if (answer.trim() !== name) throw new CommandError('The typed name does not match. Nothing was changed.');
}
