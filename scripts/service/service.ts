// The deployed service of a command, on AWS or on this machine: its stack, its secrets, its store, and the AWS clients.
import type { Stack } from '@aws-sdk/client-cloudformation';

import { createBigCommerce } from '../../lambda/shared/bigcommerce/client';
import type { BigCommerce, BigCommerceOptions, Store } from '../../lambda/shared/bigcommerce/client';
import { BigCommerceError, ConfigurationError } from '../../lambda/shared/runtime/errors';
import type { Hooks } from '../../lambda/shared/bigcommerce/webhooks';
import { createSecrets } from '../../lambda/shared/aws/secrets';
import type { Secrets } from '../../lambda/shared/aws/secrets';
import { explained, namesOf } from './aws-errors';
import { createClients, localClients } from './clients';
import type { Clients } from './clients';
import { CommandError } from '../terminal/command-error';
import { defaultAwsPort } from './local-endpoint';
import type { ServiceOptions } from './service-options';
import type { Values } from '../stack/parameters';
import { describeStack, outputsOf, parametersOf } from '../stack/stack-state';

/** How long a command may use the store, all calls and pauses included. */
const STORE_TIMEOUT_MS = 60_000;

export interface Service {
  readonly stackName: string;
  readonly outputs: Values;
  readonly parameters: Values;
  readonly secrets: Secrets;
  readonly store: Store & Hooks;
  readonly clients: Clients;
}

/** Finds the service and passes it to `use`. Throws CommandError for a problem that the user can fix. */
export function withService<T>(options: ServiceOptions, use: (service: Service) => Promise<T>): Promise<T> {
  return withClients(options, async (clients, stackName) =>
    use(serviceOf(await requireStack(clients, stackName), clients)),
  );
}

/** The same for commands that need only the clients and the stack's name, also without a deployed stack. */
export async function withClients<T>(
  options: ServiceOptions,
  use: (clients: Clients, stackName: string) => Promise<T>,
): Promise<T> {
  const { stage, stackName, region, local, awsPort = local ? defaultAwsPort : undefined } = options;
  const endpoint = awsPort === undefined ? undefined : `http://127.0.0.1:${awsPort}`;
  const clients =
    endpoint === undefined ? createClients(region === undefined ? {} : { region }) : localClients(endpoint);
  try {
    return await use(clients, stackName ?? `OrderReplication-${stage}`);
  } catch (error) {
    throw inWords(error, endpoint);
  } finally {
    clients.destroy();
  }
}

/** The address of the stack's webhook. */
export const destinationOf = (service: Service): string => outputOf(service, 'WebhookUrl');

/** An output of the stack. Throws CommandError if it has none of that name. */
export function outputOf(
  { outputs, stackName }: Pick<Service, 'outputs' | 'stackName'>,
  name: string,
): string {
  const value = outputs[name];
  if (value === undefined) throw new CommandError(`${stackName} has no output ${name}. Deploy it again.`);
  return value;
}

/** The stack of this name. Throws CommandError if there is none. */
export async function requireStack({ cloudFormation }: Clients, stackName: string): Promise<Stack> {
  const stack = await describeStack(cloudFormation, stackName);
  if (stack !== undefined) return stack;
  const region = await cloudFormation.config.region();
  throw new CommandError(
    `There is no stack ${stackName} in ${region}. Name it with --stage or --stack-name, and its region with --region; for a local run, add --local.`,
  );
}

/** The service of a stack. Throws CommandError if the stack is not one of this project. */
export function serviceOf(stack: Stack, clients: Clients): Service {
  const { StackName: stackName = '' } = stack;
  const outputs = outputsOf(stack);
  const { BigCommerceSecretArn: bigCommerceSecretArn, WebhookSecretArn: webhookSecretArn } = outputs;
  if (bigCommerceSecretArn === undefined || webhookSecretArn === undefined) {
    throw new CommandError(
      `${stackName} (${stack.StackStatus ?? ''}) has no outputs BigCommerceSecretArn and WebhookSecretArn. It is not deployed completely, or was made from another template: deploy it again, or name another stack.`,
    );
  }
  const parameters = parametersOf(stack);
  const secrets = createSecrets(clients.secretsManager, { bigCommerceSecretArn, webhookSecretArn });
  const store = bigCommerceOf({ parameters, secrets }).until(Date.now() + STORE_TIMEOUT_MS);
  return { stackName, outputs, parameters, secrets, store, clients };
}

/** The service's store, for a command that uses it for longer than 1 min, or that shares its quota with others. */
export function bigCommerceOf(
  { parameters, secrets }: Pick<Service, 'parameters' | 'secrets'>,
  options: Partial<BigCommerceOptions> = {},
): BigCommerce {
  const { BigCommerceApiUrl: apiUrl = '', BigCommerceStoreHash: storeHash = '' } = parameters;
  const { accessToken } = secrets;
  const readConsignments = parameters['ReadConsignments'] === 'true';
  const store = { apiUrl: apiUrl.replace(/(?<!\/)\/+$/, ''), storeHash, accessToken, readConsignments };
  return createBigCommerce({ ...store, quotaReservePercent: 0, ...options });
}

function inWords(error: unknown, endpoint: string | undefined): unknown {
  if (error instanceof BigCommerceError || error instanceof ConfigurationError) {
    return new CommandError(error.message, { cause: error });
  }
  if (endpoint !== undefined && namesOf(error).some((name) => name.includes('ECONNREFUSED'))) {
    return new CommandError(
      `No service answers at ${endpoint}. Start it with "npm start", and use the same --aws-port in both commands.`,
      { cause: error },
    );
  }
  return explained(error);
}
