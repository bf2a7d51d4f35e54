// GitHub's identity provider: an account can have only one, and all roles that trust GitHub share it.
import { GetOpenIDConnectProviderCommand, ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';

import type { BootstrapPlan } from './plan';
import { CommandError } from '../../terminal/command-error';
import { parametersOf } from '../../stack/stack-state';

const AUDIENCE = 'sts.amazonaws.com';

/**
 * The ARN for a stack's parameter GitHubOidcProviderArn. It is empty if the stack must make the provider, or has made it:
 * with an ARN the stack would delete its own. Throws CommandError if the account's provider is not for AWS.
 */
export async function chooseProvider(
  iam: IAMClient,
  { repository, existing }: Pick<BootstrapPlan, 'repository' | 'existing'>,
): Promise<string> {
  const { GitHubOidcProviderArn, GitHubRepository } = parametersOf(existing);
  const isOwner = GitHubOidcProviderArn === '' && GitHubRepository !== '';
  if (repository === '' || isOwner) return '';
  const { OpenIDConnectProviderList = [] } = await iam.send(new ListOpenIDConnectProvidersCommand());
  const arns = OpenIDConnectProviderList.flatMap(({ Arn }) => Arn ?? []);
  const arn = arns.find((one) => one.endsWith(':oidc-provider/token.actions.githubusercontent.com'));
  if (arn !== undefined) await requireAudience(iam, arn);
  return arn ?? '';
}

async function requireAudience(iam: IAMClient, arn: string): Promise<void> {
  const { ClientIDList = [] } = await iam.send(
    new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }),
  );
  if (ClientIDList.includes(AUDIENCE)) return;
  throw new CommandError(
    `The account's identity provider for GitHub lacks the audience ${AUDIENCE}. Nothing was changed. Add the audience, which does not affect existing roles: aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${arn} --client-id ${AUDIENCE}`,
  );
}
