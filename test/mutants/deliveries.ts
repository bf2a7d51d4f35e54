// The rules of the delivery into an ERP, each broken on purpose once. Those of its tables and of its queue are in mutants.ts.
import type { Mutant } from './mutant';

const worker = (name: string) => `lambda/deliver-orders/${name}.ts`;
const delivery = (name: string) => `lambda/shared/delivery/${name}.ts`;
const tryton = (name: string) => `lambda/shared/erp/tryton/${name}.ts`;

/** Which worker has an order, and what its end says. */
const LEASES: readonly Mutant[] = [
  {
    rule: 'Two deliveries of one message are one owner of a lease',
    file: worker('deliver'),
    from: 'owner: `${worker}/${message.receiptHandle}`',
    to: "owner: message.receiptHandle === '' ? '' : worker",
  },
  {
    rule: 'An order that ends its workers is tried without end',
    file: worker('deliver'),
    from: 'const MAX_CRASHES = 10;',
    to: 'const MAX_CRASHES = 10_000;',
  },
  {
    rule: 'A lease ends while a request of a killed worker may be under way',
    file: worker('batch'),
    from: 'leaseUntil: deadline + requestTimeoutMs,',
    to: 'leaseUntil: deadline,',
  },
  {
    rule: 'An order is begun with too little time left',
    file: worker('batch'),
    from: 'beginBefore: deadline - BEGIN_NEEDS_TIMEOUTS * requestTimeoutMs,',
    to: 'beginBefore: deadline + 0 * BEGIN_NEEDS_TIMEOUTS,',
  },
  {
    rule: 'The end of a delivery removes what was reported meanwhile',
    file: worker('record'),
    from: '(await deliveries.changeLeased(lease, withDue(change, dueOf(row, end, now)), row.told)) ??',
    to: '(await deliveries.changeLeased(lease, withDue(change, dueOf(row, end, now)))) ??',
  },
  {
    rule: 'A failed delivery waits although something was reported meanwhile',
    file: worker('record'),
    from: '(await deliveries.changeLeased(lease, { set: { ...failure, ...due }, remove }, row.told)) ??',
    to: '(await deliveries.changeLeased(lease, { set: { ...failure, ...due }, remove })) ??',
  },
  {
    rule: 'A held order never comes again under another mapping',
    file: worker('record'),
    from: "return end.state === 'held' ? { due: 'held', due_at: stateSince(row, end, now) } : {};",
    to: "return end.state === 'held' && row.told < 0 ? { due: 'held', due_at: stateSince(row, end, now) } : {};",
  },
];

