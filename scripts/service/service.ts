// The deployed service that a command is about, on AWS or on this machine: its stack, its secrets, its store, and
// the clients that reach the rest of it.
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

/** How long a command waits for the store, all calls and pauses together. */
const PATIENCE_MS = 60_000;

export interface Service {
  readonly stackName: string;
  readonly outputs: Values;
  readonly parameters: Values;
  readonly secrets: Secrets;
  readonly store: Store & Hooks;
  readonly clients: Clients;
}

/** Finds the service and passes it to `use`. Throws CommandError for what the caller can put right. */
export function withService<T>(options: ServiceOptions, use: (service: Service) => Promise<T>): Promise<T> {
  return withClients(options, async (clients, stackName) =>
    use(serviceOf(await requireStack(clients, stackName), clients)),
  );
}

/** The same for what needs no service, or no stack even: the clients that reach the place, and the stack's name. */
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

/** Where the stack's webhook is delivered to. */
export const destinationOf = (service: Service): string => outputOf(service, 'WebhookUrl');

/** An output of the stack. Throws CommandError if it has none of that name. */
export function outputOf(
  { outputs, stackName }: Pick<Service, 'outputs' | 'stackName'>,
  name: string,
): string {
  const value = outputs[name];
  if (value === undefined) throw new CommandError(`${stackName} has no output ${name}: deploy it anew.`);
  return value;
}

/** The stack of this name. Throws CommandError if there is none. */
export async function requireStack({ cloudFormation }: Clients, stackName: string): Promise<Stack> {
  const stack = await describeStack(cloudFormation, stackName);
  if (stack !== undefined) return stack;
  const region = await cloudFormation.config.region();
  throw new CommandError(
    `There is no stack ${stackName} in ${region}: give --stage, --stack-name or --region, or --local.`,
  );
}

/** The service that a stack is. Throws CommandError if it is none. */
export function serviceOf(stack: Stack, clients: Clients): Service {
  const { StackName: stackName = '' } = stack;
  const outputs = outputsOf(stack);
  const { BigCommerceSecretArn: bigCommerceSecretArn, WebhookSecretArn: webhookSecretArn } = outputs;
  if (bigCommerceSecretArn === undefined || webhookSecretArn === undefined) {
    throw new CommandError(
      `${stackName} (${stack.StackStatus ?? ''}) has no outputs BigCommerceSecretArn and WebhookSecretArn: it is not deployed, or was made from another template.`,
    );
  }
  const parameters = parametersOf(stack);
  const secrets = createSecrets(clients.secretsManager, { bigCommerceSecretArn, webhookSecretArn });
  const store = bigCommerceOf({ parameters, secrets }).until(Date.now() + PATIENCE_MS);
  return { stackName, outputs, parameters, secrets, store, clients };
}

/** The service's store, for a command that asks it for longer than one minute, or as one of many who share its quota. */
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
      `Nothing answers at ${endpoint}: start the service with "npm start", and give its --aws-port here too.`,
      { cause: error },
    );
  }
  return explained(error);
}
