// How the ledger's updates are written: an attribute's value has its name after a colon.
import { iso } from '../runtime/time';

/** The values without those that are undefined. */
export function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Each value under the name by which `setting` and the conditions call it: a colon and its attribute's name. */
export function placeholders(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value]));
}

/** `state` is a reserved word of DynamoDB's, so it goes by an alias. */
export function setting(set: readonly string[], remove: readonly string[] = []): string {
  const alias = (name: string) => (name === 'state' ? '#state' : name);
  const assignments = set.map((name) => `${alias(name)} = :${name}`).join(', ');
  return `SET ${assignments}${remove.length > 0 ? ` REMOVE ${remove.map(alias).join(', ')}` : ''}`;
}

/** The ISO time that is `ms` milliseconds after another ISO time. */
export function isoLater(time: string, ms: number): string {
  return iso(Date.parse(time) + ms);
}