/** The intent, and the one request that follows it. */
const INTENTS: readonly Mutant[] = [
  {
    rule: 'The ERP is asked to write before the intent is recorded',
    file: worker('write'),
    from: '  const intended = await intend(side, write, attempt, deps);\n',
    to: '  await write.send(deps.invocation.now() + LEAVES_WITHIN_MS).catch(() => undefined);\n  const intended = await intend(side, write, attempt, deps);\n',
  },
  {
    rule: 'An order is written although something was reported since the row was read',
    file: worker('write'),
    from: 'changeLeased(attempt.lease, change, told);',
    to: 'changeLeased(attempt.lease, change, told < 0 ? told : undefined);',
  },
  {
    rule: 'A worker that has lost its lease begins again with the row of another one',
    file: worker('write'),
    from: "return now === undefined ? ended(row, { kind: 'lost' }) : { step: 'read', row: now };",
    to: "return now === undefined ? { step: 'read', row } : { step: 'read', row: now };",
  },
  {
    rule: 'A write rests on a look older than a request timeout',
    file: worker('write'),
    from: 'if (at - write.look.askedAt > requestTimeoutMs)',
    to: 'if (at - write.look.askedAt > 1_000 * requestTimeoutMs)',
  },
  {
    rule: 'A write is begun although the lease is about to end',
    file: worker('write'),
    from: "if (leaseUntil - at < 2 * requestTimeoutMs) return { kind: 'next', state: tooLate(side.row, at) };",
    to: "if (leaseUntil - at < 0) return { kind: 'next', state: tooLate(side.row, at) };",
  },
  {
    rule: 'The ERP is asked although the lease is about to end',
    file: worker('find'),
    from: 'if (deps.invocation.leaseUntil - askedAt < 2 * requestTimeoutMs)',
    to: 'if (deps.invocation.leaseUntil - askedAt < 0 * requestTimeoutMs)',
  },
  {
    rule: 'A request leaves long after its intent was written',
    file: worker('write'),
    from: 'if (now() - at <= LEAVES_WITHIN_MS)',
    to: 'if (now() - at <= 1_000 * LEAVES_WITHIN_MS)',
  },
  {
    rule: 'A request may leave at any time',
    file: worker('write'),
    from: 'write.send(at + LEAVES_WITHIN_MS)',
    to: 'write.send(at + 1_000 * LEAVES_WITHIN_MS)',
  },
  {
    rule: 'An intent ends although the ERP did not prove that it refused',
    file: worker('write'),
    from: 'if (!(error instanceof ErpError) || !error.provesRefusal) {',
    to: 'if (!(error instanceof ErpError)) {',
  },
  {
    rule: 'A refusal ends the intent of an earlier write that may still land',
    file: worker('write'),
    from: "before === undefined ? { remove: ['intent'] } : { set: { intent: before } };",
    to: "before === undefined ? { remove: ['intent'] } : { remove: ['intent'] };",
  },
  {
    rule: 'A proven refusal leaves its intent',
    file: worker('write'),
    from: "before === undefined ? { remove: ['intent'] } :",
    to: 'before === undefined ? {} :',
  },
  {
    rule: 'The settle time of the ERP does not count',
    file: worker('settings'),
    from: 'policy.requestTimeoutMs + settle + findLagMs',
    to: 'policy.requestTimeoutMs + 0 * settle + findLagMs',
  },
  {
    rule: 'The lag of the find of the ERP does not count',
    file: worker('settings'),
    from: 'policy.requestTimeoutMs + settle + findLagMs',
    to: 'policy.requestTimeoutMs + settle + 0 * findLagMs',
  },
  {
    rule: 'What a find does not show is taken for absent while a write may still land',
    file: worker('decide'),
    from: 'if (intent !== undefined && isOpen(found) && !showsEffect',
    to: 'if (intent !== undefined && isOpen(found) && order !== undefined && !showsEffect',
  },
  {
    rule: 'A draft is written while an earlier write may still land',
    file: worker('decide'),
    from: 'if (intent !== undefined && isOpen(found) && !showsEffect',
    to: 'if (intent !== undefined && isOpen(found) && order === undefined && !showsEffect',
  },
  {
    rule: 'An intent counts as settled before its time',
    file: worker('decide'),
    from: 'Date.parse(intent.until) >= askedAt;',
    to: 'Date.parse(intent.until) >= askedAt + 30_000;',
  },
  {
    rule: 'An ERP without a key that refuses is asked again to create',
    file: worker('decide'),
    from: "return isCreate && orderKey === 'refuses' &&",
    to: "return isCreate && orderKey !== 'overwrites' &&",
  },
  {
    rule: 'An ERP whose second create overwrites is asked again to create',
    file: worker('decide'),
    from: "return isCreate && orderKey === 'refuses' &&",
    to: "return isCreate && orderKey !== 'none' &&",
  },
  {
    rule: 'Another document is created while the first one may still land',
    file: worker('decide'),
    from: 'intent.digest === document?.digest &&',
    to: "document !== undefined && intent.digest !== '' &&",
  },
  {
    rule: 'A rewrite of the same lines counts as seen before it landed',
    file: worker('decide'),
    from: 'return showsLines && digestOfSeen(order) !== erp?.seen;',
    to: "return showsLines && (digestOfSeen(order) !== erp?.seen || order.id !== '');",
  },
  {
    rule: 'A reference that the ERP calls taken is created again and again in one attempt',
    file: worker('find'),
    from: "if (state.isDuplicate === true && verdict.kind === 'create')",
    to: "if (state.isDuplicate === true && verdict.kind === 'wait')",
  },
];

