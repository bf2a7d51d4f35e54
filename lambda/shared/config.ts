// The only reader of the environment: every problem is collected and thrown at once, naming no value that could be secret.
import { ConfigurationError } from './runtime/errors';
import { isVoidStatus } from './order/status';
import { isDroppable, NEVER_DROPPED } from './order/personal-data';

type Environment = Readonly<Record<string, string | undefined>>;

/** Turns a variable's text into its value, or says what it should have been. */
type Parse<T> = (text: string) => { readonly value: T } | { readonly expected: string };
type Schema = Readonly<Record<string, readonly [name: string, parse: Parse<unknown>]>>;
type Values<S extends Schema> = {
  readonly [K in keyof S]: S[K] extends readonly [string, Parse<infer T>] ? T : never;
};

const common = {
  storeHash: ['BIGCOMMERCE_STORE_HASH', text(/^[A-Za-z0-9_-]+$/, "the store's hash, letters and digits")],
  bigCommerceSecretArn: ['BIGCOMMERCE_SECRET_ARN', arn()],
  queueUrl: ['ORDERS_QUEUE_URL', url()],
  ledgerTable: ['LEDGER_TABLE', tableName()],
  exceptionsTopicArn: ['EXCEPTIONS_TOPIC_ARN', arn()],
  metricsNamespace: ['METRICS_NAMESPACE', namespace()],
} as const satisfies Schema;

const api = {
  apiUrl: ['BIGCOMMERCE_API_URL', url()],
  quotaReservePercent: ['API_QUOTA_RESERVE_PERCENT', number(0, 90)],
  readConsignments: ['READ_CONSIGNMENTS', flag()],
} as const satisfies Schema;

const rules = {
  allowedStatusIds: ['ALLOWED_STATUS_IDS', statusIds()],
  advanceStatusIds: ['ADVANCE_STATUS_IDS', statusIds({ mayBeEmpty: true })],
  advanceOrders: ['ADVANCE_ORDERS', flag()],
  ignoreOrdersCreatedBefore: ['IGNORE_ORDERS_CREATED_BEFORE', optionalDate()],
  newPhysicalOrderStatusId: ['NEW_PHYSICAL_ORDER_STATUS_ID', targetStatus()],
  newDigitalOrderStatusId: ['NEW_DIGITAL_ORDER_STATUS_ID', targetStatus()],
} as const satisfies Schema;

const poll = {
  ...common,
  ...api,
  ...rules,
  jobsTable: ['JOBS_TABLE', tableName()],
  checkWebhook: ['CHECK_WEBHOOK', flag()],
  webhookUrl: ['WEBHOOK_URL', url()],
  webhookSecretArn: ['WEBHOOK_SECRET_ARN', arn()],
  followUpDays: ['FOLLOW_UP_DAYS', number(0, 3650)],
  completedOrdersLookbackDays: ['COMPLETED_ORDERS_LOOKBACK_DAYS', number(1, 3650)],
  recordRetentionDays: ['RECORD_RETENTION_DAYS', number(3, 3650)],
} as const satisfies Schema;

const audit = {
  ...common,
  ...api,
  ...rules,
  ordersTable: ['ORDERS_TABLE', tableName()],
  jobsTable: ['JOBS_TABLE', tableName()],
  completedOrdersLookbackDays: ['COMPLETED_ORDERS_LOOKBACK_DAYS', number(1, 3650)],
  recordRetentionDays: ['RECORD_RETENTION_DAYS', number(3, 3650)],
} as const satisfies Schema;

const webhook = {
  ...common,
  webhookSecretArn: ['WEBHOOK_SECRET_ARN', arn()],
  webhooksTable: ['WEBHOOKS_TABLE', tableName()],
  webhookMaxAgeHours: ['WEBHOOK_MAX_AGE_HOURS', number(1, 8760)],
  recordRetentionDays: ['RECORD_RETENTION_DAYS', number(3, 3650)],
} as const satisfies Schema;

const worker = {
  ...common,
  ...api,
  ...rules,
  deadLetterQueueUrl: ['ORDERS_DEAD_LETTER_QUEUE_URL', url()],
  ordersTable: ['ORDERS_TABLE', tableName()],
  orderPartsTable: ['ORDER_PARTS_TABLE', tableName()],
  maxReceiveCount: ['MAX_RECEIVE_COUNT', integer(1, 1000)],
  dropFields: ['DROP_FIELDS', fieldNames()],
  /** 0: for ever. */
  orderRetentionDays: ['ORDER_RETENTION_DAYS', number(0, 36_500)],
} as const satisfies Schema;

/** The names that each function reads; the template must set exactly these. */
export const pollEnvironment = namesOf(poll);
export const auditEnvironment = namesOf(audit);
export const webhookEnvironment = namesOf(webhook);
export const workerEnvironment = namesOf(worker);

export type PollConfig = Values<typeof poll>;
export type AuditConfig = Values<typeof audit>;
export type WebhookConfig = Values<typeof webhook>;
export type WorkerConfig = Values<typeof worker>;

