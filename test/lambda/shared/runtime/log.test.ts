// Log lines: nothing but JSON, and with metrics an EMF document by CloudWatch's specification.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
import { createLog } from '../../../../lambda/shared/runtime/log';
import type { Metrics } from '../../../../lambda/shared/runtime/log';
import { catchLines, parsed } from '../../../support/log-lines';

interface EmbeddedMetrics {
  readonly Timestamp: number;
  readonly CloudWatchMetrics: readonly {
    readonly Namespace: string;
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
  }[];
}

afterEach(() => jest.restoreAllMocks());

/** The line that is written of one outcome, as it is read again. */
function lineWith(metrics?: Metrics, fields: Record<string, unknown> = { orderId: 100 }) {
  const lines = catchLines();
  createLog('OrderReplication-dev', { requestId: 'request-1' }).info('order.replicated', fields, metrics);
  return parsed(lines)[0]!;
}
const embeddedIn = (line: Record<string, unknown>) => line['_aws'] as EmbeddedMetrics;

it('a log line is JSON from end to end, and not written by the console, which Lambda prefixes', () => {
  const printed = jest.spyOn(console, 'log');
  const lines = catchLines();
  const log = createLog('OrderReplication-dev', { requestId: 'request-1' });
  log.warn('order.skipped', { orderId: 100, reason: 'line\nbreak' });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{[^\n]*\}\n$/);
  expect(parsed(lines)).toEqual([
    {
      timestamp: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/) as unknown,
      level: 'WARN',
      event: 'order.skipped',
      requestId: 'request-1',
      orderId: 100,
      reason: 'line\nbreak',
    },
  ]);
  expect(printed).not.toHaveBeenCalled();
});

it('a log line holds an integer beyond 2^53 with every digit', () => {
  expect(lineWith({}, { externalId: 820_982_911_946_154_508n })).toMatchObject({
    externalId: '820982911946154508',
  });
});

it('a log line names the level', () => {
  const lines = catchLines();
  const log = createLog('OrderReplication-dev');
  log.info('poll.finished');
  log.warn('poll.sliced');
  log.error('poll.failed');
  expect(parsed(lines).map(({ level }) => level)).toEqual(['INFO', 'WARN', 'ERROR']);
});

describe('a line with metrics', () => {
  const line = () => lineWith({ OrdersReplicated: 1, OrderLatency: 1234.5 });

  it('a log line holds its metrics as numbers next to its fields', () => {
    const fields = { event: 'order.replicated', requestId: 'request-1', orderId: 100 };
    expect(line()).toMatchObject({ ...fields, OrdersReplicated: 1, OrderLatency: 1234.5 });
  });

  it('a log line with metrics has one directive, without dimensions, that names each metric with its unit', () => {
    const { CloudWatchMetrics } = embeddedIn(line());
    expect(CloudWatchMetrics).toEqual([
      {
        Namespace: 'OrderReplication-dev',
        Dimensions: [[]],
        Metrics: [
          { Name: 'OrdersReplicated', Unit: 'Count' },
          { Name: 'OrderLatency', Unit: 'Milliseconds' },
        ],
      },
    ]);
  });

  it('a log line with metrics has its own time, in whole milliseconds', () => {
    const written = line();
    const { Timestamp } = embeddedIn(written);
    expect(Number.isInteger(Timestamp)).toBe(true);
    expect(Timestamp).toBe(Date.parse(String(written['timestamp'])));
  });

  it('the directive of a log line has only members that the specification knows', () => {
    const embedded = embeddedIn(line());
    const [directive] = embedded.CloudWatchMetrics;
    expect(Object.keys(embedded).sort()).toEqual(['CloudWatchMetrics', 'Timestamp']);
    expect(Object.keys(directive!).sort()).toEqual(['Dimensions', 'Metrics', 'Namespace']);
  });

  it('a log line keeps its metrics whatever its fields are called', () => {
    const written = lineWith({ OrdersReplicated: 1 }, { OrdersReplicated: 'one', _aws: 'theirs' });
    expect(written['OrdersReplicated']).toBe(1);
    expect(embeddedIn(written).CloudWatchMetrics).toHaveLength(1);
  });

  it('a log line holds a metric of zero too', () => {
    expect(lineWith({ OrdersFound: 0 })).toMatchObject({ OrdersFound: 0, _aws: {} });
  });
});

it.each([[undefined], [{}], [{ QuotaLeft: undefined }], [{ OrderLatency: Number.NaN }]])(
  'a log line without a usable metric has no directive: %j',
  (metrics) => {
    const line = lineWith(metrics);
    expect(Object.keys(line)).toEqual(['timestamp', 'level', 'event', 'requestId', 'orderId']);
  },
);

it.each([Number.NaN, Infinity, -Infinity])(
  'a log line drops a metric of %d, and keeps the others',
  (value) => {
    const line = lineWith({ OrdersReplicated: 1, OrderLatency: value });
    expect(line).not.toHaveProperty('OrderLatency');
    const [directive] = embeddedIn(line).CloudWatchMetrics;
    expect(directive?.Metrics).toEqual([{ Name: 'OrdersReplicated', Unit: 'Count' }]);
  },
);