/** What is found in the ERP, and what may be done with it. */
const FINDS: readonly Mutant[] = [
  {
    rule: 'Of two living sales orders of one order, one is taken',
    file: worker('decide'),
    from: 'if (live.length > 1) {',
    to: 'if (live.length > 2) {',
  },
  {
    rule: 'A double that is found ends an intent that may still land',
    file: worker('decide'),
    from: "end('held', 'several-in-erp', { detail, keepsIntent: isOpen(found) });",
    to: "end('held', 'several-in-erp', { detail, keepsIntent: false });",
  },
  {
    rule: 'A sales order that staff renamed counts as ours',
    file: worker('decide'),
    from: 'if (order.reference !== refs.at(-1) || (erp',
    to: 'if (refs.length === 0 || (erp',
  },
  {
    rule: 'A sales order of another id counts as ours',
    file: worker('decide'),
    from: '(erp !== undefined && erp.id !== order.id)',
    to: "(erp !== undefined && order.id === '')",
  },
  {
    rule: 'A sales order that staff changed counts as ours',
    file: worker('decide'),
    from: "return document !== undefined && compareWithErp(document, mapping, order).kind === 'equal';",
    to: 'return document !== undefined && compareWithErp(document, mapping, order).kind.length > 0;',
  },
  {
    rule: 'A sales order that is gone from the ERP is created again',
    file: worker('decide'),
    from: '  if (row.erp !== undefined) {',
    to: "  if (row.erp !== undefined && word !== 'deliver') {",
  },
  {
    rule: 'An order that was erased, refunded or held meanwhile ends excluded',
    file: worker('decide'),
    from: "    case 'erased':\n      return end('held', word);",
    to: "    case 'erased':\n      return end(row.told < 0 ? 'held' : 'excluded', word);",
  },
  {
    rule: "A person's word covers every later version",
    file: worker('version'),
    from: 'keep.digest === digestOfVersion(side);',
    to: "keep.digest !== '';",
  },
  {
    rule: 'A later edit is written over what a person kept',
    file: worker('decide'),
    from: 'if (found.row.kept === true) return decideOtherThanKept(order, found);',
    to: "if (found.row.kept === true && order.id === '') return decideOtherThanKept(order, found);",
  },
  {
    rule: 'A draft that is found is confirmed with another total',
    file: worker('decide-ours'),
    from: "    return compared.kind === 'equal'\n      ? { kind: 'confirm', order }",
    to: "    return compared.kind === 'equal' || compared.detail !== ''\n      ? { kind: 'confirm', order }",
  },
  {
    rule: 'A draft is confirmed with another total than it was sent with',
    file: worker('after-write'),
    from: "if (compared.kind !== 'equal') {\n    const { detail } = compared;",
    to: "if (compared.kind === 'other-lines') {\n    const { detail } = compared;",
  },
  {
    rule: 'A confirmed sales order of another total counts as delivered',
    file: worker('decide-ours'),
    from: 'const isSame = parseAmount(order.totals.total) === parseAmount(document.totals.gross);',
    to: 'const isSame = parseAmount(order.totals.total) !== (document.totals.gross.length > 99 ? 1n : undefined);',
  },
  {
    rule: 'An answer that shows other lines than were sent counts as ours',
    file: worker('after-write'),
    from: 'if (!showsIntent(order, intent)) {',
    to: "if (!showsIntent(order, intent) && order.id === '') {",
  },
  {
    rule: 'A shipped sales order is cancelled',
    file: worker('decide-ours'),
    from: "if (isOnItsWay(order.state)) return end('held', 'cancelled-after-shipping', { order, isOurs: true });",
    to: '',
  },
  {
    rule: 'What staff cancelled in the ERP is written again',
    file: worker('decide-ours'),
    from: "if (order.state === 'cancelled') return end('held', 'cancelled-in-erp', { order, isOurs: true });",
    to: '',
  },
  {
    rule: 'An edit after the confirmation is delivered without a word',
    file: worker('decide-ours'),
    from: 'if (sentFor === document.digest) return true;',
    to: "if (sentFor === document.digest || sentFor !== '') return true;",
  },
];

