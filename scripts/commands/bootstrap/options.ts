// The command line of npm run bootstrap.
import type { BootstrapWish } from './plan';
import { readArguments } from '../../terminal/arguments';

const allStages = ['dev', 'staging', 'prod'];

const usage = `Usage: npm run bootstrap -- [--repository <owner/name>] [options]

Prepares this AWS account for deploys: a bucket for the packages, a role for CloudFormation and, with --repository,
a role for GitHub Actions that needs no keys; all of it once for each stage. It takes the permissions of an
administrator, once. Afterwards a deploy needs none but those of the stage's own role or policy.

  --repository    whose environments dev, staging and prod at GitHub may deploy the stage of their name: owner/name
                  exactly as GitHub writes it. Where its tokens carry ids (all repositories made, renamed or
                  transferred since July 2026) owner@id/name@id, as this tells:
                  gh api repos/<owner>/<name>/actions/oidc/customization/sub --jq .sub_claim_prefix
                  Left out, nothing changes in what is trusted; empty, nothing at GitHub is.
  --stage         dev, staging or prod, as often as needed; all three if left out
  --region        or $AWS_REGION`;

const flags = {
  repository: { type: 'string' },
  stage: { type: 'string', multiple: true },
  region: { type: 'string' },
} as const;

interface CommandLine extends BootstrapWish {
  readonly region: string | undefined;
}

/** Reads what to prepare. Throws CommandError. */
export function bootstrapOptions(args = process.argv.slice(2)): CommandLine {
  const { values } = readArguments(flags, usage, { args });
  return {
    stages: [...new Set(values.stage ?? allStages)],
    // As GitHub prints it: repo: is the subject's own, not the repository's.
    repository: values.repository?.replace(/^repo:/, ''),
    region: values.region,
  };
}
