// The options of bootstrap.
import { stages } from '../../service/service-options';
import { choice, repeated, text } from '../../terminal/options';
import type { OptionsOf } from '../../terminal/options';
import type { BootstrapRequest } from './plan';

export const bootstrapOptions = {
  repository: text(
    '<owner/name>',
    'the repository, spelled as on GitHub; its environments dev, staging and prod may deploy the stage with the same name',
  ),
  stage: repeated(choice('<stage>', stages, 'a stage; may be repeated; all three if omitted')),
  region: text('<region>', 'the AWS region; or $AWS_REGION'),
} as const;

export type BootstrapOptions = OptionsOf<typeof bootstrapOptions>;

/** The request that the options make. */
export const bootstrapRequest = ({ stage, repository }: BootstrapOptions): BootstrapRequest => ({
  stages: stage.length === 0 ? stages : [...new Set(stage)],
  // GitHub prints it with `repo:`, which belongs to the subject and not to the repository.
  repository: repository?.replace(/^repo:/, ''),
});