/** The store's side: the gate, and what ends without a call. */
const GATE: readonly Mutant[] = [
  {
    rule: 'A delivered order ends without a look although its content changed',
    file: worker('read'),
    from: 'delivered !== undefined && delivered.digest === document?.digest;',
    to: "delivered !== undefined && delivered.digest !== '';",
  },
  {
    rule: 'A delivered order ends without a look although a write may still land',
    file: worker('read'),
    from: "const isAtRest = row.state === 'delivered' && row.intent === undefined;",
    to: "const isAtRest = row.state === 'delivered';",
  },
  {
    rule: 'An order is delivered before its replication has ended',
    file: worker('read'),
    from: 'if (age <= HOUR_MS) return UNFINISHED_WAIT_MS;',
    to: 'if (age < -HOUR_MS) return UNFINISHED_WAIT_MS;',
  },
  {
    rule: 'The ERP is asked about an order that a person holds',
    file: worker('read'),
    from: "if (word === 'by-person' || (word === 'refunded' && isUntouched(row))) return held(word);",
    to: "if (word === 'refunded' && isUntouched(row)) return held(word);",
  },
  {
    rule: 'The ERP is asked about a refunded order',
    file: worker('read'),
    from: "if (word === 'by-person' || (word === 'refunded' && isUntouched(row))) return held(word);",
    to: "if (word === 'by-person') return held(word);",
  },
  {
    rule: 'A hold ends an intent',
    file: worker('read'),
    from: '({ ...heldBy(reason), snapshot });',
    to: '({ ...heldBy(reason), snapshot, keepsIntent: false });',
  },
  {
    rule: 'A figure that does not add up ends an intent',
    file: worker('read'),
    from: '{ ...heldBy(reason, detail), snapshot }',
    to: '{ ...heldBy(reason, detail), snapshot, keepsIntent: false }',
  },
  {
    rule: 'An order that may be in the ERP is excluded by the gate without a look',
    file: worker('read'),
    from: "if (!isUntouched(row) || word === 'deliver') return undefined;",
    to: "if (word === 'deliver') return undefined;",
  },
  {
    rule: 'An erased order that was never delivered ends excluded',
    file: worker('read'),
    from: "  if (word === 'erased') return held(word);\n",
    to: '',
  },
  {
    rule: 'An erased order stays delivered although its content changed',
    file: worker('read'),
    from: 'delivered?.bare === document?.bare',
    to: "delivered?.bare !== ''",
  },
  {
    rule: 'A delivered order whose snapshot expired is held',
    file: worker('read'),
    from: "if (word === 'no-snapshot' && isEnded(row)) return unchanged(row, snapshot);",
    to: "if (word === 'no-snapshot' && isEnded(row) && row.told < 0) return unchanged(row, snapshot);",
  },
  {
    rule: 'A delivered order is held because its payment is open again',
    file: worker('read'),
    from: "if (word === 'payment-open') return unchanged(row, snapshot);",
    to: "if (word === 'payment-open' && row.told < 0) return unchanged(row, snapshot);",
  },
  {
    rule: 'A draft is confirmed although its payment is open',
    file: worker('decide-ours'),
    from: "if (order.state === 'draft' || document === undefined)",
    to: 'if (document === undefined)',
  },
  {
    rule: 'An order that was archived after its delivery is held although it shipped',
    file: worker('decide-ours'),
    from: "return isOnItsWay(order.state) && row.state === 'delivered'",
    to: "return isOnItsWay(order.state) && row.state === 'waiting'",
  },
  {
    rule: 'An order made again under a second reference goes back to the first one',
    file: worker('read'),
    from: 'newest === undefined ? document : { ...document, ref: newest };',
    to: "newest === undefined || newest !== '' ? document : { ...document, ref: newest };",
  },
  {
    rule: 'The gate lets an order through whose payment is refunded',
    file: delivery('gate'),
    from: '    REFUNDED_PAYMENTS.has(paymentStatus(snapshot)) ||\n',
    to: '    (REFUNDED_PAYMENTS.size === 0 && paymentStatus(snapshot) !== "") ||\n',
  },
  {
    rule: 'The gate lets an order through of which a line is refunded',
    file: delivery('gate'),
    from: 'Number(line.quantity_refunded ?? 0) > 0',
    to: 'Number(line.quantity_refunded ?? 0) < 0',
  },
  {
    rule: 'The gate lets a cancelled order through',
    file: delivery('gate'),
    from: '  Status.Cancelled,\n  Status.Declined,\n',
    to: '  Status.Declined,\n',
  },
  {
    rule: 'The gate lets a disputed order through',
    file: delivery('gate'),
    from: 'new Set([Status.ManualVerificationRequired, Status.Disputed])',
    to: 'new Set<number>([Status.ManualVerificationRequired])',
  },
  {
    rule: 'The gate lets an archived order through',
    file: delivery('gate'),
    from: "if (snapshot.is_deleted === true) return 'archived';",
    to: '',
  },
  {
    rule: 'The gate lets an order through that is gone from the store',
    file: delivery('gate'),
    from: ' || snapshot.replication.gone === true',
    to: '',
  },
  {
    rule: 'The gate lets an order through whose payment is open',
    file: delivery('gate'),
    from: "return deliver === 'paid' || !AUTHORIZED_PAYMENTS",
    to: "return deliver !== 'paid' && !AUTHORIZED_PAYMENTS",
  },
  {
    rule: 'The gate lets an order through that was made before the start',
    file: delivery('gate'),
    from: 'createdAt !== undefined && createdAt < createdFrom;',
    to: 'createdAt !== undefined && createdAt < Math.min(0, createdFrom);',
  },
  {
    rule: 'The gate lets an erased order through',
    file: delivery('gate'),
    from: "return snapshot.replication.erased_at === undefined ? 'deliver' : 'erased';",
    to: "return snapshot.replication.erased_at !== '' ? 'deliver' : 'erased';",
  },
];

