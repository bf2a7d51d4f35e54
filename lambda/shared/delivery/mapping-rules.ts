// Looks the store's names up in the mapping's rules: the first match wins, texts compare without case, and a `*` at the end
// matches any rest.
import { Hold } from './hold';
import type { Rule } from './mapping';
import type { DeliveryReason } from './reasons';

/** Whether a rule's text stands for this text. */
export function matchesText(pattern: string, text: string): boolean {
  const folded = fold(pattern);
  const given = fold(text);
  return folded.endsWith('*') ? given.startsWith(folded.slice(0, -1)) : given === folded;
}

const fold = (text: string): string => text.trim().toLowerCase();

/**
 * What the first rule that matches says, then the `else`; `hold` if there is neither. `given` is compared field by field, such as
 * `{ method: 'Ground' }`.
 */
export function findRule<Match extends object, Use>(
  rules: readonly Rule<Match, Use>[],
  given: Match,
): Use | 'hold' {
  const named = rules.find((rule) => !('else' in rule) && matches(rule, given)) as { use: Use } | undefined;
  if (named) return named.use;
  const last = rules.find((rule) => 'else' in rule) as { else: Use | 'hold' } | undefined;
  return last ? last.else : 'hold';
}

function matches(rule: object, given: object): boolean {
  const fields = new Map<string, unknown>(Object.entries(rule));
  return Object.entries(given).every(([name, value]: [string, unknown]) => {
    const one = fields.get(name);
    return typeof one === 'string' && typeof value === 'string' ? matchesText(one, value) : one === value;
  });
}

/** The same, but throws Hold with this reason, naming what was looked up, where a rule says `hold` or there is none. */
export function useRule<Match extends object, Use>(
  rules: readonly Rule<Match, Use>[],
  given: Match,
  reason: DeliveryReason,
): Exclude<Use, 'hold'> {
  const use = findRule(rules, given);
  if (use !== 'hold') return use as Exclude<Use, 'hold'>;
  throw new Hold(
    reason,
    Object.values(given)
      .map((value) => JSON.stringify(value))
      .join(', '),
  );
}