/** Each throws one ConfigurationError that names every missing or malformed variable. */
export const readPollConfig = (environment: Environment = process.env): PollConfig => read(poll, environment);
export const readAuditConfig = (environment: Environment = process.env): AuditConfig =>
  read(audit, environment);
export const readWebhookConfig = (environment: Environment = process.env): WebhookConfig =>
  read(webhook, environment);
export const readWorkerConfig = (environment: Environment = process.env): WorkerConfig =>
  read(worker, environment);

function read<S extends Schema>(schema: S, environment: Environment): Values<S> {
  const problems: string[] = [];
  const entries = Object.entries(schema).map(([key, [name, parse]]) => {
    const given = environment[name];
    const parsed = given === undefined ? { expected: 'a value, but it is not set' } : parse(given.trim());
    if ('value' in parsed) return [key, parsed.value];
    problems.push(`${name}: expected ${parsed.expected}`);
    return [key, undefined];
  });
  if (problems.length > 0) {
    throw new ConfigurationError(`The environment of this function is not usable. ${problems.join('. ')}.`);
  }
  return Object.fromEntries(entries) as Values<S>;
}

function namesOf(schema: Schema): readonly string[] {
  return Object.values(schema).map(([name]) => name);
}

function text(pattern: RegExp, expected: string): Parse<string> {
  return (given) => (pattern.test(given) ? { value: given } : { expected });
}

function tableName(): Parse<string> {
  return text(/^[A-Za-z0-9_.-]{3,255}$/, 'the name of a table');
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Namespace */
function namespace(): Parse<string> {
  return text(/^(?!AWS\/)[\w./#-][\w./#: -]{0,254}$/, 'a namespace for metrics in CloudWatch, not of AWS');
}

function arn(): Parse<string> {
  return text(/^arn:[^:]+:[^:]+:.+$/, 'an ARN');
}

function url(): Parse<string> {
  const pattern = /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/;
  return (given) =>
    pattern.test(given)
      ? { value: given.replace(/(?<!\/)\/+$/, '') }
      : { expected: 'a URL that begins with https:// or http://, without user name or query' };
}

/** What the template calls a Number may have decimals. */
function number(minimum: number, maximum: number): Parse<number> {
  return bounded(/^\d+(\.\d+)?$/, 'a number', minimum, maximum);
}

function integer(minimum: number, maximum: number): Parse<number> {
  return bounded(/^\d+$/, 'a whole number', minimum, maximum);
}

function bounded(pattern: RegExp, what: string, minimum: number, maximum: number): Parse<number> {
  return (given) => {
    const value = pattern.test(given) ? Number(given) : Number.NaN;
    return value >= minimum && value <= maximum
      ? { value }
      : { expected: `${what} from ${minimum} to ${maximum}` };
  };
}

function flag(): Parse<boolean> {
  return (given) =>
    given === 'true' || given === 'false' ? { value: given === 'true' } : { expected: 'true or false' };
}

function statusIds({ mayBeEmpty = false } = {}): Parse<readonly number[]> {
  return (given) => {
    const parts = given === '' ? [] : given.split(',').map((part) => part.trim());
    const valid =
      parts.every((part) => /^\d+$/.test(part) && Number(part) <= 14) && (mayBeEmpty || parts.length > 0);
    return valid
      ? { value: [...new Set(parts.map(Number))] }
      : { expected: 'status ids from 0 to 14, with commas between' };
  };
}

/** Never a void one: an order that is moved there counts as cancelled, refunded or not placed. */
function targetStatus(): Parse<number> {
  return (given) => {
    const id = /^\d+$/.test(given) ? Number(given) : Number.NaN;
    return id <= 14 && !isVoidStatus(id)
      ? { value: id }
      : { expected: 'the id of a status that is not void: 2, 3, 7, 8, 9, 10, 11 or 14' };
  };
}

/** Lambda has 4 KB for all variables of a function: the template's bounds leave this much to the fields. Characters. */
export const MOST_DROP_FIELDS_CHARACTERS = 2_000;

/** Names the first that is wrong: it is none of a secret's kind, and otherwise hard to find. */
function fieldNames(): Parse<readonly string[]> {
  return (given) => {
    if (given.length > MOST_DROP_FIELDS_CHARACTERS) {
      return { expected: `${MOST_DROP_FIELDS_CHARACTERS} characters at most` };
    }
    const names = given === '' ? [] : given.split(',').map((name) => name.trim());
    const wrong = names.find((name) => !isDroppable(name));
    if (wrong === undefined) return { value: [...new Set(names)] };
    const expected = `names of an order's fields with commas between, or paths such as shipping_addresses.phone`;
    return { expected: `${expected}, not "${wrong}"; never dropped are ${NEVER_DROPPED.join(', ')}` };
  };
}

function optionalDate(): Parse<number | undefined> {
  const pattern = /^\d{4}-\d{2}-\d{2}([T ].+)?$/;
  return (given) => {
    if (given === '') return { value: undefined };
    const time = pattern.test(given) ? Date.parse(given) : Number.NaN;
    return Number.isNaN(time) ? { expected: 'a date such as 2026-01-31, or nothing' } : { value: time };
  };
}