/** Who may call the ERP, and what its errors lead to. */
const CALLS: readonly Mutant[] = [
  {
    rule: 'Shadow mode writes to the ERP',
    file: worker('find'),
    from: "if (deps.policy.mode !== 'live' && verdict.kind !== 'wait')",
    to: "if (deps.policy.mode === 'off' && verdict.kind !== 'wait')",
  },
  {
    rule: 'An order that shadow mode looked at is not delivered once the mode is live',
    file: worker('record'),
    from: "if (end.shadow !== undefined) return { due: 'shadow', due_at: iso(now) };",
    to: '',
  },
  {
    rule: 'The ERP is called without one of the slots',
    file: worker('admission'),
    from: '      if (slot === undefined) {\n',
    to: '      if (slot === undefined && now() < 0) {\n',
  },
  {
    rule: 'A worker calls on after the ERP said that it has too many requests',
    file: worker('admission'),
    from: 'if (busyUntil !== undefined) return',
    to: 'if (busyUntil !== undefined && busyUntil < 0) return',
  },
  {
    rule: 'The slot of a worker that the ERP slowed down is given to the next one',
    file: worker('admission'),
    from: 'await keys.releaseSlot(slot, busyUntil);',
    to: 'await keys.releaseSlot(slot);',
  },
  {
    rule: 'The slot of an invocation is not released',
    file: worker('admission'),
    from: 'if (slot !== undefined) await keys.releaseSlot(slot, busyUntil);',
    to: 'if (slot !== undefined && busyUntil !== undefined) await keys.releaseSlot(slot, busyUntil);',
  },
  {
    rule: 'The ERP is called while the circuit is open',
    file: worker('admission'),
    from: 'if (openUntil > now()) return',
    to: 'if (openUntil > now() + 1e12) return',
  },
  {
    rule: 'Every worker probes the ERP once the time of the circuit is over',
    file: worker('admission'),
    from: 'if (!(await keys.probe(circuit, leaseUntil, now()))) {',
    to: 'if (!(await keys.probe(circuit, leaseUntil, now())) && now() < 0) {',
  },
  {
    rule: 'The circuit stays open although the ERP answered its probe',
    file: worker('admission'),
    from: '      await keys.closeCircuit();\n',
    to: '',
  },
  {
    rule: 'Refused credentials do not open the circuit',
    file: worker('admission'),
    from: '      await keys.openCircuit(until);\n',
    to: '',
  },
  {
    rule: 'An answer that the adapter does not know is tried without end',
    file: worker('outcome'),
    from: 'const TRIES_OF_UNKNOWN = 3;',
    to: 'const TRIES_OF_UNKNOWN = 3_000;',
  },
  {
    rule: 'A reference that is taken and not shown is tried without end',
    file: worker('outcome'),
    from: 'export const TRIES_OF_DUPLICATE = 6;',
    to: 'export const TRIES_OF_DUPLICATE = 6_000;',
  },
  {
    rule: 'A failure does not wait for its intent',
    file: worker('outcome'),
    from: 'dueAt: Math.max(dueAt, notBefore),',
    to: 'dueAt: Math.max(dueAt, 0 * notBefore),',
  },
  {
    rule: 'The wait between attempts does not grow',
    file: worker('outcome'),
    from: 'MINUTE_MS * 2 ** Math.min(attempts, 10)',
    to: 'MINUTE_MS * 2 ** Math.min(attempts, 0)',
  },
];

