// Reads a mapping file for the packages that contain it. A file that breaks the schema stops a build before it begins.
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { parseMapping } from '../../lambda/shared/delivery/mapping';
import type { LoadedMapping } from '../../lambda/shared/delivery/mapping';
import { formatError } from '../../lambda/shared/runtime/errors';
import { CommandError } from '../terminal/command-error';
import { printable } from '../terminal/printable';
import { root } from '../terminal/root';
import { findJsonProblems } from './json-text';

/** The merchant's own mapping. */
export const mappingFile = join(root, 'erp', 'mapping.json');

/** What editors check it with. */
export const mappingSchemaFile = join(root, 'erp', 'mapping.schema.json');

/** A mapping of this size has some ten thousand rules; its package still loads quickly. */
const MAX_BYTES = 1_000_000;

/** More than a person fixes before the next try. */
const MAX_PROBLEMS = 100;

/** Reads the mapping in a file. Throws CommandError with every problem and its place. */
export async function readMapping(file = mappingFile): Promise<LoadedMapping> {
  const text = await readText(resolve(file));
  const misplaced = findJsonProblems(text).map(
    ({ line, column, message }) => `line ${line}, column ${column} ${message}.`,
  );
  if (misplaced.length > 0) throw refused(file, misplaced);
  const result = parseMapping(JSON.parse(text));
  if ('problems' in result) throw refused(file, result.problems);
  return result.mapping;
}

async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file).catch((error: unknown) => {
    throw error instanceof CommandError
      ? error
      : refused(file, [`It cannot be read: ${formatError(error)}.`], error);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw refused(file, ['It must be a text in UTF-8.'], error);
  }
}

/** Only a file of the expected size is read: a pipe would wait for its writer. */
async function readBytes(file: string): Promise<Uint8Array> {
  const info = await stat(file);
  if (!info.isFile()) throw refused(file, ['It is not a file.']);
  if (info.size > MAX_BYTES) {
    throw refused(file, [`It has ${info.size} bytes. A mapping has at most ${MAX_BYTES} bytes.`]);
  }
  return readFile(file);
}

function refused(file: string, problems: readonly string[], cause?: unknown): CommandError {
  const more = problems.length - MAX_PROBLEMS;
  const shown = problems.slice(0, MAX_PROBLEMS).map(printable);
  const lines = [
    `The mapping ${printable(file)} cannot be used:`,
    ...shown,
    ...(more > 0 ? [`… and ${more} more.`] : []),
  ];
  return new CommandError(lines.join('\n  '), { cause });
}
