// Input and output of a program that runs in this process.
import { askOnTerminal } from './ask';
import type { Io } from './program';

export const processIo: Io = {
  print: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  ask: askOnTerminal,
  progress: process.stderr,
};
