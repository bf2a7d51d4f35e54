// The adapters by the names that the template's ErpAdapter has. A container makes each of them once.
import { ConfigurationError } from '../runtime/errors';
import type { Erp, ErpFactory, ErpSettings } from './erp';
import { createTryton } from './tryton/tryton';

const ADAPTERS: ReadonlyMap<string, () => ErpFactory> = new Map([['tryton', () => createTryton()]]);

/** Their connections and the names that they remember live as long as the container. */
const made = new Map<string, ErpFactory>();

/** Creates the adapter of this name for one invocation. Throws ConfigurationError for a name that has no adapter. */
export function createErp(name: string, settings: ErpSettings): Erp {
  const factory = made.get(name) ?? makeFactory(name);
  made.set(name, factory);
  return factory(settings);
}

function makeFactory(name: string): ErpFactory {
  const make = ADAPTERS.get(name);
  if (make !== undefined) return make();
  const known = [...ADAPTERS.keys()].join(', ');
  throw new ConfigurationError(`There is no adapter "${name}". Set ErpAdapter to one of these: ${known}.`);
}