/** The customer, by the rule of an order. */
const CUSTOMERS: readonly Mutant[] = [
  {
    rule: 'A customer is looked for without its lease',
    file: worker('customer'),
    from: 'const taken = await keys.takeCustomer(party.key, worker, leaseUntil, now());',
    to: 'const taken = (await keys.takeCustomer(party.key, worker, leaseUntil, now())) ?? { key: party.key };',
  },
  {
    rule: 'A customer is created although its lease is lost',
    file: worker('customer'),
    from: 'if (!isIntended) {',
    to: 'if (!isIntended && at < 0) {',
  },
  {
    rule: 'A customer is created without an intent',
    file: worker('customer'),
    from: '{ until: iso(at + intentMs(deps)) }',
    to: 'at < 0 ? { until: iso(at + intentMs(deps)) } : {}',
  },
  {
    rule: 'A customer is created again while the first one may still land',
    file: worker('customer'),
    from: "if (until >= askedAt && erp.facts.customerKey !== 'refuses') {",
    to: "if (until >= askedAt && erp.facts.customerKey === 'refuses') {",
  },
  {
    rule: 'One of several customers is taken',
    file: worker('customer'),
    from: 'if (first !== undefined && second === undefined) return remember(',
    to: 'if (first !== undefined) return remember(',
  },
  {
    rule: 'A refused create of a customer ends the intent of an earlier one',
    file: worker('customer'),
    from: 'if (isRefused && !wasOpen) await',
    to: 'if (isRefused || wasOpen) await',
  },
  {
    rule: 'An unanswered create of a customer ends its intent',
    file: worker('customer'),
    from: 'if (isRefused && !wasOpen) await',
    to: 'if (!wasOpen) await',
  },
  {
    rule: 'The lease of a customer is kept after a failure',
    file: worker('customer'),
    from: '    await keys.changeCustomer(party.key, worker, { released: true });\n    return next(ended(row, await endOfFailure(',
    to: '    return next(ended(row, await endOfFailure(',
  },
  {
    rule: 'A customer whom the ERP no longer has is remembered',
    file: worker('create'),
    from: "if (how !== 'known' || !isData(error)) throw error;",
    to: "if (how !== 'created' || !isData(error)) throw error;",
  },
  {
    rule: 'A customer with whom the ERP refuses the order is remembered',
    file: worker('create'),
    from: "how === 'known' ? refusalOf(written.state) : undefined;",
    to: "how === 'created' ? refusalOf(written.state) : undefined;",
  },
];

