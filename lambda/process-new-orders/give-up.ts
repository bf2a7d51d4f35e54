// Handles a reference that failed: it returns to the queue, or becomes a dead letter with its reason. No reference is lost.
import { formatError, failureKind, LeaseHeldError, MalformedReferenceError } from '../shared/runtime/errors';
import { HOW_TO_FIX } from '../shared/steps/report-failure';
import type { DeadReason } from '../shared/order/reasons';
import type { OrderReference } from '../shared/order/reference';
import { LEASE_HELD_VISIBILITY_SECONDS, visibilitySeconds } from './visibility';
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

/** An `acknowledged` message leaves the queue; a `returned` one is received again. */
export type Outcome = 'acknowledged' | 'returned';

export interface GiveUpDeps {
  readonly adapters: {
    readonly queue: Pick<Queue, 'returnToQueue' | 'deadLetter'>;
    readonly ledger: Pick<Ledger, 'recordDead'>;
    readonly alerts: Pick<Alerts, 'sendHourly'>;
    readonly log: Log;
  };
  readonly policy: {
    /** The receive after which SQS would move the message to the dead letter queue, without a reason. */
    readonly maxReceiveCount: number;
  };
  readonly invocation: {
    readonly now: () => number;
    readonly random: () => number;
  };
}

/** Dead-letters a reference that a retry cannot help or that failed at its last receive; returns any other. Never throws. */
export async function giveUp(
  message: Message,
  reference: OrderReference | undefined,
  error: unknown,
  deps: GiveUpDeps,
): Promise<Outcome> {
  const kind = failureKind(error);
  if (kind === 'configuration') await alertConfiguration(error, deps);
  const isLastReceive = message.receiveCount >= deps.policy.maxReceiveCount;
  if (kind !== 'permanent' && !isLastReceive) return returnToQueue(message, reference, error, deps);
  const death = { reason: toDeadReason(error), error: formatError(error) };
  try {
    await deadLetter(message, reference, error, death, deps);
  } catch (sendError) {
    deps.adapters.log.error('reference.dead_letter_failed', {
      ...logFields(message, reference),
      error: formatError(sendError),
    });
    return returnToQueue(message, reference, error, deps);
  }
  await recordDead(reference, death, deps);
  return 'acknowledged';
}

interface Death {
  readonly reason: DeadReason;
  readonly error: string;
}

function toDeadReason(error: unknown): DeadReason {
  if (error instanceof MalformedReferenceError) return 'malformed-reference';
  return failureKind(error) === 'permanent' ? 'rejected' : 'attempts-exhausted';
}

async function returnToQueue(
  message: Message,
  reference: OrderReference | undefined,
  error: unknown,
  deps: GiveUpDeps,
): Promise<Outcome> {
  const seconds =
    error instanceof LeaseHeldError
      ? LEASE_HELD_VISIBILITY_SECONDS
      : visibilitySeconds(message.receiveCount, deps.invocation.random);
  const fields = { ...logFields(message, reference), seconds, error: formatError(error) };
  // From the third receive on, SQS does not count the message in ApproximateAgeOfOldestMessage.
  const ReturnedReferenceAge =
    reference && Math.max(0, deps.invocation.now() - Date.parse(reference.seenAt)) / 1000;
  deps.adapters.log.warn('reference.returned', fields, { ReferencesReturned: 1, ReturnedReferenceAge });
  try {
    await deps.adapters.queue.returnToQueue(message.receiptHandle, seconds);
  } catch (queueError) {
    // The message still returns, when the queue's own visibility timeout ends.
    deps.adapters.log.warn('reference.visibility_failed', {
      ...logFields(message, reference),
      error: formatError(queueError),
    });
  }
  return 'returned';
}

async function deadLetter(
  message: Message,
  reference: OrderReference | undefined,
  error: unknown,
  death: Death,
  deps: GiveUpDeps,
): Promise<void> {
  const known =
    error instanceof MalformedReferenceError
      ? error.known
      : { orderId: reference?.orderId, firstSeenAt: reference?.seenAt };
  await deps.adapters.queue.deadLetter(message.body, { ...death, ...known });
  const fields = { ...logFields(message, reference), ...death };
  deps.adapters.log.error('reference.dead_lettered', fields, { ReferencesDeadLettered: 1 });
}

/** Runs after the dead letter is sent. If it fails, no order is lost: the next poll queues one more reference. */
async function recordDead(
  reference: OrderReference | undefined,
  death: Death,
  deps: GiveUpDeps,
): Promise<void> {
  if (reference === undefined) return;
  try {
    await deps.adapters.ledger.recordDead(reference, death, deps.invocation.now());
  } catch (ledgerError) {
    deps.adapters.log.warn('ledger.dead_not_recorded', {
      orderId: reference.orderId,
      error: formatError(ledgerError),
    });
  }
}

async function alertConfiguration(error: unknown, deps: GiveUpDeps): Promise<void> {
  await deps.adapters.alerts.sendHourly({
    subject: 'BigCommerce refuses our credentials or settings',
    message: [
      formatError(error),
      'Orders wait in the queue and are retried for more than 24 hours. Then they become dead letters.',
      HOW_TO_FIX,
    ].join('\n\n'),
    command: 'poll',
    runbook: 'bigcommerce-refuses-our-credentials-or-settings',
  });
}

function logFields(message: Message, reference: OrderReference | undefined) {
  return { orderId: reference?.orderId, messageId: message.messageId, receiveCount: message.receiveCount };
}
