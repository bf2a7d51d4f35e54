// The only reader of the environment: every problem is collected and thrown at once, naming no value that could be secret.
import * as v from 'valibot';
import { ConfigurationError } from './runtime/errors';
import { isVoidStatus } from './order/status';
import { isDroppable, NEVER_DROPPED } from './order/personal-data';

type Environment = Readonly<Record<string, string | undefined>>;

/** Lambda has 4 KB for all variables of a function: the template's bounds leave this much to the fields. Characters. */
export const MOST_DROP_FIELDS_CHARACTERS = 2_000;

// Each message says what was expected. Of a variable that breaks several rules, the first one broken is named.
const text = v.pipe(v.string('a value, but it is not set'), v.trim());

const storeHash = v.pipe(text, v.regex(/^[A-Za-z0-9_-]+$/, "the store's hash, letters and digits"));
const tableName = v.pipe(text, v.regex(/^[A-Za-z0-9_.-]{3,255}$/, 'the name of a table'));
const arn = v.pipe(text, v.regex(/^arn:[^:]+:[^:]+:.+$/, 'an ARN'));

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Namespace */
const namespace = v.pipe(
  text,
  v.regex(/^(?!AWS\/)[\w./#-][\w./#: -]{0,254}$/, 'a namespace for metrics in CloudWatch, not of AWS'),
);

const url = v.pipe(
  text,
  v.regex(
    /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/,
    'a URL that begins with https:// or http://, without user name or query',
  ),
  v.transform((given) => given.replace(/(?<!\/)\/+$/, '')),
);

const flag = v.pipe(
  text,
  v.picklist(['true', 'false'], 'true or false'),
  v.transform((given) => given === 'true'),
);

const isStatusId = (given: string) => /^\d+$/.test(given) && Number(given) <= 14;

const expectedStatusIds = 'status ids from 0 to 14, with commas between';
const listOfStatusIds = v.pipe(
  text,
  v.transform(partsOf),
  v.check((parts) => parts.every(isStatusId), expectedStatusIds),
  v.transform((parts): readonly number[] => [...new Set(parts.map(Number))]),
);
const statusIds = v.pipe(
  listOfStatusIds,
  v.check((ids) => ids.length > 0, expectedStatusIds),
);

/** Not a void status: an order in one counts as cancelled, refunded or not placed. */
const targetStatus = v.pipe(
  text,
  v.check(
    (given) => isStatusId(given) && !isVoidStatus(Number(given)),
    'the id of a status that is not void: 2, 3, 7, 8, 9, 10, 11 or 14',
  ),
  v.transform(Number),
);

/** The error names the first wrong field: it is not secret, and otherwise hard to find. */
const fieldNames = v.pipe(
  text,
  v.maxLength(MOST_DROP_FIELDS_CHARACTERS, `${MOST_DROP_FIELDS_CHARACTERS} characters at most`),
  v.transform(partsOf),
  v.check(
    (names) => names.every(isDroppable),
    ({ input }) =>
      `names of an order's fields with commas between, or paths such as shipping_addresses.phone, ` +
      `not "${input.find((name) => !isDroppable(name)) ?? ''}"; never dropped are ${NEVER_DROPPED.join(', ')}`,
  ),
  v.transform((names): readonly string[] => [...new Set(names)]),
);

const expectedDate = 'a date such as 2026-01-31, or nothing';
const optionalDate = v.pipe(
  text,
  v.regex(/^(\d{4}-\d{2}-\d{2}([T ].+)?)?$/, expectedDate),
  v.transform((given) => (given === '' ? undefined : Date.parse(given))),
  v.check((time) => !Number.isNaN(time), expectedDate),
);

const deliveryMode = v.pipe(text, v.picklist(['off', 'shadow', 'live'], 'off, shadow or live'));

const ERP_ADAPTERS = ['tryton', 'odoo', 'netsuite', 'business-central', 'webhook'] as const;
const erpAdapter = v.pipe(text, v.picklist(ERP_ADAPTERS, `one of ${ERP_ADAPTERS.join(', ')}`));

/** Credentials and addresses travel by it: without TLS only where no one else listens. */
const erpUrl = v.pipe(
  url,
  v.check(
    isSafeUrl,
    'a URL that begins with https://, or with http:// for a loopback or private address or a name under .internal or .local',
  ),
);

const common = {
  storeHash: named('BIGCOMMERCE_STORE_HASH', storeHash),
  bigCommerceSecretArn: named('BIGCOMMERCE_SECRET_ARN', arn),
  queueUrl: named('ORDERS_QUEUE_URL', url),
  ledgerTable: named('LEDGER_TABLE', tableName),
  exceptionsTopicArn: named('EXCEPTIONS_TOPIC_ARN', arn),
  metricsNamespace: named('METRICS_NAMESPACE', namespace),
};

const api = {
  apiUrl: named('BIGCOMMERCE_API_URL', url),
  quotaReservePercent: named('API_QUOTA_RESERVE_PERCENT', number(0, 90)),
  readConsignments: named('READ_CONSIGNMENTS', flag),
};

const rules = {
  allowedStatusIds: named('ALLOWED_STATUS_IDS', statusIds),
  advanceStatusIds: named('ADVANCE_STATUS_IDS', listOfStatusIds),
  advanceOrders: named('ADVANCE_ORDERS', flag),
  ignoreOrdersCreatedBefore: named('IGNORE_ORDERS_CREATED_BEFORE', optionalDate),
  newPhysicalOrderStatusId: named('NEW_PHYSICAL_ORDER_STATUS_ID', targetStatus),
  newDigitalOrderStatusId: named('NEW_DIGITAL_ORDER_STATUS_ID', targetStatus),
};

const poll = v.object({
  ...common,
  ...api,
  ...rules,
  jobsTable: named('JOBS_TABLE', tableName),
  checkWebhook: named('CHECK_WEBHOOK', flag),
  webhookUrl: named('WEBHOOK_URL', url),
  webhookSecretArn: named('WEBHOOK_SECRET_ARN', arn),
  followUpDays: named('FOLLOW_UP_DAYS', number(0, 3650)),
  completedOrdersLookbackDays: named('COMPLETED_ORDERS_LOOKBACK_DAYS', number(1, 3650)),
  recordRetentionDays: named('RECORD_RETENTION_DAYS', number(3, 3650)),
});

const audit = v.object({
  ...common,
  ...api,
  ...rules,
  ordersTable: named('ORDERS_TABLE', tableName),
  jobsTable: named('JOBS_TABLE', tableName),
  completedOrdersLookbackDays: named('COMPLETED_ORDERS_LOOKBACK_DAYS', number(1, 3650)),
  recordRetentionDays: named('RECORD_RETENTION_DAYS', number(3, 3650)),
});

const webhook = v.object({
  ...common,
  webhookSecretArn: named('WEBHOOK_SECRET_ARN', arn),
  webhooksTable: named('WEBHOOKS_TABLE', tableName),
  webhookMaxAgeHours: named('WEBHOOK_MAX_AGE_HOURS', number(1, 8760)),
  recordRetentionDays: named('RECORD_RETENTION_DAYS', number(3, 3650)),
});

const worker = v.object({
  ...common,
  ...api,
  ...rules,
  deadLetterQueueUrl: named('ORDERS_DEAD_LETTER_QUEUE_URL', url),
  ordersTable: named('ORDERS_TABLE', tableName),
  orderPartsTable: named('ORDER_PARTS_TABLE', tableName),
  maxReceiveCount: named('MAX_RECEIVE_COUNT', integer(1, 1000)),
  dropFields: named('DROP_FIELDS', fieldNames),
  /** 0 keeps orders indefinitely. */
  orderRetentionDays: named('ORDER_RETENTION_DAYS', number(0, 36_500)),
});

const delivery = {
  deliveriesTable: named('DELIVERIES_TABLE', tableName),
  deliveryKeysTable: named('DELIVERY_KEYS_TABLE', tableName),
  deliveriesQueueUrl: named('DELIVERIES_QUEUE_URL', url),
  ordersTable: named('ORDERS_TABLE', tableName),
  mode: named('DELIVERY_MODE', deliveryMode),
  paused: named('DELIVERY_PAUSED', flag),
  exceptionsTopicArn: named('EXCEPTIONS_TOPIC_ARN', arn),
  metricsNamespace: named('METRICS_NAMESPACE', namespace),
};

const queueDeliveries = v.object({
  ...delivery,
  ledgerTable: named('LEDGER_TABLE', tableName),
});

const deliverOrders = v.object({
  ...delivery,
  deliveriesDeadLetterQueueUrl: named('DELIVERIES_DEAD_LETTER_QUEUE_URL', url),
  orderPartsTable: named('ORDER_PARTS_TABLE', tableName),
  /** Epoch milliseconds; never undefined in `live`. */
  createdFrom: named('DELIVER_ORDERS_CREATED_FROM', optionalDate),
  erpAdapter: named('ERP_ADAPTER', erpAdapter),
  erpUrl: named('ERP_URL', erpUrl),
  erpSecretArn: named('ERP_SECRET_ARN', arn),
  erpConcurrency: named('ERP_CONCURRENCY', integer(1, 10)),
  erpRequestTimeoutMs: named(
    'ERP_REQUEST_TIMEOUT_SECONDS',
    v.pipe(
      number(1, 60),
      v.transform((seconds) => seconds * 1000),
    ),
  ),
  /** Undefined: as long as the adapter says. */
  erpSettleMs: named('ERP_SETTLE_SECONDS', optionalSeconds(0, 9999)),
  maxReceiveCount: named('MAX_RECEIVE_COUNT', integer(1, 1000)),
});

/** The names that each function reads; the template must set exactly these. */
export const pollEnvironment = Object.values(variablesOf(poll));
export const auditEnvironment = Object.values(variablesOf(audit));
export const webhookEnvironment = Object.values(variablesOf(webhook));
export const workerEnvironment = Object.values(variablesOf(worker));
export const queueDeliveriesEnvironment = Object.values(variablesOf(queueDeliveries));
export const deliverOrdersEnvironment = Object.values(variablesOf(deliverOrders));

export type PollConfig = Readonly<v.InferOutput<typeof poll>>;
export type AuditConfig = Readonly<v.InferOutput<typeof audit>>;
export type WebhookConfig = Readonly<v.InferOutput<typeof webhook>>;
export type WorkerConfig = Readonly<v.InferOutput<typeof worker>>;
export type QueueDeliveriesConfig = Readonly<v.InferOutput<typeof queueDeliveries>>;
export type DeliverOrdersConfig = Readonly<v.InferOutput<typeof deliverOrders>>;
export type DeliveryMode = DeliverOrdersConfig['mode'];

/** Each throws one ConfigurationError that names every missing or malformed variable. */
export const readPollConfig = (environment: Environment = process.env): PollConfig => read(poll, environment);
export const readAuditConfig = (environment: Environment = process.env): AuditConfig =>
  read(audit, environment);
export const readWebhookConfig = (environment: Environment = process.env): WebhookConfig =>
  read(webhook, environment);
export const readWorkerConfig = (environment: Environment = process.env): WorkerConfig =>
  read(worker, environment);
export const readQueueDeliveriesConfig = (environment: Environment = process.env): QueueDeliveriesConfig =>
  read(queueDeliveries, environment);
/** In `live`, a start is required as well: history is delivered only on purpose. */
export const readDeliverOrdersConfig = (environment: Environment = process.env): DeliverOrdersConfig =>
  read(deliverOrders, environment, startProblems(environment));

/** Whose entries are all made by `named`. */
type Settings = v.ObjectSchema<v.ObjectEntries, undefined>;

/** `further`: problems that no single variable has. */
function read<S extends Settings>(
  settings: S,
  environment: Environment,
  further: readonly string[] = [],
): v.InferOutput<S> {
  const variables = variablesOf(settings);
  const given = Object.entries(variables).map(([setting, variable]) => [setting, environment[variable]]);
  const result = v.safeParse(settings, Object.fromEntries(given), { abortPipeEarly: true });
  if (result.success && further.length === 0) return result.output;
  const problems = (result.issues ?? []).map(
    (issue) => `${variables[v.getDotPath(issue) ?? ''] ?? ''}: expected ${issue.message}`,
  );
  problems.push(...further);
  throw new ConfigurationError(`The environment of this function is not usable. ${problems.join('. ')}.`);
}

function startProblems({ DELIVERY_MODE, DELIVER_ORDERS_CREATED_FROM }: Environment): readonly string[] {
  const hasNoStart = DELIVER_ORDERS_CREATED_FROM?.trim() === '';
  return DELIVERY_MODE?.trim() === 'live' && hasNoStart
    ? ['DELIVER_ORDERS_CREATED_FROM: expected a date such as 2026-01-31, since DELIVERY_MODE is live']
    : [];
}

/** An address is written out in full by URL, so that no other spelling of it comes here. */
function isSafeUrl(given: string): boolean {
  if (!URL.canParse(given)) return false;
  const { protocol, hostname } = new URL(given);
  if (protocol === 'https:') return true;
  const isPrivate =
    /^(127|10)(\.\d+){3}$|^192\.168(\.\d+){2}$|^172\.(1[6-9]|2\d|3[01])(\.\d+){2}$|^\[(::1|f[cd].*)\]$/;
  return hostname === 'localhost' || isPrivate.test(hostname) || /.\.(internal|local)$/.test(hostname);
}

/** A setting's variable is the title of its schema. */
function named<const S extends v.GenericSchema>(variable: string, schema: S) {
  return v.pipe(schema, v.title(variable));
}

function variablesOf({ entries }: Settings): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(entries).map(([setting, schema]) => [setting, v.getTitle(schema) ?? '']),
  );
}

function partsOf(list: string): readonly string[] {
  return list === '' ? [] : list.split(',').map((part) => part.trim());
}

/** What the template calls a Number may have decimals. */
function number(minimum: number, maximum: number) {
  return bounded(/^\d+(\.\d+)?$/, 'a number', minimum, maximum);
}

function integer(minimum: number, maximum: number) {
  return bounded(/^\d+$/, 'a whole number', minimum, maximum);
}

/** In milliseconds; undefined for an empty text. */
function optionalSeconds(minimum: number, maximum: number) {
  const isBetween = (given: string) =>
    /^\d+(\.\d+)?$/.test(given) && Number(given) >= minimum && Number(given) <= maximum;
  return v.pipe(
    text,
    v.check(
      (given) => given === '' || isBetween(given),
      `a number from ${minimum} to ${maximum}, or nothing`,
    ),
    v.transform((given) => (given === '' ? undefined : Number(given) * 1000)),
  );
}

function bounded(pattern: RegExp, what: string, minimum: number, maximum: number) {
  const expected = `${what} from ${minimum} to ${maximum}`;
  return v.pipe(
    text,
    v.regex(pattern, expected),
    v.transform(Number),
    v.check((value) => value >= minimum && value <= maximum, expected),
  );
}
