// Notes the snapshots of a batch of the Orders stream, so that each is delivered.
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { toOrderId } from '../shared/order/order';
import { parseDate } from '../shared/runtime/time';
import { tellDeliveries } from '../shared/steps/tell-deliveries';
import type { TellDeps, Telling } from '../shared/steps/tell-deliveries';

/** The states in which a replication has ended. */
const ENDED_STATES: readonly unknown[] = ['copied', 'replicated'];

/**
 * Notes each snapshot whose replication has ended. The failures that it reports are the records that could not be noted: Lambda
 * reads the stream again from the first of them, and a snapshot that is noted twice changes nothing. Never throws.
 */
export async function noteRecords(
  records: readonly DynamoDBRecord[],
  deps: TellDeps,
): Promise<DynamoDBBatchResponse> {
  const read = records.map((record) => ({ record, telling: readTelling(record, deps) }));
  const tellings = read.flatMap(({ telling }) => (telling === undefined ? [] : [telling]));
  const failed = new Set((await tellDeliveries(tellings, deps)).failed);
  const failures = read.filter(({ telling }) => telling !== undefined && failed.has(telling));
  return {
    // An empty identifier means the whole batch.
    batchItemFailures: failures.map(({ record }) => ({
      itemIdentifier: record.dynamodb?.SequenceNumber ?? '',
    })),
  };
}

/**
 * Undefined for a record that is none of the delivery's: a deletion, or a replication that has not ended. An image has `id` and
 * `replication` plain, even if the rest of the order is gzipped or kept in parts.
 */
function readTelling({ eventID, dynamodb }: DynamoDBRecord, { adapters }: TellDeps): Telling | undefined {
  const { id, replication } = dynamodb?.NewImage ?? {};
  const { state, read_at: readAt } = replication?.M ?? {};
  if (!ENDED_STATES.includes(state?.S)) return undefined;
  const orderId = toOrderId(id?.N);
  if (orderId !== undefined && readAt?.S !== undefined && parseDate(readAt.S) !== undefined) {
    return { orderId, readAt: readAt.S };
  }
  // To try it again would hold up the stream. The account counts the order as open.
  adapters.log.error('delivery.record_unusable', { orderId, eventId: eventID });
  return undefined;
}
