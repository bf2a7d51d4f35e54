// A reference that failed is never lost: it goes back to the queue for a while, or is parked with its reason.
import {
  describe,
  failureKind,
  HOW_TO_MEND,
  LeaseHeldError,
  MalformedReferenceError,
} from '../shared/runtime/errors';
import type { OrderReference } from '../shared/order/order';
import { LEASE_HELD_VISIBILITY_SECONDS, visibilitySeconds } from '../shared/bigcommerce/retry';
import type { Alerts } from '../shared/aws/alerts';
import type { Ledger } from '../shared/tables/ledger';
import type { Log } from '../shared/runtime/log';
import type { Queue } from '../shared/aws/queue';

/** A received message of the Orders queue. */
export interface Message {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** 1 at the first receive. */
  readonly receiveCount: number;
}

/** `acknowledged` leaves the queue, `given back` comes again. */
export type Outcome = 'acknowledged' | 'given back';

export interface GiveUpDeps {
  readonly queue: Pick<Queue, 'giveBack' | 'park'>;
  readonly ledger: Pick<Ledger, 'noteDead'>;
  readonly alerts: Pick<Alerts, 'sendHourly'>;
  readonly log: Log;
  /** The receive after which SQS would move the message by itself, without a reason. */
  readonly maxReceiveCount: number;
  readonly now: () => number;
  readonly random: () => number;
}

/** Parks what cannot be helped and what failed at its last receive, gives back everything else. Never throws. */
export async function giveUp(
  message: Message,
  reference: OrderReference | undefined,
  error: unknown,
  deps: GiveUpDeps,
): Promise<Outcome> {
  const kind = failureKind(error);
  if (kind === 'configuration') await alertConfiguration(error, deps);
  const exhausted = message.receiveCount >= deps.maxReceiveCount;
  if (kind !== 'permanent' && !exhausted) return giveBack(message, reference, error, deps);
  try {
    await park(message, reference, error, deps);
  } catch (parkError) {
    deps.log.error('reference not parked', { ...about(message, reference), error: describe(parkError) });
    return giveBack(message, reference, error, deps);
  }
  await noteDead(reference, kind === 'permanent' ? 'permanent' : 'exhausted', error, deps);
  return 'acknowledged';
}

async function giveBack(
  message: Message,
  reference: OrderReference | undefined,
  error: unknown,
  deps: GiveUpDeps,
): Promise<Outcome> {
  const seconds =
    error instanceof LeaseHeldError
      ? LEASE_HELD_VISIBILITY_SECONDS
      : visibilitySeconds(message.receiveCount, deps.random);
  const fields = { ...about(message, reference), seconds, error: describe(error) };
  // SQS leaves it out of the age of its oldest message from the third receive on.
  const GivenBackAge = reference && Math.max(0, deps.now() - Date.parse(reference.seenAt)) / 1000;
  deps.log.warn('reference given back', fields, { ReferencesGivenBack: 1, GivenBackAge });
  try {
    await deps.queue.giveBack(message.receiptHandle, seconds);
  } catch (queueError) {
    // It comes back all the same, when the queue's own visibility timeout ends.
    deps.log.warn('visibility not changed', { ...about(message, reference), error: describe(queueError) });
  }
  return 'given back';
}

async function park(
  message: Message,
  reference: OrderReference | undefined,
  error: unknown,
  deps: GiveUpDeps,
): Promise<void> {
  const known =
    error instanceof MalformedReferenceError
      ? error.known
      : { orderId: reference?.orderId, firstSeenAt: reference?.seenAt };
  await deps.queue.park(message.body, { reason: describe(error), ...known });
  const fields = { ...about(message, reference), error: describe(error) };
  deps.log.error('reference parked', fields, { ReferencesParked: 1 });
}

/** Parked first, noted after: the dead letter is what counts, the note only spares the next polls. */
async function noteDead(
  reference: OrderReference | undefined,
  by: 'permanent' | 'exhausted',
  error: unknown,
  deps: GiveUpDeps,
): Promise<void> {
  if (reference === undefined) return;
  try {
    await deps.ledger.noteDead(reference, { by, reason: describe(error) }, deps.now());
  } catch (ledgerError) {
    deps.log.warn('dead letter not noted', { orderId: reference.orderId, error: describe(ledgerError) });
  }
}

async function alertConfiguration(error: unknown, deps: GiveUpDeps): Promise<void> {
  await deps.alerts.sendHourly({
    subject: 'BigCommerce refuses our credentials or settings',
    message: [
      describe(error),
      'Orders wait in the queue meanwhile and are tried again for more than 24 hours.',
      HOW_TO_MEND,
    ].join('\n'),
  });
}

function about(message: Message, reference: OrderReference | undefined) {
  return { orderId: reference?.orderId, messageId: message.messageId, receiveCount: message.receiveCount };
}
