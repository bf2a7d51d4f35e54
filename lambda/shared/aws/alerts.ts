// Emails to the operator, through the ApplicationErrors topic: what failed, why, and what to do; no personal data.
import { PublishCommand } from '@aws-sdk/client-sns';
import type { SNSClient } from '@aws-sdk/client-sns';
import { formatError } from '../runtime/errors';
import type { Log } from '../runtime/log';
import { HOUR_MS } from '../runtime/time';

/** SNS takes less than 100: docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const MAX_SUBJECT_CHARACTERS = 99;

/** The entries of docs/operations/alarms.md for alerts, as its headings are linked to. */
export const RUNBOOK_ENTRIES = [
  'poll-failed',
  'polls-fail-bigcommerce-refuses-our-credentials-or-settings',
  'bigcommerce-cannot-list-some-orders',
  'webhook-was-inactive',
  'webhook-cannot-be-checked',
  'webhooks-cannot-be-queued',
  'webhooks-cannot-be-verified',
  'bigcommerce-refuses-our-credentials-or-settings',
  'others-keep-resetting-the-status-of-an-order',
  'audit-failed',
  'audits-fail-bigcommerce-refuses-our-credentials-or-settings',
  'the-erp-refuses-our-credentials-or-settings',
  'an-order-is-held-because-the-erp-adapter-may-be-wrong',
] as const;

export interface Alert {
  readonly subject: string;
  readonly message: string;
  /** The first command, without its program and without the options that name the stack. */
  readonly command?: string;
  readonly runbook: (typeof RUNBOOK_ENTRIES)[number];
}

export interface Alerts {
  /**
   * Sends an alert, at most once an hour per subject and container: one wrong token makes many orders fail. Never throws, so
   * that the caller can still report its own error.
   */
  sendHourly(alert: Alert): Promise<void>;
}

export interface AlertsOptions {
  readonly topicArn: string;
  readonly functionName: string;
  readonly stackName: string;
  readonly log: Log;
  readonly now?: () => number;
}

/** Creates the sender of alerts to the topic; it remembers when each subject was last sent. */
export function createAlerts(
  client: SNSClient,
  { topicArn, functionName, stackName, log, now = Date.now }: AlertsOptions,
): Alerts {
  const sentAt = new Map<string, number>();

  async function send(alert: Alert): Promise<boolean> {
    const { subject } = alert;
    const line = `${functionName}: ${subject}`
      .replaceAll(/[^\u0020-\u007E]/g, ' ')
      .slice(0, MAX_SUBJECT_CHARACTERS);
    try {
      await client.send(
        new PublishCommand({ TopicArn: topicArn, Subject: line, Message: bodyOf(alert, stackName) }),
      );
      return true;
    } catch (error) {
      log.error('alert.failed', { subject, error: formatError(error) });
      return false;
    }
  }

  return {
    async sendHourly(alert) {
      if (now() - (sentAt.get(alert.subject) ?? -Infinity) < HOUR_MS) return;
      sentAt.set(alert.subject, now());
      // A failed alert does not count, so the next one is sent.
      if (!(await send(alert))) sentAt.delete(alert.subject);
    },
  };
}

/** What happened, then what to run, and where to read on: paths and commands are those of a checkout of the project. */
function bodyOf({ message, command, runbook }: Alert, stackName: string): string {
  const run = `In a checkout of this project, run: npx order-replication ${command ?? ''} --stack-name ${stackName}`;
  const entry = `Runbook: docs/operations/alarms.md#${runbook}`;
  return [message, ...(command === undefined ? [] : [run]), entry].join('\n\n');
}
