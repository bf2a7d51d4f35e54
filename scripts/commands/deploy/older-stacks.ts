// Reports the stacks of the service that this deploy leaves unchanged, if their packages are of another version.
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';

import { prefixOfBuilt } from '../../packages/upload';
import { inWords, isAccessDenied } from '../../service/aws-errors';
import { addedKinds, nameOfStack } from '../../stack/service-stacks';
import { describeStack, parametersOf } from '../../stack/stack-state';
import type { FollowDeps } from '../../stack/stack-events';
import { PROGRAM } from '../../terminal/command';
import type { VersionOptions } from './carry-out';
import type { DeployRequest, Plans } from './plan';

/** Prints a note for each; a stack that cannot be read is a note, too, because the deploy itself has succeeded. */
export async function reportOlder(
  { replication, added }: Plans,
  { service = `--stack-name ${replication.stackName}`, outDir }: DeployRequest & VersionOptions,
  { cloudFormation, print, summarize = print }: FollowDeps,
): Promise<void> {
  for (const kind of addedKinds) {
    if (added.some((plan) => plan.kind === kind)) continue;
    const stackName = nameOfStack(kind, replication.stackName);
    const version = await deployedVersion(stackName, cloudFormation);
    if (version === undefined) continue;
    if ('problem' in version) {
      summarize(`Note: whether ${stackName} exists was not checked. ${version.problem}`);
    } else if (version.prefix !== (await prefixOfBuilt(kind, outDir))) {
      summarize(
        `Note: ${stackName} is unchanged, and its packages are of another version than this checkout. To update it: ${PROGRAM} deploy ${service} --with ${kind}`,
      );
    }
  }
}

/** The version of a stack; undefined if there is no such stack. */
async function deployedVersion(
  stackName: string,
  cloudFormation: CloudFormationClient,
): Promise<{ readonly prefix: string } | { readonly problem: string } | undefined> {
  try {
    const stack = await describeStack(cloudFormation, stackName);
    if (stack === undefined) return undefined;
    return { prefix: parametersOf(stack)['LambdaDeploymentPackagesPrefix'] ?? '' };
  } catch (error) {
    const hint = isAccessDenied(error) ? ` Run ${PROGRAM} bootstrap again: its policy allows this call.` : '';
    return { problem: `${inWords(error)}${hint}` };
  }
}
