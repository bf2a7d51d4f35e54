// How the store's names are looked up in the mapping's rules.
import { Hold } from '../../../../lambda/shared/delivery/hold';
import { findRule, matchesText, useRule } from '../../../../lambda/shared/delivery/mapping-rules';

describe('mapping rules', () => {
  it.each([
    ['Ground', 'ground', true],
    ['Ground', 'Ground ', true],
    ['Ground*', 'GROUND (2-3 days)', true],
    ['Ground*', 'ground', true],
    ['*', '', true],
    ['Ground', 'Ground (2-3 days)', false],
    ['*Ground', 'FedEx Ground', false],
    ['G.ound', 'Ground', false],
    ['', 'Ground', false],
  ])('the pattern "%s" and the text "%s": %s', (pattern, text, expected) => {
    expect(matchesText(pattern, text)).toBe(expected);
  });

  it('the first rule that matches decides, and the else where none does', () => {
    const rules = [
      { method: 'Ground Express', use: 'Fast' },
      { method: 'Ground*', use: 'Slow' },
      { method: 'Ground Night', use: 'Never' },
      { else: 'Other' },
    ];
    const found = ['ground express', 'Ground Night', 'Pigeon'].map((method) => findRule(rules, { method }));
    expect(found).toEqual(['Fast', 'Slow', 'Other']);
  });

  it('rules for numbers match the same number only', () => {
    const rules = [{ channelId: 1, use: { shop: 'one' } }, { else: 'hold' as const }];
    expect(findRule(rules, { channelId: 1 })).toEqual({ shop: 'one' });
    expect(findRule(rules, { channelId: 11 })).toBe('hold');
  });

  it('without a match and without an else the order is held, as where a rule says hold', () => {
    const rules = [{ method: 'Ground', use: 'hold' }];
    expect(() => useRule(rules, { method: 'Sea' }, 'unmapped-shipping-method')).toThrow(
      new Hold('unmapped-shipping-method', '"Sea"'),
    );
    expect(() => useRule(rules, { method: 'Ground' }, 'unmapped-shipping-method')).toThrow(
      new Hold('unmapped-shipping-method', '"Ground"'),
    );
  });

  it('null is a value that a rule may name', () => {
    expect(useRule([{ else: null }], { method: 'Sea' }, 'unmapped-shipping-method')).toBeNull();
  });
});
