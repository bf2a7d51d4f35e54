// The next steps after a bootstrap: the variables of GitHub's environment, and the deploy from a terminal.
import type { Values } from '../../stack/parameters';
import { PROGRAM } from '../../terminal/command';

export interface Bootstrapped {
  readonly stage: string;
  readonly stackName: string;
  /** The repository that may deploy; empty for none. */
  readonly repository: string;
  readonly region: string;
  /** False if there was nothing to change. */
  readonly changed: boolean;
  readonly outputs: Values;
}

/** The lines for one stage: its values, then commands to copy. */
export function howToDeploy({ stage, repository, region, outputs }: Bootstrapped): readonly string[] {
  const {
    PackagesBucketName = '',
    CloudFormationRoleArn = '',
    FunctionsBoundaryArn = '',
    DeployRoleArn,
    DeployPolicyArn = '',
  } = outputs;
  const variables = {
    AWS_REGION: region,
    ...(DeployRoleArn !== undefined && { AWS_ROLE_ARN: DeployRoleArn }),
    AWS_CLOUDFORMATION_ROLE_ARN: CloudFormationRoleArn,
    AWS_DEPLOYMENT_BUCKET: PackagesBucketName,
    PERMISSIONS_BOUNDARY_ARN: FunctionsBoundaryArn,
  };
  const values = Object.entries(variables).map(([name, value]) => `  ${name.padEnd(28)} ${value}`);
  return [
    '',
    stage,
    ...values,
    ...(DeployRoleArn === undefined ? [] : forGitHub(stage, repository, variables)),
    '',
    `From a terminal, with the policy ${DeployPolicyArn}:`,
    `  ${PROGRAM} deploy --stage ${stage} --region ${region} --bucket ${PackagesBucketName} --role-arn ${CloudFormationRoleArn} --parameter PermissionsBoundaryArn=${FunctionsBoundaryArn} --email <address>`,
  ];
}

function forGitHub(stage: string, subject: string, variables: Values) {
  const repository = subject.replaceAll(/@\d+/g, '');
  const environment = `repos/${repository}/environments/${stage}`;
  const branch = stage === 'prod' ? 'main' : stage;
  const alias = stage === 'prod' ? ' (or master, if that is its name)' : '';
  return [
    '',
    // Without this rule, anyone with write access could push a branch whose workflow names any environment.
    `The environment ${stage} of ${repository}, for the branch ${branch}${alias} and no other, with GitHub's command line:`,
    `  gh api --silent --method PUT ${environment} -F "deployment_branch_policy[protected_branches]=false" -F "deployment_branch_policy[custom_branch_policies]=true"`,
    `  gh api --silent --method POST ${environment}/deployment-branch-policies -f name=${branch}`,
    'and its variables:',
    ...Object.entries(variables).map(
      ([name, value]) => `  gh variable set ${name} --repo ${repository} --env ${stage} --body ${value}`,
    ),
  ];
}
