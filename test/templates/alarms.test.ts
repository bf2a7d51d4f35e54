// What an operator sees and is woken by: the alarms, the dashboards and the saved queries of the templates.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';

import { RUNBOOK_ENTRIES } from '../../lambda/shared/aws/alerts';
import { UNITS } from '../../lambda/shared/runtime/log';
import { visibilitySeconds } from '../../lambda/process-new-orders/visibility';
import { dashboardFiles, renewed } from '../../tools/generate-template';
import { templateFiles } from '../../scripts/stack/service-stacks';
import { root } from '../../scripts/terminal/root';

interface Alarm {
  readonly AlarmName: { readonly 'Fn::Sub': string };
  readonly AlarmDescription: string | { readonly 'Fn::Sub': string };
  readonly AlarmActions: readonly unknown[];
  readonly Namespace: unknown;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: { readonly Ref?: string } }[];
  readonly Threshold: number;
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly TreatMissingData: string;
}

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly metrics?: readonly unknown[][]; readonly alarms?: readonly string[] };
}

interface Template {
  readonly Parameters: Readonly<Record<string, { readonly AllowedValues?: readonly number[] }>>;
  readonly Mappings: {
    readonly MissedPoll: Readonly<Record<string, { readonly Period: number; readonly Periods: number }>>;
  };
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Condition?: string; readonly Properties: unknown }>
  >;
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Template;
const template = read(templateFiles.replication);
const delivery = read(templateFiles.delivery);
const templates = { replication: template, delivery };
const kinds = ['replication', 'delivery'] as const;
const ofTypeIn = (one: Template, type: string) =>
  Object.entries(one.Resources).filter(([, { Type }]) => Type === `AWS::${type}`);
const ofType = (type: string) => kinds.flatMap((kind) => ofTypeIn(templates[kind], type));
const properties = (id: string) =>
  (template.Resources[id] ?? delivery.Resources[id])?.Properties as Readonly<Record<string, unknown>>;
const isOfDelivery = (id: string) => id in delivery.Resources;

/** How a template names the two topics, and the namespace of the functions' metrics. */
const exported = (name: string) => ({ 'Fn::ImportValue': { 'Fn::Sub': `\${ReplicationStackName}-${name}` } });
const topicOf = (id: string, topic: string) => (isOfDelivery(id) ? exported(`${topic}Arn`) : { Ref: topic });
const namespaceOf = (id: string) => ({ Ref: isOfDelivery(id) ? 'ReplicationStackName' : 'AWS::StackName' });

const alarms = ofType('CloudWatch::Alarm').map(([id, { Properties }]) => [id, Properties as Alarm] as const);
const alarm = (id: string) => properties(id) as unknown as Alarm;
const textOf = ({ AlarmDescription }: Alarm) =>
  typeof AlarmDescription === 'string' ? AlarmDescription : AlarmDescription['Fn::Sub'];

