// What the command line of bootstrap says.
import { stages } from '../../service/service-options';
import { choice, repeated, text } from '../../terminal/options';
import type { OptionsOf } from '../../terminal/options';
import type { BootstrapRequest } from './plan';

export const bootstrapOptions = {
  repository: text(
    '<owner/name>',
    'the repository, exactly as GitHub writes it, whose environments dev, staging and prod may deploy the stage of their name',
  ),
  stage: repeated(choice('<stage>', stages, 'a stage; may be repeated; all three if not given')),
  region: text('<region>', 'the AWS region; or $AWS_REGION'),
} as const;

export type BootstrapOptions = OptionsOf<typeof bootstrapOptions>;

/** What to prepare. */
export const bootstrapRequest = ({ stage, repository }: BootstrapOptions): BootstrapRequest => ({
  stages: stage.length === 0 ? stages : [...new Set(stage)],
  // As GitHub prints it: repo: is the subject's own, not the repository's.
  repository: repository?.replace(/^repo:/, ''),
});
