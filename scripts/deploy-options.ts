// The command line of npm run deploy, and the environment beside it.
import { CommandError, readArguments } from './command';
import type { Wish } from './deploy-plan';
import type { Values } from './parameters';

const usage = `Usage: npm run deploy -- --stage dev --bucket <bucket> --email <address> [options]

  --stage         dev, staging or prod
  --bucket        the bucket for the packages, in the same region; or $AWS_DEPLOYMENT_BUCKET
  --email         who gets the alerts
  --store-hash    or $BIGCOMMERCE_STORE_HASH
  --client-id     or $BIGCOMMERCE_CLIENT_ID
  --token         better $BIGCOMMERCE_TOKEN, which stays out of the shell's history
  --client-secret better $BIGCOMMERCE_CLIENT_SECRET; verifies the signatures of webhooks
  --parameter     Name=Value, any parameter of the template, as often as needed
  --tag           Name=Value, a tag of the stack, as often as needed
  --stack-name    OrderReplication-<stage> if left out
  --region        or $AWS_REGION

On an update, what is not given keeps its value.`;

const flags = {
  stage: { type: 'string' },
  bucket: { type: 'string' },
  email: { type: 'string' },
  'store-hash': { type: 'string' },
  'client-id': { type: 'string' },
  token: { type: 'string' },
  'client-secret': { type: 'string' },
  parameter: { type: 'string', multiple: true },
  tag: { type: 'string', multiple: true },
  'stack-name': { type: 'string' },
  region: { type: 'string' },
} as const;

/** Which option, and which variable of the environment, gives a parameter. */
const sources = {
  BigCommerceStoreHash: { flag: 'store-hash', variable: 'BIGCOMMERCE_STORE_HASH' },
  BigCommerceClientId: { flag: 'client-id', variable: 'BIGCOMMERCE_CLIENT_ID' },
  BigCommerceToken: { flag: 'token', variable: 'BIGCOMMERCE_TOKEN' },
  BigCommerceClientSecret: { flag: 'client-secret', variable: 'BIGCOMMERCE_CLIENT_SECRET' },
  ExceptionsEmailAddress: { flag: 'email', variable: undefined },
} as const;

interface CommandLine extends Wish {
  readonly tags: Values | undefined;
  readonly region: string | undefined;
}

/** Reads what to deploy. An empty variable counts as none; an empty option is a value. Throws CommandError. */
export function deployOptions(args = process.argv.slice(2), environment = process.env): CommandLine {
  const { values } = readArguments(flags, usage, { args });
  const named = Object.entries(sources).flatMap(([name, { flag, variable }]) => {
    const value = values[flag] ?? (variable && (environment[variable] || undefined));
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    stage: values.stage ?? '',
    bucket: values.bucket ?? environment['AWS_DEPLOYMENT_BUCKET'] ?? '',
    stackName: values['stack-name'],
    parameters: { ...Object.fromEntries(named), ...pairs('parameter', values.parameter) },
    tags: values.tag && pairs('tag', values.tag),
    region: values.region,
    label,
  };
}

/** Name=Value, split at the first sign of equality: the value may hold anything. */
function pairs(option: string, texts: readonly string[] = []): Values {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new CommandError(`--${option} wants Name=Value.\n\n${usage}`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function label(name: string): string {
  if (name === 'StageName') return 'StageName (--stage)';
  if (name === 'LambdaDeploymentPackagesBucketName') return `${name} (--bucket or $AWS_DEPLOYMENT_BUCKET)`;
  const source = Object.entries(sources).find(([parameter]) => parameter === name)?.[1];
  if (source === undefined) return `${name} (--parameter ${name}=…)`;
  return `${name} (--${source.flag}${source.variable === undefined ? '' : ` or $${source.variable}`})`;
}