/** The document, the comparison, the mapping. */
const DOCUMENTS: readonly Mutant[] = [
  {
    rule: 'Only the side that the store names is tried',
    file: delivery('sums'),
    from: "order.isTaxInclusive === true ? ['inc', 'ex'] : ['ex', 'inc'];",
    to: "order.isTaxInclusive === true ? ['inc'] : ['ex'];",
  },
  {
    rule: 'Gift certificates lower the total',
    file: delivery('sums'),
    from: 'redeemed: order.giftCertificates + order.storeCredit,',
    to: 'redeemed: order.storeCredit,',
  },
  {
    rule: 'A gift certificate does not pay',
    file: delivery('payments'),
    from: "    { kind: 'gift_certificate', method: 'Gift Certificate', amount: giftCertificates },",
    to: "    { kind: 'gift_certificate', method: 'Gift Certificate', amount: 0n * giftCertificates },",
  },
  {
    rule: 'An order whose figures do not add up is delivered',
    file: delivery('sums'),
    from: 'sum(lines.map((line) => line.total[side])) === subtotal[side] &&',
    to: 'sum(lines.map((line) => line.total[side])) !== -1n - subtotal[side] &&',
  },
  {
    rule: 'What a division leaves over goes to the smallest remainders',
    file: delivery('money'),
    from: 'Number(other.rest > one.rest) - Number(other.rest < one.rest),',
    to: 'Number(other.rest < one.rest) - Number(other.rest > one.rest),',
  },
  {
    rule: 'What a division leaves over is lost',
    file: delivery('money'),
    from: 'first.slice(0, left).map',
    to: 'first.slice(left).map',
  },
  {
    rule: 'A mere move of the status changes the digest',
    file: delivery('store-side'),
    from: '    refund: refundOf(snapshot),\n',
    to: '    refund: refundOf(snapshot),\n    status: snapshot.status_id,\n',
  },
  {
    rule: 'The digest without people changes with an address',
    file: delivery('store-side'),
    from: 'const bare = digestOfStoreSide(bareOf(snapshot, { ...side, lines }));',
    to: 'const bare = digestOfStoreSide({ ...bareOf(snapshot, { ...side, lines }), billing });',
  },
  {
    rule: 'The digest without people changes with what a shopper wrote',
    file: delivery('store-side'),
    from: 'const bare = digestOfStoreSide(bareOf(snapshot, { ...side, lines }));',
    to: 'const bare = digestOfStoreSide(bareOf(snapshot, lines.length < 0 ? { ...side, lines } : side));',
  },
  {
    rule: 'A line that is sent in two is not the whole amount',
    file: delivery('unit-price'),
    from: '{ quantity: more, price: (low + 1n) * step },',
    to: '{ quantity: more, price: low * step },',
  },
  {
    rule: 'The store’s tax is not sent',
    file: delivery('sent-lines'),
    from: '    ...document.taxes.map(',
    to: '    ...document.taxes.slice(1).map(',
  },
  {
    rule: 'The currency is not compared',
    file: delivery('compare'),
    from: '    currencyDiffers(document.currency, order.currency),\n',
    to: '    currencyDiffers(document.currency, document.currency),\n',
  },
  {
    rule: 'The total is not compared',
    file: delivery('compare'),
    from: "figureDiffers('total', document.totals.gross, parseAmount(order.totals.total), tolerance),",
    to: "figureDiffers('total', document.totals.gross, parseAmount(document.totals.gross), tolerance),",
  },
  {
    rule: 'A line that the ERP adds does not count',
    file: delivery('compare'),
    from: 'if (lacking.length + others.length > 0) {',
    to: 'if (lacking.length > 0) {',
  },
  {
    rule: 'Amounts may differ by more than the tolerance',
    file: delivery('compare'),
    from: '<= tolerance) return undefined;',
    to: '<= tolerance + 100n) return undefined;',
  },
  {
    rule: 'The last rule of the mapping that matches decides',
    file: delivery('mapping-rules'),
    from: "const named = rules.find((rule) => !('else' in rule)",
    to: "const named = rules.findLast((rule) => !('else' in rule)",
  },
];

