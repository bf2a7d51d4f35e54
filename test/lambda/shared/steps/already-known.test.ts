// Which listed orders the ledger knows in the listed version, by the protocol's list, line by line.
import { parseOrder } from '../../../../lambda/shared/bigcommerce/parse-order';
import { whyKnown } from '../../../../lambda/shared/steps/already-known';
import type { Sighting } from '../../../../lambda/shared/steps/already-known';
import type { Reason } from '../../../../lambda/shared/order/reasons';
import type { LedgerRow } from '../../../../lambda/shared/order/ledger-row';
import { contentDigest } from '../../../../lambda/shared/order/content';
import { aLine, anOrder, aReference, aRuleSet, iso, NOON, storeDate } from '../../../support/builders';
import { withLines } from '../../../support/memory-store';

const HOUR = 3_600_000;

const DAY = 24 * HOUR;

const modified = NOON - HOUR;

const settled = iso(modified + 10_000);

const unsettled = iso(modified + 9_999);

const aSighting = ({ order = anOrder(), reference = {} } = {}): Sighting => ({
  order: parseOrder(order),
  reference: aReference(reference),
});

const known = (row: Partial<LedgerRow>, { now = NOON, rules = {}, reference = {} } = {}) => {
  const version = { date_modified: storeDate(modified), status_id: 11, reached_at: iso(NOON) };
  return (
    whyKnown({ order_id: 100, ...version, ...row }, aSighting({ reference }), aRuleSet(rules), now) !==
    undefined
  );
};

it.each<[string, Partial<LedgerRow>, object, boolean]>([
  ['queued, seen settled', { state: 'queued', seen_at: settled }, {}, true],
  ['queued, seen unsettled', { state: 'queued', seen_at: unsettled }, {}, false],
  ['queued 4 days ago', { state: 'queued', seen_at: iso(NOON) }, { now: NOON + 4 * DAY }, false],
  [
    'queued just under 4 days ago',
    { state: 'queued', seen_at: iso(NOON) },
    { now: NOON + 4 * DAY - 1 },
    true,
  ],
  ['replicated, settled', { state: 'replicated', read_at: settled }, {}, true],
  ['replicated, unsettled', { state: 'replicated', read_at: unsettled }, {}, false],
  ['skipped, unsettled', { state: 'skipped', read_at: unsettled }, {}, false],
  [
    'skipped for 404 today',
    { state: 'skipped', read_at: settled, reason: 'not-found' },
    { now: NOON + DAY - 1 },
    true,
  ],
  [
    'skipped for 404 a day ago',
    { state: 'skipped', read_at: settled, reason: 'not-found' },
    { now: NOON + DAY },
    false,
  ],
  [
    'copied, advanced if it were read again',
    { state: 'copied', read_at: settled, digital: false },
    {},
    false,
  ],
  [
    'copied while AdvanceOrders is off',
    { state: 'copied', read_at: settled, digital: false },
    { rules: { advanceOrders: false } },
    true,
  ],
  [
    'copied, not in AdvanceStatusIds',
    { state: 'copied', read_at: settled, digital: false },
    { rules: { advanceStatusIds: [10] } },
    true,
  ],
  [
    'copied, in its target status',
    { state: 'copied', read_at: settled, digital: false },
    { rules: { newPhysicalOrderStatusId: 11 } },
    true,
  ],
  ['copied and gone today', { state: 'copied', read_at: settled, reason: 'not-found' }, {}, true],
  [
    'copied and gone a day ago',
    { state: 'copied', read_at: settled, reason: 'not-found' },
    { now: NOON + DAY },
    false,
  ],
  [
    'copied, unsettled',
    { state: 'copied', read_at: unsettled, digital: false },
    { rules: { advanceOrders: false } },
    false,
  ],
  [
    'dead for good, tried settled',
    { state: 'dead', reason: 'rejected', tried_at: settled },
    { now: NOON + 30 * DAY },
    true,
  ],
  ['dead for good, tried unsettled', { state: 'dead', reason: 'rejected', tried_at: unsettled }, {}, false],
  [
    'dead by exhaustion today',
    { state: 'dead', reason: 'attempts-exhausted' },
    { now: NOON + DAY - 1 },
    true,
  ],
  [
    'dead by exhaustion a day ago',
    { state: 'dead', reason: 'attempts-exhausted' },
    { now: NOON + DAY },
    false,
  ],
  ['only leased', { lease_owner: 'a' }, {}, false],
  [
    'another date',
    { state: 'queued', seen_at: settled },
    { reference: { dateModified: storeDate(NOON) } },
    false,
  ],
  ['another status', { state: 'queued', seen_at: settled }, { reference: { statusId: 7 } }, false],
])('a row and its time decide whether a list excludes the order: %s', (_, row, circumstances, isKnown) => {
  expect(known(row, circumstances)).toBe(isKnown);
});

