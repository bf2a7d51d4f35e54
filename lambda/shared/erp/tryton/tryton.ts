// The adapter for Tryton 8: the port over its REST API. README.md in this folder has the facts, the set-up and what was run.
import type { ErpFacts } from '../../delivery/erp-order';
import { ConfigurationError, ErpError } from '../../runtime/errors';
import type { Erp, ErpFactory } from '../erp';
import { createCalls } from './calls';
import type { Call } from './calls';
import { checkMapping } from './check';
import { Customers } from './customers';
import { createHttp } from './http';
import type { Http } from './http';
import { Names } from './names';
import type { Remembered } from './names';
import { previewSale } from './preview';
import { PartyAddresses } from './party-addresses';
import { SaleResolver } from './resolve-sale';
import { Sales } from './sales';

export const TRYTON_FACTS: ErpFacts = {
  // `web_shop` and `web_id` together, and `party.code`, are unique in the database.
  orderKey: 'refuses',
  customerKey: 'refuses',
  // The merchant's own server, which works on a request immediately: a confirm took 0.6 s at most on an idle machine, and after a
  // conflict in the database it tries five more times.
  settleMs: 30_000,
  findLagMs: 0,
  digits: 4,
};

/** Creates the factory that the invocations of a container share, with its connections and the names that it remembers. */
export function createTryton(http: Http = createHttp()): ErpFactory {
  const remembered = new Map<string, Remembered>();
  return (settings) => {
    const { mapping, now, url } = settings;
    const { database } = mapping.erp;
    if (!database)
      throw new ConfigurationError('The mapping has no erp.database, the name of the database in Tryton.');
    const server = JSON.stringify([url, database]);
    const known: Remembered = remembered.get(server) ?? new Map<string, never>();
    remembered.set(server, known);
    const call = forgetting(known, createCalls(settings, database, http));
    const names = new Names(call, known, now);
    const addresses = new PartyAddresses(call, names);
    const resolver = new SaleResolver(names, addresses, mapping);
    return {
      ...lookups(call, names),
      ...writes(
        resolver,
        new Customers(call, addresses, mapping.customer.match),
        new Sales(call, resolver, mapping),
      ),
      facts: TRYTON_FACTS,
      preview: (document) => previewSale(document, mapping),
    };
  };
}

/** A refused record may name an id that is gone, so the next call asks for all ids again. */
function forgetting(known: Remembered, call: Call): Call {
  return async (request) => {
    try {
      return await call(request);
    } catch (error) {
      if (error instanceof ErpError && error.failure === 'data') known.clear();
      throw error;
    }
  };
}

function lookups(call: Call, names: Names): Pick<Erp, 'check' | 'missingItems'> {
  return {
    check: (mapping) => checkMapping(mapping, call, names),
    async missingItems(skus) {
      const products = await names.products(skus);
      return skus.filter((sku) => !products.has(sku));
    },
  };
}

function writes(resolver: SaleResolver, customers: Customers, sales: Sales) {
  return {
    findOrders: (refs, id) => sales.find(refs, id),
    findCustomers: (party) => customers.find(party),
    prepare: (document, customer) => resolver.prepare(document, customer),
    createCustomer: (party, addresses, notAfter) => customers.create(party, addresses, notAfter),
    createDraft: (document, customer, notAfter) => sales.create(document, customer, notAfter),
    rewriteDraft: (order, document, notAfter) => sales.rewrite(order, document, notAfter),
    confirm: (order, document, notAfter) => sales.confirm(order, document, notAfter),
    cancel: (order, _reason, notAfter) => sales.cancel(order, notAfter),
  } satisfies Partial<Erp>;
}