/** The adapter for Tryton. */
const TRYTON: readonly Mutant[] = [
  {
    rule: 'A 500 of Tryton counts as a refusal',
    file: tryton('error-rules'),
    from: "rule(500, undefined, 'server-error', 'unknown', false),",
    to: "rule(500, undefined, 'server-error', 'unknown'),",
  },
  {
    rule: 'An error of a server that Tryton never gave before counts as a refusal',
    file: tryton('error-rules'),
    from: "rule('5xx', undefined, 'server-error', 'unknown', false),",
    to: "rule('5xx', undefined, 'server-error', 'unknown'),",
  },
  {
    rule: 'A request whose answer is lost counts as never sent',
    file: tryton('classify'),
    from: "const isUnsent = never !== undefined || during === 'connect';",
    to: "const isUnsent = never !== undefined || during !== 'accept';",
  },
  {
    rule: 'A sale in Tryton has no key that is unique',
    file: tryton('write-sale'),
    from: '    web_id: document.ref,\n',
    to: '',
  },
  {
    rule: 'A sale in Tryton has no web shop, with which its key is unique',
    file: tryton('write-sale'),
    from: '    web_shop: names.shop,\n',
    to: '',
  },
  {
    rule: 'A price is sent to Tryton as a binary fraction',
    file: tryton('write-sale'),
    from: 'unit_price: toDecimal(unitPrice),',
    to: 'unit_price: Number(unitPrice),',
  },
  {
    rule: 'A decimal of Tryton is read as a binary fraction',
    file: tryton('values'),
    from: 'v.transform(({ decimal: text }) => plainDecimal(text)),',
    to: 'v.transform(({ decimal: text }) => plainDecimal(String(Number(text)))),',
  },
  {
    rule: 'A customer in Tryton has no key that is unique',
    file: tryton('customers'),
    from: '      code: party.key,\n',
    to: '',
  },
  {
    rule: 'A sale that staff renamed is not looked for by its id',
    file: tryton('sales'),
    from: "if (id !== undefined) domain.push(['id', '=', Number(id)]);",
    to: "if (id === '') domain.push(['id', '=', Number(id)]);",
  },
  {
    rule: 'A request to Tryton leaves although it is too late',
    file: tryton('calls'),
    from: 'Math.min(callsUntil, request.notAfter ?? Infinity)',
    to: 'Math.min(callsUntil, Infinity)',
  },
  {
    rule: 'A draft in Tryton is confirmed without a payment that it lacks',
    file: tryton('sales'),
    from: "if (missing.length === 0) return this.button(row, 'confirm',",
    to: "if (missing.length >= 0) return this.button(row, 'confirm',",
  },
  {
    rule: 'A payment is recorded in Tryton twice',
    file: tryton('write-sale'),
    from: '    return at < 0;\n',
    to: '    return at < known.length;\n',
  },
];

export const DELIVERY_MUTANTS: readonly Mutant[] = [
  ...LEASES,
  ...INTENTS,
  ...FINDS,
  ...GATE,
  ...CALLS,
  ...CUSTOMERS,
  ...DOCUMENTS,
  ...TRYTON,
];