describe('a skipped order that was read when settled', () => {
  const why = (order: Parameters<typeof anOrder>[0], reason: Reason, rules = {}, read_at = settled) => {
    const shown = anOrder(order);
    const version = { date_modified: storeDate(modified), status_id: shown.status_id };
    const row = { order_id: 100, ...version, state: 'skipped', read_at, reason } as const;
    const seen = aSighting({ order: shown, reference: { statusId: shown.status_id } });
    return whyKnown(row, seen, aRuleSet(rules), NOON + 30 * DAY);
  };

  it.each<[string, Parameters<typeof anOrder>[0], Reason]>([
    ['that is still void', { status_id: 5 }, 'void-status'],
    ['that is still archived', { is_deleted: true }, 'archived'],
    ['that is no longer archived, but void', { status_id: 5 }, 'archived'],
  ])('a skipped order %s is not queued again', (_, order, reason) => {
    expect(why(order, reason)).toBe('already-skipped');
    expect(why(order, reason, {}, unsettled)).toBeUndefined();
  });

  it('a skipped order is queued once AllowedStatusIds includes its status', () => {
    const rules = { allowedStatusIds: [7, 10, 11, 12] };
    expect(why({ status_id: 12 }, 'void-status')).toBe('already-skipped');
    expect(why({ status_id: 12 }, 'void-status', rules)).toBeUndefined();
  });

  it('a skipped order is queued once a list shows that it is no longer archived', () => {
    expect(why({}, 'archived')).toBeUndefined();
  });

  it('a skipped order is not queued while its status is not one that is stored', () => {
    expect(why({ status_id: 7 }, 'archived', { allowedStatusIds: [10, 11] })).toBe('already-skipped');
  });
});

describe('an order that was copied as archived', () => {
  const why = (order: Parameters<typeof anOrder>[0]) => {
    const shown = anOrder(order);
    const version = { date_modified: storeDate(modified), status_id: shown.status_id };
    const row = { order_id: 100, ...version, state: 'copied', reason: 'archived', digital: false } as const;
    const seen = aSighting({ order: shown, reference: { statusId: shown.status_id } });
    return whyKnown({ ...row, read_at: settled }, seen, aRuleSet(), NOON + 30 * DAY);
  };

  it('an order that was copied as archived is not queued while a list shows it as archived, even in a status that is advanced', () => {
    expect(why({ is_deleted: true })).toBe('already-copied');
    expect(why({ is_deleted: true, status_id: 9 })).toBe('already-copied');
  });

  it('an order that was copied as archived is queued once a list shows it without the mark, whatever its status', () => {
    expect(why({})).toBeUndefined();
    expect(why({ status_id: 9, is_deleted: false })).toBeUndefined();
  });
});

describe('a list with lines of an order that was read when settled', () => {
  const shown = withLines({ order: anOrder({ status_id: 9 }), lines: [aLine()] });
  const changed = withLines({ order: shown, lines: [aLine({ quantity_refunded: 1 })] });
  const why = (order: typeof shown, row: Partial<LedgerRow>, { lists = order } = {}) => {
    const version = { date_modified: storeDate(modified), status_id: 9 };
    const finished = { order_id: 100, ...version, state: 'replicated', read_at: settled } as const;
    const listedDigest = contentDigest(parseOrder(lists))!;
    const seen = aSighting({ order, reference: { statusId: 9, listedDigest } });
    return whyKnown({ ...finished, ...row }, seen, aRuleSet(), NOON);
  };

  it('a list that shows a change without another date queues the order, whatever its state', () => {
    const content_digest = contentDigest(parseOrder(shown))!;
    expect(why(shown, { content_digest })).toBe('already-replicated');
    expect(why(changed, { content_digest })).toBeUndefined();
    expect(why(changed, { content_digest, state: 'copied' })).toBeUndefined();
  });

  it('a list that differs from each GET causes one read only', () => {
    const row = {
      content_digest: contentDigest(parseOrder(shown))!,
      listed_digest: contentDigest(parseOrder(changed))!,
    };
    expect(why(changed, row)).toBe('already-replicated');
    const again = withLines({ order: shown, lines: [aLine({ quantity_refunded: 2 })] });
    expect(why(again, row)).toBeUndefined();
  });

  it.each([
    ['there is no fingerprint', {}],
    ['the fingerprint has another form', { content_digest: 'of an earlier version' }],
    ['the fingerprint has a later form', { content_digest: '3:x' }],
  ])('a list with lines decides nothing where %s', (_, row) => {
    expect(why(changed, row)).toBe('already-replicated');
  });

  it('a list decides nothing where it shows no lines', () => {
    const seen = aSighting({
      order: anOrder({ status_id: 9, staff_notes: 'x' }),
      reference: { statusId: 9 },
    });
    const version = {
      date_modified: storeDate(modified),
      status_id: 9,
      content_digest: contentDigest(parseOrder(shown))!,
    };
    const row = { order_id: 100, ...version, state: 'replicated', read_at: settled } as const;
    expect(whyKnown(row, seen, aRuleSet(), NOON)).toBe('already-replicated');
  });
});

