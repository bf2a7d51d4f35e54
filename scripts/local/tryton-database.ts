// The database of a Tryton for local runs. Making one takes some 20 s, so the ready one is kept in .local/tryton, in a
// folder named after a digest of everything that decides what is in it; each run copies it.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import * as v from 'valibot';

import { parseJson } from '../../lambda/shared/runtime/json';
import type { Print } from '../terminal/command';
import { CommandError } from '../terminal/command-error';
import { root } from '../terminal/root';
import type { TrytonDescription } from './tryton-description';
import { trytonSources } from './tryton-python';
import { ensureReadyDatabase } from './tryton-ready-database';

const kept = join(root, '.local', 'tryton');

const access = v.object({
  database: v.string(),
  login: v.string(),
  password: v.string(),
  deliveryKey: v.string(),
  staffKey: v.string(),
});

/** How a client reaches the database: an administrator's login, and two keys of the REST API. */
export type TrytonAccess = Readonly<v.InferOutput<typeof access>>;

/**
 * Puts a copy of the ready database into the folder, unless it has one; makes the ready one if it is missing.
 * Throws CommandError if the folder's database was made for something else, or if making one fails.
 */
export async function provideDatabase(
  folder: string,
  description: TrytonDescription,
  print: Print,
): Promise<TrytonAccess> {
  const digest = digestOf(description);
  if (existsSync(accessFile(folder))) return readAccess(folder, digest);
  const ready = join(kept, digest);
  await ensureReadyDatabase(ready, description, print);
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(ready, 'erp.sqlite'), join(folder, 'erp.sqlite'));
  writeFileSync(join(folder, 'digest'), digest);
  // Last: a copy that was killed has none, and is made again.
  copyFileSync(accessFile(ready), accessFile(folder));
  return readAccess(folder, digest);
}

/** Deletes the folder's database. */
export function deleteDatabase(folder: string): void {
  for (const name of ['access.json', 'digest', 'erp.sqlite', 'erp.sqlite-wal', 'erp.sqlite-shm']) {
    rmSync(join(folder, name), { force: true });
  }
}

const accessFile = (folder: string) => join(folder, 'access.json');

function readAccess(folder: string, digest: string): TrytonAccess {
  if (readFileSync(join(folder, 'digest'), 'utf8') !== digest) {
    throw new CommandError(
      `The Tryton database in ${folder} was made for other products, another mapping, or by another version. ` +
        'Start with --fresh, which deletes all that --keep has kept.',
    );
  }
  return v.parse(access, parseJson(readFileSync(accessFile(folder), 'utf8')));
}

/** Of the packages, the scripts, the description and the year: a database has the fiscal years around the current one. */
function digestOf(description: TrytonDescription): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'tools', 'requirements-tryton.txt')));
  for (const name of readdirSync(trytonSources)
    .filter((one) => /\.(?:py|json)$/.test(one))
    .sort()) {
    hash.update(readFileSync(join(trytonSources, name)));
  }
  return hash
    .update(JSON.stringify(description))
    .update(String(new Date().getFullYear()))
    .digest('hex')
    .slice(0, 16);
}