describe('alarms', () => {
  it.each(alarms)('the alarm %s goes to one topic and says in a few sentences what happened', (id, one) => {
    const isAboutDeadLetters = ['OrderDeadLetterQueueAlarm', 'DeliveryDeadLettersAlarm'].includes(id);
    expect(one.AlarmActions).toEqual([
      topicOf(id, isAboutDeadLetters ? 'DeadLettersAlarmTopic' : 'ExceptionsTopic'),
    ]);
    expect(textOf(one).split('. ').length).toBeGreaterThan(1);
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html: 1024, names included.
    expect(textOf(one).length).toBeLessThan(850);
    expect(one.AlarmName['Fn::Sub']).toMatch(/^\$\{AWS::StackName\}-/);
  });

  it.each(alarms)(
    'the alarm %s names the stack in its command and ends with its entry in the runbook',
    (id, one) => {
      const text = textOf(one);
      expect(text).toMatch(new RegExp(`\\. Runbook: docs/operations/alarms\\.md#${id.toLowerCase()}$`));
      expect(text).not.toContain('npm run');
      const [, command] =
        /In a checkout of this project, run: npx order-replication ([^.]*)\./.exec(text) ?? [];
      const name = isOfDelivery(id) ? '${ReplicationStackName}' : '${AWS::StackName}';
      if (command !== undefined) expect(command.endsWith(` --stack-name ${name}`)).toBe(true);
    },
  );

  it('the runbook has a heading for each alarm and each alert', () => {
    const page = join(root, 'docs', 'operations', 'alarms.md');
    const headings = [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
    // As GitHub makes anchors.
    const anchors = headings.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(anchors).toEqual(expect.arrayContaining(alarms.map(([id]) => id.toLowerCase())));
    expect(anchors).toEqual(expect.arrayContaining([...RUNBOOK_ENTRIES]));
  });

  it.each([
    ['OrderDeadLetterQueueAlarm', 'OrdersDeadLetterQueue'],
    ['DeliveryDeadLettersAlarm', 'DeliveriesDeadLetterQueue'],
  ])('one dead letter raises %s within a minute, and the alarm says what to do', (id, queue) => {
    const one = alarm(id);
    expect(one).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Statistic: 'Maximum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
    });
    expect(textOf(one)).toContain('redrive');
  });

  it.each(ofType('Lambda::Function').map(([id]) => id))(
    'alarms watch the errors, the throttles and the duration of %s',
    (id) => {
      const watched = alarms.flatMap(([, one]) =>
        one.Dimensions?.[0]?.Value.Ref === id ? [[one.MetricName, one.Threshold] as const] : [],
      );
      const { Duration, ...others } = Object.fromEntries(watched);
      expect(others).toMatchObject({ Errors: 1, Throttles: 1 });
      const timeoutMs = Number(properties(id)['Timeout']) * 1000;
      expect(Duration).toBeGreaterThanOrEqual(0.8 * timeoutMs);
      expect(Duration).toBeLessThan(timeoutMs);
    },
  );

  it('a worker that waits for the store as long as it may is not reported as near its timeout', () => {
    // batch.ts: no call to BigCommerce is waited for in the last five seconds.
    const waitsMs = Number(properties('ProcessOrdersFunction')['Timeout']) * 1000 - 5_000;
    expect(alarm('WorkerDurationAlarm').Threshold).toBeGreaterThan(waitsMs);
  });

  it('missing data counts as a missed poll, audit or sweep, and as nothing else', () => {
    const breaching = alarms.filter(([, one]) => one.TreatMissingData !== 'notBreaching');
    expect(breaching.map(([id, one]) => [id, one.TreatMissingData])).toEqual([
      ['MissedPollAlarm', 'breaching'],
      ['MissedAuditAlarm', 'missing'],
      ['MissedSweepAlarm', 'missing'],
    ]);
  });

  // An alarm begins without data, and acts only when it comes into a state: a new stack sends nothing before its first night.
  it('an alarm reports two nights without an audit by the end of all data', () => {
    const one = alarm('MissedAuditAlarm');
    expect(one).toMatchObject({ MetricName: 'AuditsFinished', InsufficientDataActions: one.AlarmActions });
    expect(one.Period * one.EvaluationPeriods).toBe(49 * 3_600);
    for (const id of ['MissedAuditAlarm', 'MissedPollAlarm', 'MissedSweepAlarm']) {
      expect(properties(id)['ActionsEnabled']).toEqual({ 'Fn::If': ['Running', true, false] });
    }
  });

  it('an alarm reports gaps that remain from night to night, once', () => {
    const one = alarm('GapsStayAlarm');
    expect(one).toMatchObject({
      MetricName: 'GapsRemaining',
      Statistic: 'Maximum',
      Threshold: 1,
      DatapointsToAlarm: 1,
    });
    expect(one.Period * one.EvaluationPeriods).toBeGreaterThan(86_400);
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, EvaluationPeriods.
    expect(one.Period).toBeGreaterThanOrEqual(3_600);
  });

  it('alarms watch metrics that the functions write, in the namespace that they are given', () => {
    const own = alarms.filter(([, { Namespace }]) => typeof Namespace !== 'string');
    expect(own.map(([, one]) => one.MetricName)).toEqual([
      'PollsFinished',
      'WebhooksUnauthorized',
      'WebhooksReplayed',
      'WebhooksUnusable',
      'ReturnedReferenceAge',
      'GapsRemaining',
      'AuditsFinished',
      'DeliveriesHeldForADay',
      'DeliveriesOverdue',
      'DeliveriesOverdue',
      'DeliveriesOpen',
      'ErpCredentialsRefused',
    ]);
    for (const [id, one] of own) {
      expect(Object.keys(UNITS)).toContain(one.MetricName);
      expect(one.Namespace).toEqual(namespaceOf(id));
      expect(one.Dimensions).toBeUndefined();
    }
  });

  it('a function that keeps failing causes at most one email an hour', () => {
    const failing = alarms.filter(([, one]) => ['Errors', 'AsyncEventsDropped'].includes(one.MetricName));
    expect(failing.map(([id]) => id)).toEqual([
      'PollErrorsAlarm',
      'DroppedPollsAlarm',
      'WebhookErrorsAlarm',
      'WorkerErrorsAlarm',
      'AuditErrorsAlarm',
      'DroppedAuditsAlarm',
      'DeliveryStreamErrorsAlarm',
      'DroppedSweepsAlarm',
      'DeliverOrdersErrorsAlarm',
    ]);
    for (const [, { Period, EvaluationPeriods, DatapointsToAlarm }] of failing) {
      expect([Period * EvaluationPeriods, DatapointsToAlarm]).toEqual([3_600, 1]);
    }
  });

  it.each(['UnauthorizedWebhooksAlarm', 'ReplayedWebhooksAlarm'])(
    'the alarm %s sends at most one email an hour, however junk comes in waves, and none for a little of it',
    (id) => {
      const { Period, EvaluationPeriods, DatapointsToAlarm, Threshold } = alarm(id);
      expect([Period * EvaluationPeriods, DatapointsToAlarm]).toEqual([3_600, 1]);
      expect(Threshold).toBe(50);
    },
  );

  it('an alarm reports unusable webhooks, also in a store of few orders, but not a single one', () => {
    const one = alarm('UnusableWebhooksAlarm');
    expect(one).toMatchObject({ MetricName: 'WebhooksUnusable', Statistic: 'Sum', Threshold: 1 });
    expect(one).toMatchObject({ Period: 3_600, EvaluationPeriods: 24, DatapointsToAlarm: 3 });
  });

  it.each([
    ['polls', 'DroppedPollsAlarm', 'GetOrders'],
    ['audits', 'DroppedAuditsAlarm', 'AuditOrders'],
    ['sweeps and accounts', 'DroppedSweepsAlarm', 'QueueDeliveries'],
  ])('alarms watch scheduled %s that Lambda dropped after its retries', (_, id, stem) => {
    expect(alarm(id)).toMatchObject({
      MetricName: 'AsyncEventsDropped',
      Threshold: 1,
      Statistic: 'Sum',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: `${stem}Function` } }],
    });
    expect(properties(`${stem}Retries`)).toMatchObject({
      FunctionName: { Ref: `${stem}Function` },
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 2,
    });
  });

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html:
  // what was received three times and not deleted does not count in ApproximateAgeOfOldestMessage.
  it('an alarm reports an order that keeps failing by a metric of our own, once, however long its pauses are', () => {
    const one = alarm('FailingReferencesAlarm');
    expect(one).toMatchObject({
      MetricName: 'ReturnedReferenceAge',
      Statistic: 'Maximum',
      DatapointsToAlarm: 1,
    });
    const pauses = Array.from({ length: 19 }, (_, nth) => visibilitySeconds(nth + 1, () => 1));
    expect(one.Period * one.EvaluationPeriods).toBeGreaterThan(Math.max(...pauses));
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, EvaluationPeriods.
    expect(one.Period * one.EvaluationPeriods).toBeLessThanOrEqual(86_400);
  });

  it('an alarm reports half an hour without a sweep by the end of all data', () => {
    const one = alarm('MissedSweepAlarm');
    // Each sweep writes this metric once, also when nothing is overdue.
    expect(one).toMatchObject({ MetricName: 'DeliveriesOverdue', Statistic: 'SampleCount', Threshold: 1 });
    expect(one).toMatchObject({ InsufficientDataActions: one.AlarmActions });
    expect(one.Period * one.EvaluationPeriods).toBe(1_800);
  });

  it('an alarm reports a stream that is read late, long before its records are given up', () => {
    const one = alarm('DeliveryStreamBehindAlarm');
    expect(one).toMatchObject({ MetricName: 'IteratorAge', Statistic: 'Maximum' });
    const { MaximumRecordAgeInSeconds } = properties('OrdersStreamEventSource');
    expect(one.Threshold + 1_000 * one.Period * one.EvaluationPeriods).toBeLessThan(
      1_000 * Number(MaximumRecordAgeInSeconds),
    );
  });

  it('an alarm reports orders that stay open from night to night, once, and only where orders are delivered', () => {
    const one = alarm('OpenDeliveriesAlarm');
    expect(one).toMatchObject({ MetricName: 'DeliveriesOpen', Statistic: 'Maximum', DatapointsToAlarm: 1 });
    expect(one.Period * one.EvaluationPeriods).toBeGreaterThan(86_400);
    expect(properties('OpenDeliveriesAlarm')['ActionsEnabled']).toEqual({
      'Fn::If': ['Delivering', true, false],
    });
  });

  it('the alarms about what is held and what is overdue are silent while no sweep counts it', () => {
    for (const id of ['HeldDeliveriesAlarm', 'OverdueDeliveriesAlarm']) {
      expect(alarm(id)).toMatchObject({ Statistic: 'Maximum', Threshold: 1 });
      expect(properties(id)['ActionsEnabled']).toEqual({ 'Fn::If': ['Running', true, false] });
    }
  });

  it('alarms can be published to topics under a key of our own', () => {
    for (const [, { Properties }] of ofType('SNS::Topic')) {
      expect(Properties).toMatchObject({ KmsMasterKeyId: { Ref: 'AlertsKey' } });
    }
    expect(JSON.stringify(properties('AlertsKey'))).toContain(
      JSON.stringify({
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      }).slice(1, -1),
    );
  });
});

