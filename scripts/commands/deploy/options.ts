// The options of deploy, and the environment variables that replace them.
import { sameService, stages } from '../../service/service-options';
import type { Values } from '../../stack/parameters';
import { addedKinds } from '../../stack/service-stacks';
import { UsageError } from '../../terminal/command-error';
import { mappingOption } from '../../packages/mapping-option';
import { choice, flag, fromVariable, negatedFlag, repeated, required, text } from '../../terminal/options';
import type { OptionsOf } from '../../terminal/options';
import type { DeployRequest } from './plan';

export const deployOptions = {
  stage: required(choice('<stage>', stages, 'the stage of the service')),
  bucket: fromVariable(
    text('<bucket>', 'the bucket for the packages, in the same region; that of the stack if omitted'),
    'AWS_DEPLOYMENT_BUCKET',
  ),
  email: fromVariable(text('<address>', 'the email address for alerts'), 'EXCEPTIONS_EMAIL_ADDRESS'),
  storeHash: fromVariable(text('<hash>', 'the hash of the BigCommerce store'), 'BIGCOMMERCE_STORE_HASH'),
  clientId: fromVariable(text('<id>', "the API account's client id"), 'BIGCOMMERCE_CLIENT_ID'),
  token: fromVariable(
    text(
      '<token>',
      "the API account's token; prefer $BIGCOMMERCE_TOKEN, which the shell's history does not keep",
    ),
    'BIGCOMMERCE_TOKEN',
  ),
  clientSecret: fromVariable(
    text('<secret>', 'verifies the signatures of webhooks; prefer $BIGCOMMERCE_CLIENT_SECRET'),
    'BIGCOMMERCE_CLIENT_SECRET',
  ),
  with: repeated(
    choice('<stack>', addedKinds, 'also deploy this stack, after that of the replication; may be repeated'),
  ),
  parameter: repeated(text('<Name=Value>', 'any parameter of the templates; may be repeated')),
  mapping: mappingOption,
  roleArn: fromVariable(
    text('<arn>', 'the role that CloudFormation works with'),
    'AWS_CLOUDFORMATION_ROLE_ARN',
  ),
  tag: repeated(text('<Name=Value>', 'a tag of the stack; may be repeated')),
  stackName: text('<name>', 'the stack, if it is not OrderReplication-<stage>'),
  region: text('<region>', 'the AWS region; or $AWS_REGION'),
  poll: negatedFlag('do not poll after the deploy'),
  testAlert: flag('send a test alert to the address afterwards, even if there was nothing to deploy'),
} as const;

export type DeployCommandOptions = OptionsOf<typeof deployOptions>;

/** The parameters that have an option of their own. */
const optionOf: Readonly<Record<string, 'storeHash' | 'clientId' | 'token' | 'clientSecret' | 'email'>> = {
  BigCommerceStoreHash: 'storeHash',
  BigCommerceClientId: 'clientId',
  BigCommerceToken: 'token',
  BigCommerceClientSecret: 'clientSecret',
  ExceptionsEmailAddress: 'email',
};

/** The steps after the deploy. */
export interface Afterwards {
  readonly poll: boolean;
  readonly testAlert: boolean;
}

interface RequestWithRest extends DeployRequest {
  readonly tags: Values | undefined;
  readonly roleArn: string | undefined;
  readonly afterwards: Afterwards;
}

/**
 * The request that the options make; `parameters` are the names of the templates to deploy. An option overrides a variable. An empty
 * variable counts as not set, because GitHub Actions makes it empty then; an empty option is a value. Throws UsageError.
 */
export function deployRequest(
  options: DeployCommandOptions,
  parameters: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): RequestWithRest {
  const named = parameters.filter(isOpen).flatMap((name) => {
    const option = optionOf[name];
    const value = option === undefined ? environment[variableOf(name)] || undefined : options[option];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    stage: options.stage,
    bucket: options.bucket ?? '',
    stackName: options.stackName,
    with: addedKinds.filter((kind) => options.with.includes(kind)),
    parameters: { ...Object.fromEntries(named), ...pairs('parameter', options.parameter) },
    tags: options.tag.length === 0 ? undefined : pairs('tag', options.tag),
    roleArn: options.roleArn === '' ? undefined : options.roleArn,
    service: serviceOf(options),
    afterwards: { poll: options.poll, testAlert: options.testAlert },
    label,
  };
}

const serviceOf = ({ stage, stackName, region }: DeployCommandOptions): string =>
  sameService({ stage, stackName, region, local: false, awsPort: undefined });

/**
 * Whether a variable may set the parameter. The deploy sets the stage, the names of stacks and the packages. Only `pause` and `resume` change
 * Paused: a variable that is still set from another day would pause or resume the service.
 */
const isOpen = (name: string) =>
  !['StageName', 'ReplicationStackName', 'Paused'].includes(name) &&
  !name.startsWith('LambdaDeploymentPackages');

/** PollingInterval → POLLING_INTERVAL. BigCommerce is one word. */
const variableOf = (name: string) =>
  name
    .replace('BigCommerce', 'Bigcommerce')
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .toUpperCase();

/** Name=Value, split at the first `=`. No message contains the text, which may be a secret. */
function pairs(option: string, texts: readonly string[]): Values {
  return Object.fromEntries(
    texts.map((given) => {
      const at = given.indexOf('=');
      if (at < 1) throw new UsageError(`option '--${option} <Name=Value>' needs a name, '=' and a value.`);
      return [given.slice(0, at), given.slice(at + 1)];
    }),
  );
}

function label(name: string): string {
  if (name === 'StageName') return 'StageName (--stage)';
  if (name === 'LambdaDeploymentPackagesBucketName') return `${name} (--bucket or $AWS_DEPLOYMENT_BUCKET)`;
  const own = optionOf[name]?.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  const option = own === undefined ? `--parameter ${name}=…` : `--${own}`;
  return `${name} (${option} or $${variableOf(name)})`;
}
