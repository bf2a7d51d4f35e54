// Compares the mapping with Tryton: the key, the rights of its user, and every name that the mapping mentions.
import * as v from 'valibot';
import type { Mapping } from '../../delivery/mapping';
import { ErpError } from '../../runtime/errors';
import type { Finding } from '../erp';
import type { Call } from './calls';
import type { Names } from './names';
import { SALE_FIELDS } from './read-sale';
import { narrow } from './values';

/** What the user must be allowed to do: to read all of these, and to write the marked ones. */
const MODELS: Readonly<Record<string, 'read' | 'write'>> = {
  'sale.sale': 'write',
  'sale.line': 'write',
  'party.party': 'write',
  'party.address': 'write',
  'party.contact_mechanism': 'write',
  'account.payment': 'write',
  'account.payment.journal': 'read',
  'account.invoice.payment_term': 'read',
  'company.company': 'read',
  'country.country': 'read',
  'country.subdivision': 'read',
  'currency.currency': 'read',
  'product.product': 'read',
  'stock.location': 'read',
  'stock.shipment.out': 'read',
  'web.shop': 'read',
};

const flag = v.union([v.boolean(), v.number()]);
const access = v.record(v.string(), v.object({ read: flag, write: flag, create: flag }));

/** Returns what is missing or wrong; throws ErpError if Tryton cannot be asked. */
export async function checkMapping(mapping: Mapping, call: Call, names: Names): Promise<readonly Finding[]> {
  names.forget();
  const rights = await found('credentials and erp.database', () => checkRights(call));
  // Without the rights, the names cannot be asked for.
  if ('problem' in rights) return [rights];
  if (rights.length > 0) return rights.concat(checkGuest(mapping));
  const { company: name } = mapping.erp;
  const company = await found('erp.company', () => names.company(name ?? ''));
  const places = typeof company === 'number' ? await checkNames(mapping, company, names) : [company];
  return checkGuest(mapping).concat(places);
}

/** Asks for the rights of all models once; a model that Tryton does not know is a module that is not active. */
async function checkRights(call: Call): Promise<readonly Finding[]> {
  const asked = 'find rights';
  const path = 'ir.model.access/get_access';
  const answer = await call({ call: asked, method: 'POST', path, body: { models: Object.keys(MODELS) } });
  const rights = narrow(asked, answer, access);
  const missing = Object.entries(MODELS).flatMap(([model, need]) => {
    const has = rights[model];
    if (has?.read && (need === 'read' || (has.write && has.create))) return [];
    return [
      {
        about: `rights: ${model}`,
        problem: `The user of the key may not ${need} it. Add the user to the groups in the README.`,
      },
    ];
  });
  return missing.length > 0 ? missing : checkFields(call);
}

/** Tryton does not list a field that the user may not read. */
async function checkFields(call: Call): Promise<readonly Finding[]> {
  const asked = 'find fields';
  const fields = [...new Set(SALE_FIELDS.map((field) => field.replace(/\..*/, '')))];
  const answer = await call({
    call: asked,
    method: 'POST',
    path: 'sale.sale/fields_get',
    body: { fields_names: fields },
  });
  const listed = narrow(asked, answer, v.record(v.string(), v.unknown()));
  return fields
    .filter((field) => !(field in listed))
    .map((field) => ({
      about: `rights: sale.sale.${field}`,
      problem: 'The user of the key may not read this field.',
    }));
}

function checkGuest({ customer }: Mapping): readonly Finding[] {
  if (customer.guest !== 'one') return [];
  const problem = 'Tryton confirms no sale of one guest for all orders. Use per-order or per-email.';
  return [{ about: 'customer.guest', problem }];
}

async function checkNames(mapping: Mapping, company: number, names: Names): Promise<readonly Finding[]> {
  const { warehouse, paymentTerm } = mapping.erp;
  const findings: Finding[] = [];
  const look = async (about: string, ask: () => Promise<unknown>) => {
    const result = await found(about, ask);
    if (isFinding(result)) findings.push(result);
  };
  if (warehouse) await look('erp.warehouse', () => names.warehouse(warehouse, company));
  if (paymentTerm) await look('erp.paymentTerm', () => names.paymentTerm(paymentTerm, company));
  for (const [nth, rule] of mapping.channels.entries()) {
    const use = 'use' in rule ? rule.use : rule.else;
    if (use !== 'hold') await look(`channels[${nth}]`, () => names.shop(use.shop ?? '', company));
  }
  for (const [nth, rule] of mapping.currencies.entries()) {
    if ('use' in rule && !rule.currency.includes('*'))
      await look(`currencies[${nth}].currency`, () => names.currency(rule.currency));
  }
  for (const [nth, rule] of mapping.paymentMethods.entries()) {
    const use = 'use' in rule ? rule.use : rule.else;
    if (use !== 'hold') await look(`paymentMethods[${nth}]`, () => names.anyJournal(use, company));
  }
  return findings.concat(await checkItems(mapping, names));
}

/** The items that the mapping itself names; the store's SKUs are asked for with missingItems. */
async function checkItems({ special, items, tax }: Mapping, names: Names): Promise<readonly Finding[]> {
  const places = [
    ...Object.entries(special).map(([kind, item]) => [`special.${kind}`, item] as const),
    ...Object.entries(items.rename).map(([sku, item]) => [`items.rename["${sku}"]`, item] as const),
    ['items.else', items.else === 'hold' ? null : items.else] as const,
    ['tax.roundingItem', tax.roundingItem] as const,
  ];
  const products = await names.products(places.flatMap(([, item]) => item ?? []));
  return places.flatMap(([about, item]) => {
    if (item === null || products.has(item)) return [];
    return [{ about, problem: `Tryton has no salable product with the code "${item}".` }];
  });
}

/** The value, or the finding that an ErpError of our side stands for. What the network or the server failed at is thrown. */
async function found<T>(about: string, ask: () => Promise<T>): Promise<T | Finding> {
  try {
    return await ask();
  } catch (error) {
    const isOurs = error instanceof ErpError && ['configuration', 'data'].includes(error.failure);
    if (isOurs) return { about, problem: error.message };
    throw error;
  }
}

const isFinding = (value: unknown): value is Finding =>
  typeof value === 'object' && value !== null && 'about' in value && 'problem' in value;
