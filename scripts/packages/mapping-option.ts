// The option of the commands that build packages.
import { text } from '../terminal/options';

/** The file of the mapping; undefined for erp/mapping.json. */
export const mappingOption = text(
  '<file>',
  'the mapping to the names of the ERP, if it is not erp/mapping.json',
);