describe('the alarm for a missed poll', () => {
  const intervals = template.Parameters['PollingInterval']?.AllowedValues ?? [];
  const window = (interval: number) => {
    const found = template.Mappings.MissedPoll[String(interval)];
    if (found === undefined) throw new Error(`MissedPoll has no interval of ${interval} minutes.`);
    return found;
  };

  /** CloudWatch with periods from midnight on, each of which has a poll or is missing: breaching. In seconds. */
  function alarmsAt(polls: readonly number[], interval: number, until: number): boolean {
    const { Period, Periods } = window(interval);
    const withPoll = new Set(polls.map((time) => Math.floor(time / Period)));
    let missing = 0;
    for (let period = Math.floor((polls[0] ?? 0) / Period); (period + 1) * Period <= until; period += 1) {
      missing = withPoll.has(period) ? 0 : missing + 1;
      if (missing >= Periods) return true;
    }
    return false;
  }

  it('the alarm for a missed poll covers every interval that can be chosen, within what CloudWatch allows', () => {
    expect(Object.keys(template.Mappings.MissedPoll).map(Number)).toEqual(intervals);
    for (const interval of intervals) {
      const { Period, Periods } = window(interval);
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, Period.
      expect(Period % 60).toBe(0);
      expect(Period * Periods).toBeLessThanOrEqual(Period < 3600 ? 86_400 : 604_800);
      expect(Period).toBeLessThanOrEqual(interval * 60);
    }
  });

  const story = fc.record({
    interval: fc.constantFrom(...intervals),
    start: fc.integer({ min: 0, max: 86_400 }),
    // The schedule is not exact, a poll takes up to five minutes, and its metric a little to arrive.
    late: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 12, maxLength: 12 }),
    missed: fc.integer({ min: 1, max: 10 }),
  });
  const pollTimes = ({ interval, start, late }: { interval: number; start: number; late: number[] }) =>
    late.map((delay, nth) => start + nth * interval * 60 + delay);

  it('the alarm for a missed poll stays silent when one poll fails and the next one succeeds', () => {
    fc.assert(
      fc.property(story, ({ missed, ...one }) => {
        const polls = pollTimes(one).filter((_, nth) => nth !== missed);
        expect(alarmsAt(polls, one.interval, polls.at(-1)!)).toBe(false);
      }),
    );
  });

  it('the alarm for a missed poll fires before the fourth interval without a poll is over', () => {
    fc.assert(
      fc.property(story, ({ interval, start, late }) => {
        const polls = pollTimes({ interval, start, late });
        expect(alarmsAt(polls, interval, polls.at(-1)! + 4 * interval * 60)).toBe(true);
      }),
    );
  });
});

