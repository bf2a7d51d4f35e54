// bootstrap: prepares an AWS account for deploys.
import { defineCommand } from '../../terminal/command';
import { bootstrapOptions } from './options';

export const bootstrap = defineCommand({
  name: 'bootstrap',
  summary: 'Prepare this AWS account for deploys, once',
  description:
    'For each stage it makes a bucket for the packages, a role for CloudFormation and, with --repository, a role ' +
    'for GitHub Actions without keys. It needs the permissions of an administrator. After it, a deploy needs only ' +
    "those of the stage's own role or policy.\n\n" +
    'If the tokens of GitHub contain ids (all repositories made, renamed or transferred since July 2026), ' +
    '--repository is owner@id/name@id, as this command prints it: ' +
    'gh api repos/<owner>/<name>/actions/oidc/customization/sub --jq .sub_claim_prefix\n' +
    'Without --repository, the trusted repository stays unchanged; with an empty one, no repository is trusted.',
  options: bootstrapOptions,
  examples: ['bootstrap --repository acme/orders', 'bootstrap --stage dev --region eu-west-1'],
  run: async (options, { note }) => (await import('./run')).runBootstrap(options, note),
});
