// The command line of npm run deploy, and the environment beside it.
import { readArguments } from '../../terminal/arguments';
import { CommandError } from '../../terminal/command-error';
import type { Wish } from './plan';
import type { Values } from '../../stack/parameters';

const usage = `Usage: npm run deploy -- --stage dev --bucket <bucket> --email <address> [options]

  --stage         dev, staging or prod
  --bucket        the bucket for the packages, in the same region; or $AWS_DEPLOYMENT_BUCKET; that of the stack, if
                  there is one already
  --email         who gets the alerts; or $EXCEPTIONS_EMAIL_ADDRESS
  --store-hash    or $BIGCOMMERCE_STORE_HASH
  --client-id     or $BIGCOMMERCE_CLIENT_ID
  --token         better $BIGCOMMERCE_TOKEN, which stays out of the shell's history
  --client-secret better $BIGCOMMERCE_CLIENT_SECRET; verifies the signatures of webhooks
  --parameter     Name=Value, any parameter of the template, as often as needed
  --role-arn      the role that CloudFormation works with; or $AWS_CLOUDFORMATION_ROLE_ARN
  --tag           Name=Value, a tag of the stack, as often as needed
  --stack-name    OrderReplication-<stage> if left out
  --region        or $AWS_REGION
  --no-poll       leaves out the poll that follows a deploy
  --test-alert    sends a test alert to the address afterwards, even if there was nothing to deploy

Every parameter but Paused is also taken from the environment: PollingInterval from $POLLING_INTERVAL, and so on.
On an update, what is not given keeps its value, and CloudFormation goes on with the role of before; to make a value
empty, say --parameter Name=
ReserveConcurrency, if it is not given, is false where the account cannot reserve 3 concurrent executions, else true.`;

const flags = {
  stage: { type: 'string' },
  bucket: { type: 'string' },
  email: { type: 'string' },
  'store-hash': { type: 'string' },
  'client-id': { type: 'string' },
  token: { type: 'string' },
  'client-secret': { type: 'string' },
  parameter: { type: 'string', multiple: true },
  'role-arn': { type: 'string' },
  tag: { type: 'string', multiple: true },
  'stack-name': { type: 'string' },
  region: { type: 'string' },
  'no-poll': { type: 'boolean' },
  'test-alert': { type: 'boolean' },
} as const;

/** The parameters that have an option of their own. */
const flagOf: ReadonlyMap<string, 'store-hash' | 'client-id' | 'token' | 'client-secret' | 'email'> = new Map(
  [
    ['BigCommerceStoreHash', 'store-hash'],
    ['BigCommerceClientId', 'client-id'],
    ['BigCommerceToken', 'token'],
    ['BigCommerceClientSecret', 'client-secret'],
    ['ExceptionsEmailAddress', 'email'],
  ],
);

/** What follows the deploy itself. */
export interface Afterwards {
  readonly poll: boolean;
  readonly testAlert: boolean;
}

interface CommandLine extends Wish {
  readonly tags: Values | undefined;
  readonly roleArn: string | undefined;
  readonly region: string | undefined;
  readonly afterwards: Afterwards;
}

/**
 * Reads what to deploy; `parameters` are the template's names. An option goes before a variable. An empty variable
 * counts as none, as one that is not set is empty in GitHub Actions; an empty option is a value. Throws CommandError.
 */
export function deployOptions(
  parameters: readonly string[],
  args = process.argv.slice(2),
  environment = process.env,
): CommandLine {
  const { values } = readArguments(flags, usage, { args });
  const named = parameters.filter(isOpen).flatMap((name) => {
    const flag = flagOf.get(name);
    const value = (flag && values[flag]) ?? (environment[variableOf(name)] || undefined);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    stage: values.stage ?? '',
    bucket: values.bucket ?? environment['AWS_DEPLOYMENT_BUCKET'] ?? '',
    stackName: values['stack-name'],
    parameters: { ...Object.fromEntries(named), ...pairs('parameter', values.parameter) },
    tags: values.tag && pairs('tag', values.tag),
    roleArn: (values['role-arn'] ?? environment['AWS_CLOUDFORMATION_ROLE_ARN']) || undefined,
    region: values.region,
    afterwards: { poll: values['no-poll'] !== true, testAlert: values['test-alert'] === true },
    label,
  };
}

/**
 * The stage and the packages are the deploy's own affair, and a pause is its operator's: a variable that is left from
 * another day would end it, or begin it again.
 */
const isOpen = (name: string) =>
  !['StageName', 'Paused'].includes(name) && !name.startsWith('LambdaDeploymentPackages');

/** PollingInterval → POLLING_INTERVAL. BigCommerce is one word. */
const variableOf = (name: string) =>
  name
    .replace('BigCommerce', 'Bigcommerce')
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .toUpperCase();

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
  const flag = flagOf.get(name);
  const option = flag === undefined ? `--parameter ${name}=…` : `--${flag}`;
  return `${name} (${option} or $${variableOf(name)})`;
}
