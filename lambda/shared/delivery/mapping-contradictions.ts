// What a mapping's schema cannot say: how its entries belong together. Reads any JSON value, so that these problems are
// listed together with those of the schema.
import { isRow } from '../runtime/json';
import type { Row } from '../runtime/json';

export type Path = readonly (string | number)[];

export interface Problem {
  readonly path: Path;
  /** Completes a sentence that begins with the place. */
  readonly message: string;
}

/** The lists of rules, each with the entry that its rules compare. */
const LISTS = {
  shippingMethods: 'method',
  currencies: 'currency',
  paymentMethods: 'method',
  channels: 'channelId',
} as const;

/** Every contradiction in the mapping. */
export function findContradictions(mapping: unknown): readonly Problem[] {
  if (!isRow(mapping)) return [];
  const ofLists = Object.entries(LISTS).flatMap(([name, key]) => {
    const list = mapping[name];
    return Array.isArray(list) ? [...problemsOfElse(name, list), ...unreachable(name, key, list)] : [];
  });
  return [...reservedNames(mapping), ...problemsOfGuests(mapping), ...problemsOfRenames(mapping), ...ofLists];
}

/** Names that no JavaScript object can hold safely: valibot skips them, and a skipped entry would be an ignored one. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The mapping's own entries are at most this deep; whatever is deeper is in an unknown entry. */
const MAX_DEPTH = 5;

function reservedNames(value: unknown, path: Path = []): readonly Problem[] {
  if (typeof value !== 'object' || value === null || path.length > MAX_DEPTH) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = [...path, Array.isArray(value) ? Number(key) : key];
    if (RESERVED.has(key)) return [{ path: place, message: 'must have another name: this one is reserved' }];
    return reservedNames(inner, place);
  });
}

function problemsOfGuests({ customer }: Row): readonly Problem[] {
  if (!isRow(customer) || customer.guest !== 'one' || customer.guestName !== null) return [];
  const message = 'must be the name of the one customer for all guests, because customer.guest is "one"';
  return [{ path: ['customer', 'guestName'], message }];
}

function problemsOfRenames({ items }: Row): readonly Problem[] {
  if (!isRow(items) || !isRow(items.rename)) return [];
  const seen = new Map<string, string>();
  return Object.keys(items.rename).flatMap((sku) => {
    const earlier = seen.get(sku.toLowerCase());
    seen.set(sku.toLowerCase(), sku);
    if (earlier === undefined) return [];
    const message = `is there twice: SKUs are compared without case, and ${quoted(earlier)} is the same one`;
    return [{ path: ['items', 'rename', sku], message }];
  });
}

function problemsOfElse(name: string, list: readonly unknown[]): readonly Problem[] {
  const [first, ...others] = list.flatMap((rule, index) => (isRow(rule) && 'else' in rule ? [index] : []));
  if (first === undefined) {
    return [{ path: [name], message: 'must end with { "else": … }, for what no rule matches' }];
  }
  const repeated = 'is one "else" too many: a list of rules has one, at its end';
  return [
    ...(first === list.length - 1 || others.length > 0
      ? []
      : [{ path: [name, first], message: 'must be the last rule: rules after "else" are never reached' }]),
    ...others.map((index) => ({ path: [name, index], message: repeated })),
  ];
}

/** The rules that an earlier rule hides. */
function unreachable(name: string, key: string, list: readonly unknown[]): readonly Problem[] {
  const earlier = new Map<string, number>();
  return list.flatMap((rule, index) => {
    const match = isRow(rule) ? rule[key] : undefined;
    if (typeof match !== 'string' && typeof match !== 'number') return [];
    const text = String(match).trim().toLowerCase();
    const first = coveredBy(text, earlier);
    if (first === undefined) {
      earlier.set(text, index);
      return [];
    }
    return [
      { path: [name, index], message: `can never match: ${name}[${first}] matches the same before it` },
    ];
  });
}

/** The index of an earlier rule that matches whatever this text matches. */
function coveredBy(text: string, earlier: ReadonlyMap<string, number>): number | undefined {
  if (earlier.has(text)) return earlier.get(text);
  const stem = text.endsWith('*') ? text.slice(0, -1) : text;
  for (let length = 1; length <= Math.min(stem.length, 255); length++) {
    const index = earlier.get(`${stem.slice(0, length)}*`);
    if (index !== undefined) return index;
  }
  return undefined;
}

/** `paymentMethods[1].use`; other names than plain ones are quoted and cut. */
export function placeOf(path: Path): string {
  const parts = path.map((key) => {
    if (typeof key === 'number') return `[${key}]`;
    return /^[A-Za-z$][\w$]{0,59}$/.test(key) ? `.${key}` : `[${quoted(key)}]`;
  });
  return parts.length === 0 ? 'The mapping' : parts.join('').replace(/^\./, '');
}

const quoted = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
