// The packages, built once for each content of their sources: all test files of all runs share them.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, relative } from 'node:path';

import { build } from '../../scripts/packages/build';
import { mappingFile } from '../../scripts/packages/mapping-file';
import { root } from '../../scripts/terminal/root';

const kept = join(root, '.local', 'packages');
const DAY_MS = 86_400_000;

/** What the content of a package depends on. */
const sources = ['lambda', 'scripts/packages', 'package-lock.json'];

/** The folder with the zips of the sources as they are now, with the mapping in a file. */
export async function builtPackages(mapping = mappingFile): Promise<string> {
  const folder = join(kept, contentHash(mapping));
  if (existsSync(folder)) return folder;
  discardOldPackages();
  mkdirSync(kept, { recursive: true });
  const unfinished = mkdtempSync(join(kept, 'unfinished-'));
  await build({ outDir: unfinished, mapping });
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    // Another worker was faster; its packages are the same.
    if (!existsSync(folder)) throw error;
    rmSync(unfinished, { recursive: true });
  }
  return folder;
}

function contentHash(mapping: string): string {
  const hash = createHash('sha256').update(readFileSync(mapping));
  for (const file of sources.flatMap((name) => filesOf(join(root, name)))) {
    hash.update(`${relative(root, file)}\n`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

function filesOf(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => join(path, name)).filter((file) => statSync(file).isFile());
}

/** Those of a day ago: no run that still uses them is that old. */
function discardOldPackages(): void {
  if (!existsSync(kept)) return;
  for (const name of readdirSync(kept)) {
    const folder = join(kept, name);
    if (statSync(folder).mtimeMs < Date.now() - DAY_MS) rmSync(folder, { recursive: true, force: true });
  }
}