const widgetsOf = (kind: (typeof kinds)[number]) =>
  (JSON.parse(readFileSync(dashboardFiles[kind], 'utf8')) as { widgets: readonly Widget[] }).widgets;

/** The names of our own metrics that a dashboard shows, and where it reads them. */
const ownMetrics = (kind: (typeof kinds)[number]) =>
  widgetsOf(kind)
    .flatMap(({ properties: { metrics = [] } }) => metrics)
    .filter(
      ([namespace]) => namespace === (kind === 'delivery' ? '${ReplicationStackName}' : '${AWS::StackName}'),
    );

it('the dashboards show every metric that the functions write, in their namespace and without dimensions', () => {
  const own = kinds.flatMap(ownMetrics);
  expect(new Set(own.map(([, name]) => name))).toEqual(new Set(Object.keys(UNITS)));
  for (const [, , dimension] of own) expect(typeof dimension).not.toBe('string');
});

it('the dashboard reads from left to right: noticed, waiting, replicated, the store', () => {
  const columnOf = (metric: string) =>
    widgetsOf('replication').find(({ properties: { metrics = [] } }) =>
      JSON.stringify(metrics).includes(`"${metric}"`),
    )?.x;
  const columns = ['PollsFinished', 'ApproximateAgeOfOldestMessage', 'OrdersReplicated', 'QuotaLeft'].map(
    columnOf,
  );
  expect(columns).toEqual([0, 6, 12, 18]);
  expect(columnOf('WebhooksAccepted')).toBe(0);
});

