// Configuration: every problem at once, and no value in the message.
import { ConfigurationError } from '../../../lambda/shared/runtime/errors';
import {
  awsClientOptions,
  quickAwsClientOptions,
  recordAwsClientOptions,
} from '../../../lambda/shared/aws/clients';
import {
  deliverOrdersEnvironment,
  MOST_DROP_FIELDS_CHARACTERS,
  queueDeliveriesEnvironment,
  readAuditConfig,
  readDeliverOrdersConfig,
  readPollConfig,
  readQueueDeliveriesConfig,
  readWebhookConfig,
  readWorkerConfig,
  workerEnvironment,
} from '../../../lambda/shared/config';

const environment = {
  BIGCOMMERCE_API_URL: 'http://127.0.0.1:8080/',
  BIGCOMMERCE_STORE_HASH: 'abc123xyz',
  BIGCOMMERCE_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:x',
  WEBHOOK_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:y',
  API_QUOTA_RESERVE_PERCENT: '10',
  READ_CONSIGNMENTS: 'true',
  ORDERS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/OrderReplication-dev-Orders',
  ORDERS_DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/dead',
  EXCEPTIONS_TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:OrderReplication-dev-ApplicationErrors',
  METRICS_NAMESPACE: 'OrderReplication-dev',
  LEDGER_TABLE: 'OrderReplication-dev-Ledger',
  JOBS_TABLE: 'OrderReplication-dev-Jobs',
  ORDERS_TABLE: 'OrderReplication-dev-Orders',
  ORDER_PARTS_TABLE: 'OrderReplication-dev-OrderParts',
  WEBHOOKS_TABLE: 'OrderReplication-dev-Webhooks',
  ALLOWED_STATUS_IDS: '7, 10,11',
  ADVANCE_STATUS_IDS: '10,11',
  ADVANCE_ORDERS: 'true',
  NEW_PHYSICAL_ORDER_STATUS_ID: '9',
  NEW_DIGITAL_ORDER_STATUS_ID: '8',
  IGNORE_ORDERS_CREATED_BEFORE: '',
  FOLLOW_UP_DAYS: '30',
  COMPLETED_ORDERS_LOOKBACK_DAYS: '7',
  RECORD_RETENTION_DAYS: '90',
  WEBHOOK_MAX_AGE_HOURS: '72',
  CHECK_WEBHOOK: 'true',
  WEBHOOK_URL: 'https://abc123.execute-api.us-east-1.amazonaws.com/dev/cart-converted',
  MAX_RECEIVE_COUNT: '20',
  DROP_FIELDS: '',
  ORDER_RETENTION_DAYS: '0',
};

it('a complete environment becomes values', () => {
  expect(readPollConfig(environment)).toMatchObject({
    apiUrl: 'http://127.0.0.1:8080',
    allowedStatusIds: [7, 10, 11],
    advanceOrders: true,
    ignoreOrdersCreatedBefore: undefined,
    completedOrdersLookbackDays: 7,
  });
  expect(readWebhookConfig(environment)).toMatchObject({ webhookMaxAgeHours: 72, storeHash: 'abc123xyz' });
  expect(readWorkerConfig(environment)).toMatchObject({
    maxReceiveCount: 20,
    ordersTable: 'OrderReplication-dev-Orders',
    dropFields: [],
    orderRetentionDays: 0,
    orderPartsTable: 'OrderReplication-dev-OrderParts',
  });
});

it('everything that is missing in an environment is named together', () => {
  expect(() => readWorkerConfig({})).toThrow(ConfigurationError);
  for (const name of workerEnvironment) expect(() => readWorkerConfig({})).toThrow(name);
});

it('each wrong variable is named once, with what was expected of it', () => {
  const wrong = { ...environment, ALLOWED_STATUS_IDS: '', FOLLOW_UP_DAYS: 'x', JOBS_TABLE: undefined };
  expect(() => readPollConfig(wrong)).toThrow(
    'The environment of this function is not usable. ' +
      'ALLOWED_STATUS_IDS: expected status ids from 0 to 14, with commas between. ' +
      'JOBS_TABLE: expected a value, but it is not set. ' +
      'FOLLOW_UP_DAYS: expected a number from 0 to 3650.',
  );
});

