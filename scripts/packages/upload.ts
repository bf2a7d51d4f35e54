// Puts the packages and the template into the bucket, in a folder named after their content: new code has a
// new address, which is how CloudFormation notices it, and an earlier version stays for a rollback.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { unzipSync } from 'fflate';

import { explained, isAccessDenied, namesOf } from '../service/aws-errors';
import { packageNames, sha256 } from './build';
import { root } from '../terminal/root';
import { PROGRAM } from '../terminal/command';
import { CommandError } from '../terminal/command-error';
import { templateFile } from '../stack/template';

export interface UploadOptions {
  readonly bucket: string;
  readonly outDir?: string;
  readonly s3?: S3Client;
  readonly print?: (line: string) => void;
}

export interface Uploaded {
  readonly bucket: string;
  /** The folder of this version, its slash at the end: the parameter LambdaDeploymentPackagesPrefix. */
  readonly prefix: string;
  readonly templateUrl: string;
}

interface Artefact {
  readonly name: string;
  readonly body: Uint8Array;
  /** Of what counts: the bundle in a zip, the text of the template. */
  readonly hash: string;
}

/** Uploads what the build left in `outDir` (build/) and the template; what is there already stays. */
export async function upload(options: UploadOptions): Promise<Uploaded> {
  const { bucket, outDir = join(root, 'build'), s3 = s3Client(), print = console.log } = options;
  const artefacts = [
    ...(await Promise.all(packageNames.map((name) => readPackage(outDir, name)))),
    await template(),
  ];
  const prefix = `v-${versionOf(artefacts)}/`;
  let templateUrl = '';
  for (const { name, body, hash } of artefacts) {
    const object = { bucket, key: `${prefix}${name}`, body, hash };
    templateUrl = await putUnlessThere(s3, object, print);
  }
  return { bucket, prefix, templateUrl };
}

/** An S3 client that addresses buckets by path: right on AWS, and on any host that stands in for it. */
export const s3Client = (region?: string) =>
  new S3Client({ forcePathStyle: true, ...(region === undefined ? {} : { region }) });

async function template(): Promise<Artefact> {
  const body = await readFile(templateFile);
  return { name: 'stack.json', body, hash: sha256(body) };
}

async function readPackage(outDir: string, name: string): Promise<Artefact> {
  const file = join(outDir, `${name}.zip`);
  const body = await readFile(file).catch((error: unknown) => {
    throw new CommandError(`${file} cannot be read: build first: ${PROGRAM} build`, { cause: error });
  });
  const code = unzipSync(body)['index.js'];
  if (code === undefined) throw new CommandError(`${file} holds no index.js: build again: ${PROGRAM} build`);
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

/** Puts one object unless the same content is there; returns its URL. Throws CommandError with what to do. */
export async function putUnlessThere(
  s3: S3Client,
  { bucket, key, body, hash }: StoredObject,
  print: (line: string) => void,
): Promise<string> {
  const address = { Bucket: bucket, Key: key };
  try {
    const head = new HeadObjectCommand(address);
    const url = noteUrl(head);
    // Whatever else is wrong (no permission, an expired token), the answer to the PUT says it better: a HEAD
    // has no body, and to those who may not list the bucket a missing object is a 403.
    const there = await s3.send(head).catch(() => undefined);
    if (there?.Metadata?.['sha256'] === hash) {
      print(`  ${key} is there already`);
      return url();
    }
    await s3.send(new PutObjectCommand({ ...address, Body: body, Metadata: { sha256: hash } }));
    print(`  ${key} uploaded`);
    return url();
  } catch (error) {
    throw bucketProblem(error, bucket);
  }
}

/** Notes the address that a request really goes to: no second opinion on regions, partitions and endpoints. */
function noteUrl(command: HeadObjectCommand): () => string {
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
      `There is no bucket ${bucket}: create it first, in the region you deploy to, with public access blocked.`,
    );
  }
  if (isAccessDenied(error)) {
    return because(
      `Access to bucket ${bucket} is denied: these credentials need s3:PutObject and s3:GetObject in it.`,
    );
  }
  if (names.some((name) => /^PermanentRedirect$|^AuthorizationHeaderMalformed$|^301$/.test(name))) {
    return because(
      `Bucket ${bucket} is in another region: Lambda takes packages from a bucket of its own region only.`,
    );
  }
  return explained(error);
}
