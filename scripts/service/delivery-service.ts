// The deployed delivery of a service into an ERP: the stack `<stack>-Delivery`, its tables, its queue and its functions.
import { createDeliveries } from '../../lambda/shared/tables/deliveries';
import type { Deliveries } from '../../lambda/shared/tables/deliveries';
import { deliveryStackName } from '../stack/service-stacks';
import { describeStack, outputsOf, parametersOf } from '../stack/stack-state';
import type { Values } from '../stack/parameters';
import { CommandError } from '../terminal/command-error';
import { awsClock } from './aws-clock';
import type { Clients } from './clients';
import { outputOf, withClients } from './service';
import { recommend } from './service-options';
import type { ServiceOptions } from './service-options';

export interface DeliveryService {
  /** The stack of the delivery. */
  readonly stackName: string;
  readonly outputs: Values;
  readonly parameters: Values;
  readonly clients: Clients;
}

/** What commands use of a delivery. */
export interface DeliveryDeps {
  readonly service: DeliveryService;
  readonly deliveries: Deliveries;
  /** AWS's time in epoch milliseconds: leases and due times are compared with those of workers. */
  readonly now: () => number;
  /** A command to recommend for the same service, such as `deliveries list`. */
  readonly recommend: (command: string) => string;
}

/** Finds the delivery of the service and passes it to `use`. Throws CommandError if it is not deployed. */
export function withDelivery<T>(
  options: ServiceOptions,
  use: (deps: DeliveryDeps) => Promise<T>,
): Promise<T> {
  return withClients(options, async (clients, stackName) => {
    const service = await requireDelivery(clients, stackName, options);
    return use({
      service,
      deliveries: createDeliveries(clients.documents, outputOf(service, 'DeliveriesTableName')),
      now: awsClock(clients.dynamoDb),
      recommend: (command) => recommend(command, options),
    });
  });
}

async function requireDelivery(
  clients: Clients,
  replicationStackName: string,
  options: ServiceOptions,
): Promise<DeliveryService> {
  const stackName = deliveryStackName(replicationStackName);
  const stack = await describeStack(clients.cloudFormation, stackName);
  if (stack === undefined) {
    const region = await clients.cloudFormation.config.region();
    const howTo = options.local
      ? 'Start a local run with an ERP: npm start -- --erp tryton.'
      : `Deploy it: ${recommend('deploy --with delivery', options)}. If it is deployed, name its stage and region with --stage and --region, or the stack of the replication with --stack-name.`;
    throw new CommandError(
      `The delivery into an ERP is not deployed: there is no stack ${stackName} in ${region}. ${howTo}`,
    );
  }
  return { stackName, outputs: outputsOf(stack), parameters: parametersOf(stack), clients };
}
