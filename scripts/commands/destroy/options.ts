// The options of destroy.
import { serviceOptions, stageOption } from '../../service/service-options';
import { addedKinds } from '../../stack/service-stacks';
import { choice, flag } from '../../terminal/options';
import type { OptionsOf } from '../../terminal/options';

export const destroyOptions = {
  ...serviceOptions,
  // No default: this command must not choose a stage.
  stage: stageOption,
  only: choice('<stack>', addedKinds, 'only this stack, and not the replication'),
  deleteData: flag(
    'also delete the tables, with all replicated orders and all that is known of deliveries; works without a stack too',
  ),
  yes: flag('do not ask; continue even if references are lost or the store cannot be reached'),
} as const;

export type DestroyOptions = OptionsOf<typeof destroyOptions>;
