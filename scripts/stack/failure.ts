// Reports why a deploy failed: which resource, its own reason, the state of the stack, and what to do.
import type { StackEvent } from '@aws-sdk/client-cloudformation';

import { PROGRAM } from '../terminal/command';
import { CommandError } from '../terminal/command-error';

/** The error for a stack that ended in `status`, made from its events. */
export function failureReport(
  stackName: string,
  status: string,
  events: readonly StackEvent[],
): CommandError {
  const lines = failuresIn(events, stackName);
  const report = [`${stackName} was not deployed (${status}).`, ...lines, remainder(status)];
  return new CommandError([...report, ...adviceFor(lines.join('\n'))].join('\n'));
}

/** One line for each resource that caused the failure, with its own reason. */
export function failuresIn(events: readonly StackEvent[], stackName: string): readonly string[] {
  const failed = events.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'));
  // CloudFormation cancels all other resources after the first failures.
  const causes = failed.filter(({ ResourceStatusReason }) => !/cancelled/i.test(ResourceStatusReason ?? ''));
  return (causes.length > 0 ? causes : failed).map(
    ({ LogicalResourceId = stackName, ResourceType = '', ResourceStatusReason = 'no reason given' }) =>
      `  ${LogicalResourceId} (${ResourceType}): ${ResourceStatusReason}`,
  );
}

function remainder(status: string): string {
  if (status === 'ROLLBACK_COMPLETE') {
    return 'Only an empty stack is left, which the next deploy deletes. Tables that existed before are unchanged.';
  }
  if (status === 'UPDATE_ROLLBACK_COMPLETE')
    return 'The stack is unchanged: CloudFormation rolled the update back.';
  return `The stack is in ${status}. Open it in the CloudFormation console.`;
}

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /UnreservedConcurrentExecution|ReservedConcurrentExecutions for function/i,
    'Lambda keeps 100 concurrent executions of an account unreserved, and the limit of this account is too small to reserve any. Deploy with --parameter ReserveConcurrency=false, or first request a higher limit (Service Quotas, AWS Lambda, Concurrent executions).',
  ],
  [
    /S3 Error|NoSuchKey|GetObject/i,
    'Lambda could not read a package. Either the bucket is in another region than the stack, or the role cannot read it: the role of the bootstrap reads only the bucket of the bootstrap.',
  ],
  [
    /role\/OrderReplicationBootstrap-\S+ is not authorized to perform/i,
    `The role of the bootstrap is older than the template, or the permissions boundary is missing. Run: ${PROGRAM} bootstrap. Then deploy with --parameter PermissionsBoundaryArn=…, as it prints.`,
  ],
  [
    // Not for that role: a permission that is added to it by hand would exceed the boundary.
    /^(?!.*role\/OrderReplicationBootstrap-).*(not authorized to perform|AccessDenied)/im,
    'The deploying role lacks the permission named above. Add it and deploy again.',
  ],
  [
    /QueueDeletedRecently|60 seconds after deleting a queue/i,
    'SQS refuses the name of a queue for 60 s after the queue is deleted. Deploy again after 1 min.',
  ],
  [
    /OrderReplicationBootstrap-(dev|staging|prod)-(CloudFormation|Deploy|Functions)\b.*already exists/i,
    'The bootstrap stack of this stage already exists in another region of this account. IAM names have no region, so a stage can use only one region per account. Use that region (--region) or another account, or first delete that stack in the other region.',
  ],
  [
    /^(?!.*OrderReplicationBootstrap-).*already exists/im,
    'A resource with that name already exists outside this stack. A role may belong to a stack in another region, because IAM names have no region. Delete or rename it, or choose another --stack-name.',
  ],
];

/** What to do about known reasons; without one, a general advice. */
export function adviceFor(reasons: string): readonly string[] {
  const known = hints.filter(([pattern]) => pattern.test(reasons)).map(([, hint]) => hint);
  return known.length > 0 ? known : ['Fix what is named above and deploy again.'];
}