it('the dashboard of the deliveries reads from left to right: noted, waiting, delivered, the ERP', () => {
  const columnOf = (metric: string) =>
    widgetsOf('delivery').find(({ properties: { metrics = [] } }) =>
      JSON.stringify(metrics).includes(`"${metric}"`),
    )?.x;
  const columns = ['IteratorAge', 'DeliveriesOverdue', 'OrdersDelivered', 'ErpCallLatency'].map(columnOf);
  expect(columns).toEqual([0, 6, 12, 18]);
});

it('each dashboard is in its template as its file has it', () => {
  for (const kind of kinds) {
    const text = readFileSync(templateFiles[kind], 'utf8');
    expect(renewed(text, readFileSync(dashboardFiles[kind], 'utf8'))).toBe(text);
  }
});

describe.each(kinds)('the dashboard of the %s', (kind) => {
  const widgets = widgetsOf(kind);
  const alarmIds = ofTypeIn(templates[kind], 'CloudWatch::Alarm').map(([id]) => id);

  it('the dashboard shows every alarm', () => {
    const shown = widgets.flatMap((widget) => widget.properties.alarms ?? []);
    expect(shown.sort()).toEqual(alarmIds.map((id) => `\${${id}.Arn}`).sort());
  });

  it('the dashboard has no widget over another, and none beyond the 24 columns', () => {
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, n) => `${x + (n % width)},${y + Math.floor(n / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24);
  });
});

describe('saved queries', () => {
  const queries = ofType('Logs::QueryDefinition');
  const groupsOf = (one: Template) => ofTypeIn(one, 'Logs::LogGroup').map(([id]) => id);

  it.each(queries)(
    'the saved query %s reads logs of this stack, where saved queries are known',
    (id, query) => {
      const { LogGroupNames } = query.Properties as { LogGroupNames: readonly { Ref: string }[] };
      expect(query.Condition).toBe('CreateSavedQueries');
      const groups = groupsOf(isOfDelivery(id) ? delivery : template);
      expect(groups).toEqual(expect.arrayContaining(LogGroupNames.map(({ Ref }) => Ref)));
    },
  );

  it('saved queries show the story of an order and of a delivery, what fails, and what is held', () => {
    expect(queries.map(([id]) => id)).toEqual([
      'OneOrdersStoryQuery',
      'ErrorsByClassQuery',
      'SlowestCallsQuery',
      'QuotaLeftQuery',
      'OneDeliverysStoryQuery',
      'HeldByReasonQuery',
      'ErpErrorsQuery',
    ]);
    for (const [id, one] of [
      ['OneOrdersStoryQuery', template],
      ['OneDeliverysStoryQuery', delivery],
    ] as const) {
      const { LogGroupNames } = properties(id) as { LogGroupNames: unknown[] };
      expect(LogGroupNames).toEqual(groupsOf(one).map((Ref) => ({ Ref })));
    }
  });
});
