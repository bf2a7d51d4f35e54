// What the command line of destroy says.
import { serviceOptions, stageOption } from '../../service/service-options';
import { flag } from '../../terminal/options';
import type { OptionsOf } from '../../terminal/options';

export const destroyOptions = {
  ...serviceOptions,
  // No default: this command must not choose.
  stage: stageOption,
  deleteData: flag(
    'delete the tables too, with everything that was replicated; also when only they are left',
  ),
  yes: flag('ask nothing; continue where references would be lost or the store cannot be reached'),
} as const;

export type DestroyOptions = OptionsOf<typeof destroyOptions>;
