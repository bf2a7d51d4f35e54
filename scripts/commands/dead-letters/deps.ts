// The deps of the dead letter commands, and the options that choose dead letters.
import { outputOf, withService } from '../../service/service';
import type { Service } from '../../service/service';
import { recommend } from '../../service/service-options';
import type { ServiceOptions } from '../../service/service-options';
import type { Report, Terminal } from '../../terminal/command';
import { withStopSignal } from '../../terminal/signals';
import type { Queues } from './queue';

/** The dead letters of one order, one by its id, or all. */
export interface DeadLetterChoice {
  readonly orderId?: number | undefined;
  readonly messageId?: string | undefined;
}

export interface DeadLetterDeps extends Terminal {
  readonly service: Pick<Service, 'stackName' | 'outputs' | 'clients'>;
  /** Ends the command early, with its reason. */
  readonly stop: AbortSignal;
  /** A command to recommend for the same service, such as `dead-letters list`. */
  readonly recommend: (command: string) => string;
}

/** Throws CommandError for a problem that the user can fix. */
export type DeadLetterFlow<R> = (request: R, deps: DeadLetterDeps) => Promise<Report>;

/** Passes the deps to `use`, and ends it at Ctrl-C. */
export const withDeps = (
  options: ServiceOptions,
  terminal: Terminal,
  use: (deps: DeadLetterDeps) => Promise<Report>,
): Promise<Report> =>
  withStopSignal(INTERRUPTED, (stop) =>
    withService(options, (service) =>
      use({ ...terminal, service, stop, recommend: (command) => recommend(command, options) }),
    ),
  );

const INTERRUPTED =
  'Interrupted. Dead letters that were not moved or dropped are still in the dead letter queue.';

/** The two queues of the service. */
export const queuesOf = ({ service, stop }: DeadLetterDeps): Queues => ({
  sqs: service.clients.sqs,
  ordersQueueUrl: outputOf(service, 'OrdersQueueUrl'),
  deadLetterQueueUrl: outputOf(service, 'OrdersDeadLetterQueueUrl'),
  stop,
});
