// The adapters by name, as the template's ErpAdapter and the configuration name them. Each is made once per container.
import { ConfigurationError } from '../runtime/errors';
import type { ErpFactory } from './erp';
import { createTryton } from './tryton/tryton';

/** What makes the factory of an adapter: its connections and what it remembers live as long as the result. */
const ADAPTERS: Readonly<Record<string, (() => ErpFactory) | undefined>> = {
  tryton: () => createTryton(),
};

/** Creates the adapter of this name for a container. Throws ConfigurationError for a name that has no adapter. */
export function createAdapter(name: string): ErpFactory {
  const create = Object.hasOwn(ADAPTERS, name) ? ADAPTERS[name] : undefined;
  if (create !== undefined) return create();
  const known = Object.keys(ADAPTERS).join(', ');
  throw new ConfigurationError(`There is no adapter for this ERP. ERP_ADAPTER must be one of: ${known}.`);
}
