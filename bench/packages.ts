// The sizes of the packages and their load times, compared with those of only the four AWS clients.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { build, bundleEntry } from '../scripts/packages/build';
import type { Print } from '../scripts/terminal/command';
import { median } from './deployed';
import type { Limits } from './limits';

const RUNS = 15;
const MAX_ZIP_KB = 300;
const MAX_RATIO = 2;

/** The baseline: the clients that every package needs, without our code. */
const CLIENTS = `
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
export const clients = [DynamoDBClient, SecretsManagerClient, SNSClient, SQSClient, DynamoDBDocumentClient];
`;

const TIMER = `
const started = process.hrtime.bigint();
require(process.argv[1]);
console.log(Number(process.hrtime.bigint() - started) / 1e6);
`;

/** Loads every package in bare Node processes, in turn, so that changes of the machine's load affect all equally. */
export async function measurePackages(print: Print, limits: Limits): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'order-replication-bench-'));
  try {
    const packages = await build({ outDir: folder });
    const files = new Map(packages.map(({ name, file }) => [name, unpack(folder, name, file)]));
    const baseline = 'the four AWS clients alone';
    files.set(baseline, await bundleClients(folder));
    const times = loadInTurn(files);
    const clientsMs = median(times.get(baseline) ?? []);
    print(`Loading in bare Node ${process.version}, medians of ${RUNS} runs in turn:`);
    print(`  ${baseline}: ${clientsMs.toFixed(0)} ms`);
    for (const { name, zipBytes } of packages) {
      const ms = median(times.get(name) ?? []);
      const kilobytes = zipBytes / 1000;
      limits.atMost(MAX_ZIP_KB, kilobytes, `KB of ${name}.zip`);
      limits.atMost(MAX_RATIO, ms / clientsMs, `load time of ${name}, times that of the AWS clients`);
      const verdict = kilobytes <= MAX_ZIP_KB && ms / clientsMs <= MAX_RATIO ? 'within' : 'NOT WITHIN';
      print(
        `  ${name}: ${ms.toFixed(0)} ms, ${(ms / clientsMs).toFixed(2)} times as long, ` +
          `zip ${kilobytes.toFixed(0)} KB (${verdict} ${MAX_RATIO} times and ${MAX_ZIP_KB} KB)`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unpack(folder: string, name: string, zip: string): string {
  const target = join(folder, name);
  mkdirSync(target);
  for (const [file, bytes] of Object.entries(unzipSync(readFileSync(zip))))
    writeFileSync(join(target, file), bytes);
  return join(target, 'index.js');
}

async function bundleClients(folder: string): Promise<string> {
  // Next to the sources, so that the bundler finds the same node_modules as for the packages.
  const entry = join(__dirname, `.clients-${process.pid}.js`);
  try {
    writeFileSync(entry, CLIENTS);
    const bundle = join(folder, 'clients.js');
    writeFileSync(bundle, await bundleEntry(entry));
    return bundle;
  } finally {
    rmSync(entry, { force: true });
  }
}

/** An environment without the SDK's notice about Node 20, which Lambda's Node does not print. */
const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

function loadInTurn(files: ReadonlyMap<string, string>): Map<string, number[]> {
  const times = new Map([...files.keys()].map((name) => [name, [] as number[]]));
  for (let run = 0; run <= RUNS; run += 1) {
    for (const [name, file] of files) {
      const ms = Number(
        execFileSync(process.execPath, ['-e', TIMER, file], { env, stdio: ['ignore', 'pipe', 'ignore'] }),
      );
      // The first round only fills the file cache.
      if (run > 0) times.get(name)?.push(ms);
    }
  }
  return times;
}