it.each([
  ['BIGCOMMERCE_API_URL', 'ftp://store'],
  ['BIGCOMMERCE_API_URL', 'https://user:secret@store'],
  ['BIGCOMMERCE_API_URL', 'https://store/?x=1'],
  ['BIGCOMMERCE_STORE_HASH', '../abc'],
  ['BIGCOMMERCE_SECRET_ARN', 'secret'],
  ['METRICS_NAMESPACE', ''],
  ['METRICS_NAMESPACE', 'AWS/Lambda'],
  ['METRICS_NAMESPACE', ':orders'],
  ['METRICS_NAMESPACE', 'orders*'],
  ['METRICS_NAMESPACE', 'o'.repeat(256)],
  ['API_QUOTA_RESERVE_PERCENT', '91'],
  ['ALLOWED_STATUS_IDS', ''],
  ['ALLOWED_STATUS_IDS', '7,,11'],
  ['ALLOWED_STATUS_IDS', '15'],
  ['ALLOWED_STATUS_IDS', 'eleven'],
  ['ADVANCE_ORDERS', 'yes'],
  ['NEW_PHYSICAL_ORDER_STATUS_ID', '-1'],
  ['NEW_PHYSICAL_ORDER_STATUS_ID', '15'],
  ['NEW_PHYSICAL_ORDER_STATUS_ID', '9.5'],
  ['NEW_DIGITAL_ORDER_STATUS_ID', ''],
  ['READ_CONSIGNMENTS', 'yes'],
  ['FOLLOW_UP_DAYS', '-1'],
  ['IGNORE_ORDERS_CREATED_BEFORE', 'last year'],
  ['IGNORE_ORDERS_CREATED_BEFORE', '2026-13-45'],
  ['COMPLETED_ORDERS_LOOKBACK_DAYS', '0.5'],
  ['COMPLETED_ORDERS_LOOKBACK_DAYS', '1e3'],
])('the config refuses %s=%j, without repeating the value', (name, value) => {
  let message = '';
  try {
    readPollConfig({ ...environment, [name]: value });
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain(`${name}: expected `);
  if (value.length > 6) expect(message).not.toContain(value);
});

it('the config reads what the template calls a number, decimals included', () => {
  expect(readPollConfig({ ...environment, API_QUOTA_RESERVE_PERCENT: '12.5' }).quotaReservePercent).toBe(
    12.5,
  );
});

it('the config reads ADVANCE_ORDERS=false and a date', () => {
  const config = readPollConfig({
    ...environment,
    ADVANCE_STATUS_IDS: '',
    IGNORE_ORDERS_CREATED_BEFORE: '2026-01-31',
  });
  expect(config.advanceStatusIds).toEqual([]);
  expect(config.ignoreOrdersCreatedBefore).toBe(Date.UTC(2026, 0, 31));
});

it('the config reads the fields to drop, each once, and the days to keep an order', () => {
  const { dropFields, orderRetentionDays } = readWorkerConfig({
    ...environment,
    DROP_FIELDS: 'ip_address, shipping_addresses.phone,ip_address',
    ORDER_RETENTION_DAYS: '365',
  });
  expect({ dropFields, orderRetentionDays }).toEqual({
    dropFields: ['ip_address', 'shipping_addresses.phone'],
    orderRetentionDays: 365,
  });
});

it.each(['status_id', 'phone,,email', 'replication.state', 'phone;email', 'phone,id'])(
  'the config refuses DROP_FIELDS=%j, and names the wrong field and those that are never dropped',
  (given) => {
    const wrong = { 'phone,,email': '', 'phone,id': 'id' }[given] ?? given;
    expect(() => readWorkerConfig({ ...environment, DROP_FIELDS: given })).toThrow(
      `such as shipping_addresses.phone, not "${wrong}"; never dropped are id, status_id, status,`,
    );
  },
);

it.each(['-1', '36501', 'indefinitely', ''])('the config refuses ORDER_RETENTION_DAYS=%j', (given) => {
  expect(() => readWorkerConfig({ ...environment, ORDER_RETENTION_DAYS: given })).toThrow(
    'ORDER_RETENTION_DAYS: expected a number from 0 to 36500',
  );
});

describe.each(['NEW_PHYSICAL_ORDER_STATUS_ID', 'NEW_DIGITAL_ORDER_STATUS_ID'])('%s', (name) => {
  it.each([0, 1, 4, 5, 6, 12, 13])('a target status is never the void status %i, for any function', (id) => {
    const given = { ...environment, [name]: String(id) };
    for (const read of [readPollConfig, readAuditConfig, readWorkerConfig]) {
      expect(() => read(given)).toThrow(`${name}: expected the id of a status that is not void`);
    }
  });

  it.each([2, 3, 7, 8, 9, 10, 11, 14])('a target status may be %i', (id) => {
    expect(Object.values(readWorkerConfig({ ...environment, [name]: String(id) }))).toContain(id);
  });
});

it('the config refuses DROP_FIELDS that would fill the environment of a function, without repeating them', () => {
  const fields = (characters: number) => `phone,${'x'.repeat(characters - 'phone,'.length)}`;
  const given = (characters: number) => ({ ...environment, DROP_FIELDS: fields(characters) });
  expect(readWorkerConfig(given(MOST_DROP_FIELDS_CHARACTERS)).dropFields).toHaveLength(2);
  expect(() => readWorkerConfig(given(MOST_DROP_FIELDS_CHARACTERS + 1))).toThrow(
    /DROP_FIELDS: expected 2000 characters at most\.$/,
  );
});

describe('the delivery stage', () => {
  const delivery = {
    DELIVERIES_TABLE: 'OrderReplication-dev-Deliveries',
    DELIVERY_KEYS_TABLE: 'OrderReplication-dev-DeliveryKeys',
    DELIVERIES_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/deliveries',
    DELIVERIES_DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/dead',
    ORDERS_TABLE: 'OrderReplication-dev-Orders',
    ORDER_PARTS_TABLE: 'OrderReplication-dev-OrderParts',
    LEDGER_TABLE: 'OrderReplication-dev-Ledger',
    DELIVERY_MODE: 'live',
    DELIVERY_PAUSED: 'false',
    DELIVER_ORDERS_CREATED_FROM: '2026-01-31',
    ERP_ADAPTER: 'tryton',
    ERP_URL: 'https://erp.example.com/api/',
    ERP_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:z',
    ERP_CONCURRENCY: '2',
    ERP_REQUEST_TIMEOUT_SECONDS: '30',
    ERP_SETTLE_SECONDS: '',
    MAX_RECEIVE_COUNT: '20',
    EXCEPTIONS_TOPIC_ARN: environment.EXCEPTIONS_TOPIC_ARN,
    METRICS_NAMESPACE: 'OrderReplication-dev',
  };

  it('a complete environment of the delivery stage becomes values', () => {
    expect(readQueueDeliveriesConfig(delivery)).toEqual({
      deliveriesTable: 'OrderReplication-dev-Deliveries',
      deliveryKeysTable: 'OrderReplication-dev-DeliveryKeys',
      deliveriesQueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/deliveries',
      ordersTable: 'OrderReplication-dev-Orders',
      ledgerTable: 'OrderReplication-dev-Ledger',
      mode: 'live',
      paused: false,
      exceptionsTopicArn: environment.EXCEPTIONS_TOPIC_ARN,
      metricsNamespace: 'OrderReplication-dev',
    });
    expect(readDeliverOrdersConfig(delivery)).toMatchObject({
      deliveriesDeadLetterQueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/dead',
      orderPartsTable: 'OrderReplication-dev-OrderParts',
      createdFrom: Date.UTC(2026, 0, 31),
      erpAdapter: 'tryton',
      erpUrl: 'https://erp.example.com/api',
      erpSecretArn: delivery.ERP_SECRET_ARN,
      erpConcurrency: 2,
      erpRequestTimeoutMs: 30_000,
      erpSettleMs: undefined,
      maxReceiveCount: 20,
    });
    const settle = { ...delivery, ERP_SETTLE_SECONDS: '600', DELIVERY_PAUSED: 'true' };
    expect(readDeliverOrdersConfig(settle)).toMatchObject({ erpSettleMs: 600_000, paused: true });
  });

  it('everything that is missing in an environment of the delivery stage is named together', () => {
    for (const name of queueDeliveriesEnvironment) {
      expect(() => readQueueDeliveriesConfig({})).toThrow(`${name}: expected a value, but it is not set`);
    }
    for (const name of deliverOrdersEnvironment) {
      expect(() => readDeliverOrdersConfig({})).toThrow(`${name}: expected a value, but it is not set`);
    }
  });

  it('the mode live is refused without a start, next to all other problems', () => {
    const noStart = { ...delivery, DELIVER_ORDERS_CREATED_FROM: '' };
    const problem =
      'DELIVER_ORDERS_CREATED_FROM: expected a date such as 2026-01-31, since DELIVERY_MODE is live.';
    expect(() => readDeliverOrdersConfig(noStart)).toThrow(ConfigurationError);
    expect(() => readDeliverOrdersConfig(noStart)).toThrow(problem);
    expect(() => readDeliverOrdersConfig({ ...noStart, ERP_CONCURRENCY: '0' })).toThrow(
      `ERP_CONCURRENCY: expected a whole number from 1 to 10. ${problem}`,
    );
    for (const DELIVERY_MODE of ['off', 'shadow']) {
      const config = readDeliverOrdersConfig({ ...noStart, DELIVERY_MODE });
      expect(config).toMatchObject({ mode: DELIVERY_MODE, createdFrom: undefined });
    }
  });

  it.each([
    ['DELIVERY_MODE', 'Live'],
    ['DELIVERY_PAUSED', ''],
    ['DELIVER_ORDERS_CREATED_FROM', 'yesterday'],
    ['ERP_ADAPTER', 'sap'],
    ['ERP_URL', ''],
    ['ERP_URL', 'erp.example.com'],
    ['ERP_URL', 'http://erp.example.com'],
    ['ERP_URL', 'http://internal'],
    ['ERP_URL', 'http://.local'],
    ['ERP_URL', 'http://erp.local.example.com'],
    ['ERP_URL', 'http://10.example.com'],
    ['ERP_URL', 'http://172.32.0.1'],
    ['ERP_URL', 'http://192.169.0.1'],
    ['ERP_URL', 'http://169.254.169.254/latest'],
    ['ERP_URL', 'http://8.8.8.8'],
    ['ERP_URL', 'http://[2001:db8::1]'],
    ['ERP_URL', 'http://[::2]'],
    ['ERP_URL', 'https://user:secret@erp.example.com'],
    ['ERP_URL', 'https://erp.example.com/?key=secret'],
    ['ERP_URL', 'https://erp.example.com:99999'],
    ['ERP_SECRET_ARN', 'secret'],
    ['ERP_CONCURRENCY', '11'],
    ['ERP_CONCURRENCY', '1.5'],
    ['ERP_REQUEST_TIMEOUT_SECONDS', '0'],
    ['ERP_REQUEST_TIMEOUT_SECONDS', '61'],
    ['ERP_SETTLE_SECONDS', '-1'],
    ['ERP_SETTLE_SECONDS', '10000'],
    ['ERP_SETTLE_SECONDS', 'long'],
  ])('the config of the delivery stage refuses %s=%j, without repeating the value', (name, value) => {
    let message = '';
    try {
      readDeliverOrdersConfig({ ...delivery, [name]: value });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain(`${name}: expected `);
    if (value.length > 6) expect(message).not.toContain(value);
  });

  it.each([
    'http://localhost:8000',
    'http://127.0.0.1:8000',
    'http://[::1]:8000',
    'http://10.1.2.3',
    'http://172.16.0.1',
    'http://172.31.255.1',
    'http://192.168.1.1/erp',
    'http://[fd00::7]',
    'http://erp.internal',
    'http://tryton.shop.local:8000/api',
    'https://8.8.8.8',
  ])('the config accepts ERP_URL=%j', (erpUrl) => {
    expect(readDeliverOrdersConfig({ ...delivery, ERP_URL: erpUrl })).toMatchObject({ erpUrl });
  });
});

// The SDK counts a request's time from before its connection: a shorter one would cut the connection off.
it.each([
  ['AWS', awsClientOptions],
  ['what answers quickly', quickAwsClientOptions],
  ['records', recordAwsClientOptions],
])('clients of %s have at least a second to connect, and their requests as long', (_, options) => {
  const { connectionTimeout, requestTimeout } = options.requestHandler;
  expect(connectionTimeout).toBeGreaterThanOrEqual(1_000);
  expect(requestTimeout).toBeGreaterThanOrEqual(connectionTimeout);
});
