// Writes one JSON line per outcome: order id, source, duration; never an order body, an address, a token or a raw webhook.
// The same line has the metrics, in the form that CloudWatch extracts.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
import type { EventName } from './events';

/** Field names start in lower case and metrics in upper case, so that they never collide; nor do they with the common fields. */
export type Fields = Readonly<Record<Uncapitalize<string>, unknown>> & {
  readonly [own in 'timestamp' | 'level' | 'event']?: never;
};

/** Every metric, with its unit. */
export const UNITS = {
  PollsFinished: 'Count',
  OrdersFound: 'Count',
  OrdersQueued: 'Count',
  AuditsFinished: 'Count',
  OrdersAudited: 'Count',
  GapsFound: 'Count',
  GapsRemaining: 'Count',
  WebhooksAccepted: 'Count',
  WebhooksUnauthorized: 'Count',
  StaleWebhooks: 'Count',
  WebhooksUnusable: 'Count',
  WebhooksReplayed: 'Count',
  WebhooksNotQueued: 'Count',
  OrdersReplicated: 'Count',
  OrdersCopied: 'Count',
  OrdersSkipped: 'Count',
  OrderLatency: 'Milliseconds',
  ReferencesReturned: 'Count',
  ReturnedReferenceAge: 'Seconds',
  ReferencesDeadLettered: 'Count',
  OrdersDelivered: 'Count',
  OrdersHeld: 'Count',
  DeliveriesRetried: 'Count',
  DeliveryLatency: 'Milliseconds',
  ErpCredentialsRefused: 'Count',
  ErpCallLatency: 'Milliseconds',
  CallLatency: 'Milliseconds',
  QuotaLeft: 'Count',
  DeliveriesOverdue: 'Count',
  DeliveriesHeldForADay: 'Count',
  DeliveriesOpen: 'Count',
} as const satisfies Readonly<Record<Capitalize<string>, 'Count' | 'Milliseconds' | 'Seconds'>>;

/** The metrics of a line. Values that are not finite are omitted, or CloudWatch would refuse all metrics of the line. */
export type Metrics = Readonly<Partial<Record<keyof typeof UNITS, number | undefined>>>;

export interface Log {
  info(event: EventName, fields?: Fields, metrics?: Metrics): void;
  warn(event: EventName, fields?: Fields, metrics?: Metrics): void;
  error(event: EventName, fields?: Fields, metrics?: Metrics): void;
}

/**
 * Creates a log of lines that CloudWatch Logs Insights reads as fields, and CloudWatch as metrics in `namespace`. Every line
 * has the fields of `common`, such as a request id.
 */
export function createLog(namespace: string, common: Fields = {}): Log {
  const write = (level: string) => (event: EventName, fields?: Fields, metrics?: Metrics) => {
    const time = new Date();
    const line = { timestamp: time.toISOString(), level, event, ...common, ...fields };
    // Lambda's console.log adds a time, a request id and a level before the line, but a line with metrics must be pure JSON.
    // https://github.com/aws-powertools/powertools-lambda-typescript/issues/1766
    process.stdout.write(`${JSON.stringify({ ...line, ...embed(metrics, namespace, time) }, writeBigint)}\n`);
  };
  return { info: write('INFO'), warn: write('WARN'), error: write('ERROR') };
}

/** JSON.stringify throws on a bigint, and an integer of the store may be one. */
function writeBigint(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** The metrics of a line, and the `_aws` field by which CloudWatch finds them. */
function embed(metrics: Metrics = {}, namespace: string, time: Date) {
  const values: Readonly<Record<string, number | undefined>> = metrics;
  const measured = Object.entries(UNITS).filter(([name]) => Number.isFinite(values[name]));
  if (measured.length === 0) return {};
  const directive = {
    Namespace: namespace,
    // No dimensions: each would multiply the number of metrics and their cost.
    Dimensions: [[]],
    Metrics: measured.map(([Name, Unit]) => ({ Name, Unit })),
  };
  return {
    ...Object.fromEntries(measured.map(([name]) => [name, values[name]])),
    _aws: { Timestamp: time.getTime(), CloudWatchMetrics: [directive] },
  };
}
