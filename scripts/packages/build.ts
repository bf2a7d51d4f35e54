// Builds the packages: each Lambda folder becomes one file in one zip. The same source gives the same bytes on every
// machine.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { build as bundle } from 'esbuild';
import { strToU8, zipSync } from 'fflate';

import { root } from '../terminal/root';
import { table } from '../terminal/table';
import { CommandError } from '../terminal/command-error';
import { readMapping } from './mapping-file';
import { packagesOf } from './package-names';
import { trimAxios } from './trim-axios';
import type { LoadedMapping } from '../../lambda/shared/delivery/mapping';

/** The packages that a build makes. */
export const packageNames = [...packagesOf.replication, ...packagesOf.delivery] as const;

/** The packages that contain the mapping. Code and mapping are deployed and rolled back together. */
const withMapping: readonly string[] = packagesOf.delivery;

export interface Package {
  readonly name: string;
  /** The zip. */
  readonly file: string;
  readonly zipBytes: number;
  readonly bundleBytes: number;
  /** SHA-256 of the bundle: it changes only with the code, not with the zip. */
  readonly hash: string;
}

export interface BuildOptions {
  readonly outDir?: string;
  readonly lambdaDir?: string;
  /** The file of the mapping; erp/mapping.json if omitted. */
  readonly mapping?: string | undefined;
}

/**
 * Builds every package into `outDir` (build/). Throws CommandError, before anything is built, with the missing files if a
 * function is missing, and with every problem of the mapping.
 */
export async function build(options: BuildOptions = {}): Promise<readonly Package[]> {
  const lambdaDir = resolve(options.lambdaDir ?? join(root, 'lambda'));
  const outDir = resolve(options.outDir ?? join(root, 'build'));
  const entries = packageNames.map((name) => ({ name, entry: join(lambdaDir, name, 'index.ts') }));
  const missing = entries.filter(({ entry }) => !existsSync(entry));
  if (missing.length > 0) {
    throw new CommandError(
      `The packages cannot be built. Missing: ${missing.map(({ entry }) => entry).join(', ')}.`,
    );
  }
  const mapping = await readMapping(options.mapping);
  await mkdir(outDir, { recursive: true });
  return Promise.all(
    entries.map(async ({ name, entry }) => {
      const code = await bundleEntry(entry, withMapping.includes(name) ? mapping : undefined);
      return pack(name, code, join(outDir, `${name}.zip`));
    }),
  );
}

async function pack(name: string, code: Uint8Array, file: string): Promise<Package> {
  const zip = zipSync({ 'index.js': [code, { mtime: fixedTime, os: unix, attrs: readable, level: 9 }] });
  // Two builds at the same time must never read half a file of each other.
  const unfinished = `${file}.${process.pid}.tmp`;
  await writeFile(unfinished, zip);
  await rename(unfinished, file);
  return {
    name,
    file,
    zipBytes: zip.length,
    bundleBytes: code.length,
    hash: sha256(code),
  };
}

// A zip stores local time: a date made from its parts is the same in every time zone.
const fixedTime = new Date(1980, 0, 1);
const unix = 3;
const readable = 0o644 << 16;

/**
 * One CommonJS file that needs only Node. Names are kept, so that stack traces are readable. Code that uses the mapping, by
 * the names of lambda/shared/delivery/built-in.d.ts, gets this one.
 */
export async function bundleEntry(entry: string, mapping?: LoadedMapping): Promise<Uint8Array> {
  const result = await bundle({
    entryPoints: [entry],
    // Paths in the bundle are relative to this: they depend neither on the checkout's folder nor on the caller's.
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // The ES modules of a library first: unused exports can be removed from them, which saves a quarter of the bundle.
    mainFields: ['module', 'main'],
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
    define: mapping === undefined ? {} : builtIn(mapping),
    plugins: [trimAxios],
  });
  return result.outputFiles[0]?.contents ?? strToU8('');
}

const builtIn = ({ mapping, digest }: LoadedMapping) => ({
  BUILT_IN_MAPPING: JSON.stringify(mapping),
  BUILT_IN_MAPPING_DIGEST: JSON.stringify(digest),
});

/** SHA-256 in hexadecimal digits. */
export const sha256 = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');

/** One line per package: its zip, its sizes and the hash of its code. */
export const packageLines = (packages: readonly Package[]): readonly string[] =>
  table(
    packages.map(({ name, zipBytes, bundleBytes, hash }) => [
      `${name}.zip`,
      `${kilobytes(zipBytes)}, unpacked ${kilobytes(bundleBytes)}`,
      hash.slice(0, 16),
    ]),
  );

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} KB`;
