// The deps of the deliveries commands: the deployed delivery, the terminal, the person, and the queue that wakes a worker.
import { SendMessageCommand } from '@aws-sdk/client-sqs';

import type { DeliveryReference } from '../../../lambda/shared/delivery/delivery-reference';
import { withDelivery } from '../../service/delivery-service';
import type { DeliveryDeps } from '../../service/delivery-service';
import { personOf } from '../../service/person';
import { outputOf } from '../../service/service';
import type { ServiceOptions } from '../../service/service-options';
import type { Report, Terminal } from '../../terminal/command';
import { withStopSignal } from '../../terminal/signals';

export interface DeliveriesDeps extends Terminal, DeliveryDeps {
  /** Who runs the command. */
  readonly person: () => Promise<string>;
  /** Wakes a worker for an order whose row is due. */
  readonly send: (reference: DeliveryReference) => Promise<void>;
  /** Ends the command early, with its reason. */
  readonly stop: AbortSignal;
}

/** Throws CommandError for a problem that the user can fix. */
export type DeliveriesFlow<R> = (request: R, deps: DeliveriesDeps) => Promise<Report>;

/** Passes the deps to `use`, and ends it at Ctrl-C. */
export const withDeps = (
  options: ServiceOptions,
  terminal: Terminal,
  use: (deps: DeliveriesDeps) => Promise<Report>,
): Promise<Report> =>
  withStopSignal('Interrupted.', (stop) =>
    withDelivery(options, (delivery) => {
      const { clients } = delivery.service;
      const isLocal = options.local || options.awsPort !== undefined;
      return use({
        ...terminal,
        ...delivery,
        stop,
        person: () => personOf(clients, isLocal),
        send: async (reference) => {
          const QueueUrl = outputOf(delivery.service, 'DeliveriesQueueUrl');
          await clients.sqs.send(
            new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(reference) }),
          );
        },
      });
    }),
  );
