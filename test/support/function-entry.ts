// What an entry finds when Lambda calls it: its environment, a simulated store, and the SDK mocked at its edge.
import type { Context } from 'aws-lambda';

import { startSimulator } from '../../simulator';
import type { Simulator } from '../../simulator';
import { mockSdk, secretArns } from './mocked-sdk';
import type { MockedSdk } from './mocked-sdk';

export const destination = 'https://hooks.example.com/dev/cart-converted';

/** Of the current test. */
export interface EntrySurroundings {
  simulator: Simulator;
  aws: MockedSdk;
}

/** Gives each test of a file surroundings of its own, in which the entry is loaded again. */
export function surroundEntry(): Readonly<EntrySurroundings> {
  const before = process.env;
  const surroundings = {} as EntrySurroundings;
  beforeEach(async () => {
    surroundings.simulator = await startSimulator({ seed: 3 });
    jest.resetModules();
    surroundings.aws = mockSdk(surroundings.simulator.credentials);
    process.env = { ...before, ...environmentFor(surroundings.simulator) };
  });
  afterEach(async () => {
    process.env = before;
    jest.restoreAllMocks();
    await surroundings.simulator.stop();
  });
  return surroundings;
}

export const aContext = (remainingMs = 300_000) =>
  ({
    awsRequestId: 'request-1',
    functionName: 'Stack-Function',
    getRemainingTimeInMillis: () => remainingMs,
  }) as Context;

/** The variables of all four functions. */
const environmentFor = ({ url, credentials }: Simulator): Readonly<Record<string, string>> => ({
  AWS_REGION: 'us-east-1',
  BIGCOMMERCE_API_URL: url,
  BIGCOMMERCE_STORE_HASH: credentials.storeHash,
  BIGCOMMERCE_SECRET_ARN: secretArns.bigCommerce,
  WEBHOOK_SECRET_ARN: secretArns.webhook,
  API_QUOTA_RESERVE_PERCENT: '10',
  READ_CONSIGNMENTS: 'true',
  ORDERS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/orders',
  ORDERS_DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/dead',
  EXCEPTIONS_TOPIC_ARN: 'arn:aws:sns:us-east-1:1:errors',
  METRICS_NAMESPACE: 'Stack',
  LEDGER_TABLE: 'ledger',
  JOBS_TABLE: 'jobs',
  WEBHOOKS_TABLE: 'webhooks',
  ORDERS_TABLE: 'orders',
  ORDER_PARTS_TABLE: 'parts',
  ALLOWED_STATUS_IDS: '7,10,11',
  ADVANCE_STATUS_IDS: '10,11',
  ADVANCE_ORDERS: 'true',
  NEW_PHYSICAL_ORDER_STATUS_ID: '9',
  NEW_DIGITAL_ORDER_STATUS_ID: '8',
  IGNORE_ORDERS_CREATED_BEFORE: '',
  FOLLOW_UP_DAYS: '30',
  COMPLETED_ORDERS_LOOKBACK_DAYS: '7',
  RECORD_RETENTION_DAYS: '90',
  MAX_RECEIVE_COUNT: '20',
  DROP_FIELDS: '',
  ORDER_RETENTION_DAYS: '0',
  WEBHOOK_MAX_AGE_HOURS: '72',
  CHECK_WEBHOOK: 'true',
  WEBHOOK_URL: destination,
});
