// Says why a deploy failed: which resource, its own reason, in what state the stack is, and what to do.
import type { StackEvent } from '@aws-sdk/client-cloudformation';

import { PROGRAM } from '../terminal/command';
import { CommandError } from '../terminal/command-error';

/** The error for a stack that ended in `status`, from what happened on the way there. */
export function failureReport(
  stackName: string,
  status: string,
  events: readonly StackEvent[],
): CommandError {
  const lines = failuresIn(events, stackName);
  const report = [`${stackName} was not deployed (${status}).`, ...lines, whatIsLeft(status)];
  return new CommandError([...report, ...adviceFor(lines.join('\n'))].join('\n'));
}

/** One line for each resource that failed by itself, with its own reason. */
export function failuresIn(events: readonly StackEvent[], stackName: string): readonly string[] {
  const failed = events.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'));
  // The rest was cancelled because of these.
  const causes = failed.filter(({ ResourceStatusReason }) => !/cancelled/i.test(ResourceStatusReason ?? ''));
  return (causes.length > 0 ? causes : failed).map(
    ({ LogicalResourceId = stackName, ResourceType = '', ResourceStatusReason = 'no reason given' }) =>
      `  ${LogicalResourceId} (${ResourceType}): ${ResourceStatusReason}`,
  );
}

function whatIsLeft(status: string): string {
  if (status === 'ROLLBACK_COMPLETE') {
    return 'Only its name is left, which the next deploy clears away; tables that were there before are still there.';
  }
  if (status === 'UPDATE_ROLLBACK_COMPLETE') return 'It is as it was before.';
  return `It is in ${status}: look at it in the CloudFormation console.`;
}

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /UnreservedConcurrentExecution|ReservedConcurrentExecutions for function/i,
    "Lambda keeps 100 concurrent executions of an account unreserved, and this account's limit is too small to reserve any: deploy with --parameter ReserveConcurrency=false, or have the limit raised first (Service Quotas, AWS Lambda, Concurrent executions).",
  ],
  [
    /S3 Error|NoSuchKey|GetObject/i,
    "Lambda could not read a package: the bucket must be in the region of the stack, or the role may not read it. The role of the bootstrap reads the bootstrap's own bucket only.",
  ],
  [
    /role\/OrderReplicationBootstrap-\S+ is not authorized to perform/i,
    `The role of the bootstrap is older than the template, or the boundary for the roles of the functions was not given: run ${PROGRAM} bootstrap again, and deploy with --parameter PermissionsBoundaryArn=… as it prints.`,
  ],
  [
    // Added to that role by hand, it would reach beyond the boundary.
    /^(?!.*role\/OrderReplicationBootstrap-).*(not authorized to perform|AccessDenied)/im,
    'The deploying role lacks the permission that is named above: add it and deploy again.',
  ],
  [
    /QueueDeletedRecently|60 seconds after deleting a queue/i,
    'SQS refuses the name of a queue for 60 s after the queue is deleted: deploy again after a minute.',
  ],
  [
    /OrderReplicationBootstrap-(dev|staging|prod)-(CloudFormation|Deploy|Functions)\b.*already exists/i,
    'This stage is prepared in another region of this account already: names in IAM have no region, so that a stage has one region in an account. Use that region (--region) or another account, or delete the stack of that stage in the other region first.',
  ],
  [
    /^(?!.*OrderReplicationBootstrap-).*already exists/im,
    'Something of that name is there already, outside this stack (a role may belong to a stack in another region: names in IAM have no region): delete or rename it, or choose another --stack-name.',
  ],
];

/** What to do about reasons that are known to come up; else the obvious. */
export function adviceFor(reasons: string): readonly string[] {
  const known = hints.filter(([pattern]) => pattern.test(reasons)).map(([, hint]) => hint);
  return known.length > 0 ? known : ['Put right what is named above and deploy again.'];
}
