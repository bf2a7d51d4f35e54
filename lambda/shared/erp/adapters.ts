// The adapters by the names that the template's ErpAdapter has.
import { ConfigurationError } from '../runtime/errors';
import type { ErpFactory } from './erp';
import { createTryton } from './tryton/tryton';

const ADAPTERS: ReadonlyMap<string, () => ErpFactory> = new Map([['tryton', () => createTryton()]]);

/**
 * Creates the adapter of this name for a container: its connections and the names that it remembers live as long as the result.
 * Throws ConfigurationError for a name that has no adapter.
 */
export function createAdapter(name: string): ErpFactory {
  const create = ADAPTERS.get(name);
  if (create !== undefined) return create();
  const known = [...ADAPTERS.keys()].join(', ');
  throw new ConfigurationError(`There is no adapter "${name}". Set ErpAdapter to one of these: ${known}.`);
}
