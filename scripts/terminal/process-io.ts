// Input and output of a program that runs in this process.
import { askOnTerminal } from './ask';
import type { Io } from './program';

/** Of programs that end by SIGPIPE, which Node ignores. */
const READER_HAS_GONE = 141;

/** Ends this process without a stack trace when the reader of its results has gone, as `| head` does. */
export function endWithReader(stdout: Pick<NodeJS.WriteStream, 'on'>): void {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(READER_HAS_GONE);
    throw error;
  });
}

export const processIo: Io = {
  print: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  ask: askOnTerminal,
  progress: process.stderr,
};
