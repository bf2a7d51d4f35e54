// Sets the state of the alarms on a queue's depth like CloudWatch: MiniStack has alarms but no metrics of queues.
import { setTimeout as sleep } from 'node:timers/promises';

import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';

import type { Clients } from '../service/clients';
import { readStack } from './deployed-stack';
import type { DeployedStack } from './deployed-stack';

const alarmEveryMs = 2_000;

/** Reads the queues every 2 s; MiniStack notifies the topics of a changed alarm. Returns a function that stops it. */
export async function watchQueueAlarms(
  clients: Clients,
  endpoint: string,
  stackName: string,
): Promise<() => Promise<void>> {
  const alarms = queueAlarms(await readStack(clients, stackName));
  const states = new Map<string, string>();
  const ending = new AbortController();
  const lookOnce = async () => {
    for (const alarm of alarms) {
      const depth = await queueDepth(clients, alarm.queueUrl);
      const state = depth >= alarm.threshold ? 'ALARM' : 'OK';
      if ((states.get(alarm.name) ?? 'OK') !== state) await setAlarmState(endpoint, alarm.name, state, depth);
      states.set(alarm.name, state);
    }
  };
  const watching = (async () => {
    while (!ending.signal.aborted) {
      // A failed read is repeated: MiniStack may be busy, or about to end.
      await lookOnce().catch(() => undefined);
      await sleep(alarmEveryMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return () => {
    ending.abort();
    return watching;
  };
}

interface QueueAlarm {
  readonly name: string;
  readonly queueUrl: string;
  readonly threshold: number;
}

function queueAlarms({ resources, value }: DeployedStack): QueueAlarm[] {
  return resources.flatMap(({ Type, Properties = {}, physicalId }) => {
    if (Type !== 'AWS::CloudWatch::Alarm') return [];
    if (Properties['MetricName'] !== 'ApproximateNumberOfMessagesVisible') return [];
    const queue = resources.find(
      (one) => one.Type === 'AWS::SQS::Queue' && names(Properties['Dimensions'], one.logicalId),
    );
    if (queue === undefined) return [];
    return [
      { name: physicalId, queueUrl: queue.physicalId, threshold: Number(value(Properties['Threshold'])) },
    ];
  });
}

const names = (property: unknown, logicalId: string) => JSON.stringify(property).includes(`"${logicalId}"`);

async function queueDepth({ sqs }: Clients, QueueUrl: string): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages' as const];
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  return Number(Attributes.ApproximateNumberOfMessages ?? 0);
}

/** A direct request, because nothing else here needs a CloudWatch client. MiniStack reads the service from the header. */
async function setAlarmState(endpoint: string, name: string, state: string, depth: number): Promise<void> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/monitoring/aws4_request' },
    body: new URLSearchParams({
      Action: 'SetAlarmState',
      Version: '2010-08-01',
      AlarmName: name,
      StateValue: state,
      StateReason: `${depth} messages are visible in the queue.`,
    }),
  });
  if (!answer.ok) throw new Error(`MiniStack answered ${answer.status} to SetAlarmState.`);
}
