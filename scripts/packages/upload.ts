// Uploads the packages and the template of a stack to the bucket, into a folder named after their content: CloudFormation
// detects new code by its new address, and earlier versions stay for a rollback.
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { unzipSync } from 'fflate';

import { explained, isAccessDenied, namesOf } from '../service/aws-errors';
import { sha256 } from './build';
import { packagesOf } from './package-names';
import { root } from '../terminal/root';
import { PROGRAM } from '../terminal/command';
import { CommandError } from '../terminal/command-error';
import { templateFiles } from '../stack/service-stacks';
import type { StackKind } from '../stack/service-stacks';
import type { Print } from '../terminal/command';

export interface UploadOptions {
  readonly bucket: string;
  /** The stack whose packages and template are uploaded; the replication if omitted. */
  readonly kind?: StackKind;
  readonly outDir?: string;
  readonly s3?: S3Client;
  readonly print?: Print;
}

export interface Uploaded {
  readonly bucket: string;
  /** The folder of this version, with its final slash: the parameter LambdaDeploymentPackagesPrefix. */
  readonly prefix: string;
  readonly templateUrl: string;
}

interface Artefact {
  readonly name: string;
  readonly body: Uint8Array;
  /** The hash of the bundle in a zip, or of the text of the template. */
  readonly hash: string;
}

/** Uploads the stack's packages in `outDir` (build/) and its template; objects with the same content are not replaced. */
export async function upload(options: UploadOptions): Promise<Uploaded> {
  const { bucket, kind = 'replication', outDir, s3 = s3Client(), print = console.log } = options;
  const artefacts = await readVersion(kind, outDir);
  const prefix = prefixOf(artefacts);
  let templateUrl = '';
  for (const { name, body, hash } of artefacts) {
    const object = { bucket, key: `${prefix}${name}`, body, hash };
    templateUrl = await putIfChanged(s3, object, print);
  }
  return { bucket, prefix, templateUrl };
}

/** The folder into which the stack's packages in `outDir` (build/) and its template would be uploaded. */
export const prefixOfBuilt = async (kind: StackKind, outDir?: string): Promise<string> =>
  prefixOf(await readVersion(kind, outDir));

const readVersion = async (
  kind: StackKind,
  outDir: string = join(root, 'build'),
): Promise<readonly Artefact[]> => [
  ...(await Promise.all(packagesOf[kind].map((name) => readPackage(outDir, name)))),
  await readTemplateFile(templateFiles[kind]),
];

const prefixOf = (artefacts: readonly Artefact[]) => `v-${versionOf(artefacts)}/`;

/** An S3 client that addresses buckets by path, which works on AWS and on an emulator. */
export const s3Client = (region?: string) =>
  new S3Client({ forcePathStyle: true, ...(region === undefined ? {} : { region }) });

async function readTemplateFile(file: string): Promise<Artefact> {
  const body = await readFile(file);
  return { name: basename(file), body, hash: sha256(body) };
}

async function readPackage(outDir: string, name: string): Promise<Artefact> {
  const file = join(outDir, `${name}.zip`);
  const body = await readFile(file).catch((error: unknown) => {
    throw new CommandError(`${file} cannot be read. Build the packages first: ${PROGRAM} build`, {
      cause: error,
    });
  });
  const code = unzipSync(body)['index.js'];
  if (code === undefined)
    throw new CommandError(`${file} contains no index.js. Build the packages again: ${PROGRAM} build`);
  return { name: `${name}.zip`, body, hash: sha256(code) };
}

const versionOf = (artefacts: readonly Artefact[]) =>
  sha256(artefacts.map(({ name, hash }) => `${name} ${hash}\n`).join('')).slice(0, 16);

interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly body: Uint8Array;
  readonly hash: string;
}

/** Uploads one object unless the bucket has the same content; returns its URL. Throws CommandError with what to do. */
export async function putIfChanged(
  s3: S3Client,
  { bucket, key, body, hash }: StoredObject,
  print: Print,
): Promise<string> {
  const address = { Bucket: bucket, Key: key };
  try {
    const head = new HeadObjectCommand(address);
    const url = recordUrl(head);
    // Any other problem (a missing permission, an expired token) is clearer in the answer to the PUT: a HEAD has no
    // body, and without permission to list the bucket a missing object is a 403.
    const existing = await s3.send(head).catch(() => undefined);
    if (existing?.Metadata?.['sha256'] === hash) {
      print(`  ${key} is unchanged`);
      return url();
    }
    await s3.send(new PutObjectCommand({ ...address, Body: body, Metadata: { sha256: hash } }));
    print(`  ${key} uploaded`);
    return url();
  } catch (error) {
    throw bucketProblem(error, bucket);
  }
}

/** Records the address that the SDK sends a request to, instead of deriving it from region, partition and endpoint. */
function recordUrl(command: HeadObjectCommand): () => string {
  let url = '';
  command.middlewareStack.add(
    (next) => (args) => {
      const { protocol, hostname, port, path } = args.request as RequestAddress;
      url = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`;
      return next(args);
    },
    { step: 'finalizeRequest' },
  );
  return () => url;
}

interface RequestAddress {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}

function bucketProblem(error: unknown, bucket: string): unknown {
  const names = namesOf(error);
  const because = (sentence: string) => new CommandError(sentence, { cause: error });
  if (names.includes('NoSuchBucket')) {
    return because(
      `There is no bucket ${bucket}. Create it first, in the region that you deploy to, with public access blocked.`,
    );
  }
  if (isAccessDenied(error)) {
    return because(
      `Access to bucket ${bucket} is denied. These credentials need s3:PutObject and s3:GetObject for it.`,
    );
  }
  if (names.some((name) => /^PermanentRedirect$|^AuthorizationHeaderMalformed$|^301$/.test(name))) {
    return because(
      `Bucket ${bucket} is in another region. Lambda reads packages only from a bucket in its own region.`,
    );
  }
  return explained(error);
}