it.each([
  ['found digital', true, false],
  ['not found digital', false, true],
])('the lines of a copied Completed order decide whether a list excludes it: %s', (_, digital, isKnown) => {
  const row = { state: 'copied', status_id: 10, read_at: settled, digital } as const;
  expect(known(row, { reference: { statusId: 10 } })).toBe(isKnown);
});

it('a Completed digital order that was advanced before is not advanced again', () => {
  const row = {
    state: 'copied',
    status_id: 10,
    read_at: settled,
    digital: true,
    advanced_at: iso(NOON),
  } as const;
  expect(known(row, { reference: { statusId: 10 } })).toBe(true);
});

it('an order without a row is not known', () => {
  expect(whyKnown(undefined, aSighting(), aRuleSet(), NOON)).toBeUndefined();
});

describe('an advanced order whose row is older than its date', () => {
  const listed = withLines({ order: anOrder({ status_id: 9 }), lines: [aLine()] });
  const bare: LedgerRow = {
    order_id: 100,
    status_id: 9,
    date_modified: storeDate(modified),
    read_at: iso(modified - 2_000),
    reached_at: iso(modified),
    state: 'replicated',
  };
  const row: LedgerRow = { ...bare, content_digest: contentDigest(parseOrder(listed))! };
  const seenWhenSettled = { statusId: 9, seenAt: settled };
  const why = (
    { order = listed, reference = {} }: { order?: typeof listed; reference?: object } = {},
    changes: Partial<LedgerRow> = {},
    rules = {},
  ) => {
    const sighting = aSighting({ order, reference: { ...seenWhenSettled, ...reference } });
    return whyKnown({ ...row, ...changes }, sighting, aRuleSet(rules), NOON);
  };

  it('a settled list that shows the content as it was stored shows that an advanced order is unchanged', () => {
    expect(why()).toBe('already-replicated');
    expect(why({}, { state: 'copied' })).toBe('already-copied');
  });

  it.each<[string, Parameters<typeof why>]>([
    ['was seen while it could still change', [{ reference: { seenAt: unsettled } }]],
    ['shows another address', [{ order: { ...listed, billing_address: { first_name: 'Bea' } } }]],
    ['shows another line', [{ order: withLines({ order: listed, lines: [aLine({ name: 'Cup' })] }) }]],
    ['came without lines', [{ order: anOrder({ status_id: 9 }) }]],
    ['shows another date', [{ reference: { dateModified: storeDate(NOON) } }]],
    ['shows another status', [{ reference: { statusId: 11 } }]],
  ])('a list that %s does not show that an advanced order is unchanged', (_, [sighting]) => {
    expect(why(sighting)).toBeUndefined();
  });

  it('a row without a fingerprint, or in another state, does not show that an order is unchanged', () => {
    expect(whyKnown(bare, aSighting({ order: listed, reference: seenWhenSettled }), aRuleSet(), NOON)).toBe(
      undefined,
    );
    expect(why({}, { state: 'skipped' })).toBeUndefined();
    expect(why({}, { state: 'dead', reason: 'rejected' })).toBeUndefined();
  });

  it('a list does not exclude an advanced order that may be advanced now', () => {
    const waiting = withLines({ order: anOrder(), lines: [aLine()] });
    const copied = {
      state: 'copied',
      status_id: 11,
      digital: false,
      content_digest: contentDigest(parseOrder(waiting))!,
    } as const;
    const sighting = { order: waiting, reference: { statusId: 11 } };
    expect(why(sighting, copied, { advanceOrders: false })).toBe('already-copied');
    expect(why(sighting, copied)).toBeUndefined();
  });
});
