// The mapping that the build put into the package.
import { ConfigurationError } from '../runtime/errors';
import { parseMapping } from './mapping';
import type { LoadedMapping } from './mapping';

/** Reads it. Throws ConfigurationError with all problems: the build refuses such a file, so another build made this package. */
export function loadBuiltInMapping(): LoadedMapping {
  const parsed = parseMapping(BUILT_IN_MAPPING);
  if ('mapping' in parsed) return parsed.mapping;
  throw new ConfigurationError(`The mapping in this package is not usable: ${parsed.problems.join('; ')}.`);
}
