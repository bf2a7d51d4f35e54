// One JSON line per outcome: order id, source, duration; never an order body, an address, a token or a raw webhook. What
// is counted and measured of it stands in the same line, from which CloudWatch takes its metrics.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
import type { EventName } from './events';

/** Fields begin small and metrics with a capital, so that neither hides the other; nor do they hide what every line has. */
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
  CallLatency: 'Milliseconds',
  QuotaLeft: 'Count',
} as const satisfies Readonly<Record<Capitalize<string>, 'Count' | 'Milliseconds' | 'Seconds'>>;

/** What a line counts and measures. What is no finite number is left out: CloudWatch would refuse all metrics of the line. */
export type Metrics = Readonly<Partial<Record<keyof typeof UNITS, number | undefined>>>;

export interface Log {
  info(event: EventName, fields?: Fields, metrics?: Metrics): void;
  warn(event: EventName, fields?: Fields, metrics?: Metrics): void;
  error(event: EventName, fields?: Fields, metrics?: Metrics): void;
}

/**
 * Writes lines that CloudWatch Logs Insights reads as fields, and CloudWatch as metrics in `namespace`; `common` (a
 * request id, say) is on every line.
 */
export function createLog(namespace: string, common: Fields = {}): Log {
  const write = (level: string) => (event: EventName, fields?: Fields, metrics?: Metrics) => {
    const time = new Date();
    const line = { timestamp: time.toISOString(), level, event, ...common, ...fields };
    // Not by console.log: Lambda's own puts a time, a request id and a level before the line, and a line with metrics is
    // to be JSON from end to end. https://github.com/aws-powertools/powertools-lambda-typescript/issues/1766
    process.stdout.write(`${JSON.stringify({ ...line, ...embed(metrics, namespace, time) }, writeBigint)}\n`);
  };
  return { info: write('INFO'), warn: write('WARN'), error: write('ERROR') };
}

/** JSON.stringify throws on a bigint, which an integer of the store's may be. */
function writeBigint(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** The metrics as members of a line, and beside them what makes CloudWatch look for them. */
function embed(metrics: Metrics = {}, namespace: string, time: Date) {
  const values: Readonly<Record<string, number | undefined>> = metrics;
  const measured = Object.entries(UNITS).filter(([name]) => Number.isFinite(values[name]));
  if (measured.length === 0) return {};
  const directive = {
    Namespace: namespace,
    // One set without any dimension: every dimension multiplies the metrics, and what they cost.
    Dimensions: [[]],
    Metrics: measured.map(([Name, Unit]) => ({ Name, Unit })),
  };
  return {
    ...Object.fromEntries(measured.map(([name]) => [name, values[name]])),
    _aws: { Timestamp: time.getTime(), CloudWatchMetrics: [directive] },
  };
}
