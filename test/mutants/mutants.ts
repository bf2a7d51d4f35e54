// The rules, each broken on purpose once: the suite has to notice. `npm run mutants` tries them all.

export interface Mutant {
  /** The rule that is broken, and how. */
  readonly rule: string;
  readonly file: string;
  /** Occurs in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

const worker = (name: string) => `lambda/process-new-orders/${name}.ts`;
const poller = (name: string) => `lambda/get-new-orders/${name}.ts`;
const auditor = (name: string) => `lambda/audit-orders/${name}.ts`;
const shared = (name: string) => `lambda/shared/${name}.ts`;

export const MUTANTS: readonly Mutant[] = [
  {
    rule: 'A webhook is answered before its reference is queued, and whether or not',
    file: 'lambda/new-orders-webhook/receive.ts',
    from: 'throw new EnqueueError(`Order ${orderId} could not be queued. ${describe(error)}`, { cause: error });',
    to: 'return String(orderId) + describe(error) + EnqueueError.name;',
  },
  {
    rule: 'A webhook without a valid proof is taken',
    file: 'lambda/new-orders-webhook/receive.ts',
    from: "if (proof.by === 'nothing') return { status: 401",
    to: "if (proof.by === 'nothing' && deps.now() < 0) return { status: 401",
  },
  {
    rule: 'A poll notes an order as queued before it queues it',
    file: poller('take-up'),
    from: 'await deps.queue.enqueue(references);\n  await noteQueued(references, deps);',
    to: 'await noteQueued(references, deps);\n  await deps.queue.enqueue(references);',
  },
  {
    rule: 'A poll that fails says nothing',
    file: poller('poll'),
    from: '    throw error;\n',
    to: "    return { ...pass, duration_ms: 0, outcome: 'failed' };\n",
  },
  {
    rule: 'A poll reads the first page of a list only',
    file: shared('listed-pages'),
    from: 'const isLast = page.isLast || orders.length === 0;',
    to: 'const isLast = page.isLast || orders.length >= 0;',
  },
  {
    rule: 'A poll says that it saw a list when it asked for it, not when the answer was in',
    file: shared('listed-pages'),
    from: 'const page = await ask(minId);\n    const seenAt = deps.now();',
    to: 'const seenAt = deps.now();\n    const page = await ask(minId);',
  },
  {
    rule: 'What was queued once is believed to be on its way for ever',
    file: poller('left-out'),
    from: 'return settledAt(row.seen_at) && now - time(row.seen_at) < QUEUE_RETENTION_MS;',
    to: 'return settledAt(row.seen_at) && QUEUE_RETENTION_MS > 0;',
  },
  {
    rule: 'A version that could still change under the same date is left out by later polls',
    file: poller('left-out'),
    from: "case 'replicated':\n      return isStored(row, seen);",
    to: "case 'replicated':\n      return true;",
  },
  {
    rule: 'What cannot be replicated is queued again by every poll',
    file: poller('left-out'),
    from: "return row.dead_by === 'permanent' ? settledAt(row.tried_at) : isRecent;",
    to: "return row.dead_by === 'permanent' && settledAt(row.tried_at) && isRecent && false;",
  },
  {
    rule: 'What was copied while AdvanceOrders was off is never looked at again',
    file: poller('left-out'),
    from: 'return isStored(row, seen) && !isArchivedNoMore(row, seen) && !mayBeAdvancedNow(row, seen, rules);',
    to: 'return isStored(row, seen) || isArchivedNoMore(row, seen) || mayBeAdvancedNow(row, seen, rules);',
  },
  {
    rule: 'New orders that changed lately are in no list',
    file: poller('take-up'),
    from: 'return isNew(order, rules, bounds) ? undefined',
    to: 'return isNew(order, rules, bounds) && order.id < 0 ? undefined',
  },
  {
    rule: 'What changed after it was stored is never followed',
    file: poller('begin'),
    from: 'const follows = followUpDays > 0 && modifiedSince !== undefined;',
    to: 'const follows = followUpDays < 0 && modifiedSince !== undefined;',
  },
  {
    rule: 'A list that was seen while an order could still change says that it did not',
    file: poller('left-out'),
    from: 'return isSettled(row.date_modified, time(seen.reference.seenAt)) && showsChange === false;',
    to: 'return showsChange === false;',
  },
  {
    rule: 'A sliced poll that is taken up begins with its list again',
    file: poller('begin'),
    from: 'const lists = [{ ...first, afterId: cursor.last_id }, ...others];',
    to: 'const lists = [first, ...others];',
  },
  {
    rule: 'What changed while a store was read in slices is missed by the next poll',
    file: shared('jobs'),
    from: '((await find(timestamp))?.began ?? timestamp)',
    to: '((await find(timestamp))?.timestamp ?? timestamp)',
  },
  {
    rule: 'An audit does not queue what is missing',
    file: auditor('audit-day'),
    from: 'if (!pass.dryRun) await enqueue(',
    to: 'if (pass.dryRun) await enqueue(',
  },
  {
    rule: 'An audit takes an order for missing while a worker stores it',
    file: auditor('audit-day'),
    from: 'const rows = await deps.ledger.find(ids);\n  // After the rows: a worker that ends meanwhile has stored the snapshot before it says so.\n  const stored = await deps.orders.among(ids);',
    to: 'const stored = await deps.orders.among(ids);\n  const rows = await deps.ledger.find(ids);',
  },
  {
    rule: 'An audit takes the ledger at its word that an order is stored',
    file: auditor('account'),
    from: 'if (!found.isStored) {',
    to: 'if (!found.isStored && row.order_id < 0) {',
  },
  {
    rule: 'An audit believes for ever that what was queued once is on its way',
    file: auditor('account'),
    from: "if (isWithin(QUEUE_RETENTION_MS, row.seen_at, circumstances)) return { kind: 'queued' };",
    to: "if (QUEUE_RETENTION_MS > 0) return { kind: 'queued' };",
  },
  {
    rule: 'Every gap counts as one that stays',
    file: auditor('tally'),
    from: 'if (tally.wasOpen(id)) tally.staying += 1;',
    to: 'tally.staying += 1;',
  },
  {
    rule: 'A reference is acknowledged before its snapshot is stored',
    file: worker('replicate'),
    from: 'await deps.orders.store(next);',
    to: 'deps.orders.store(next).catch(() => undefined);',
  },
  {
    rule: 'An order is replicated by two workers at once',
    file: worker('replicate'),
    from: "if (taken.kind !== 'taken') throw",
    to: "if (taken.kind !== 'taken' && deps.now() < 0) throw",
  },
  {
    rule: 'What a row covers already is replicated once more',
    file: worker('replicate'),
    from: "if (taken.kind === 'covered') return { state: 'covered' };",
    to: "if (taken.kind === 'covered') await deps.store.getOrder(reference.orderId);",
  },
  {
    rule: 'A 404 is believed at the first receive',
    file: worker('replicate'),
    from: 'const BELIEVED_RECEIVE = 3;',
    to: 'const BELIEVED_RECEIVE = 1;',
  },
  {
    rule: 'A void order is stored although nobody knows it',
    file: worker('replicate'),
    from: 'if (voidReason !== undefined && earlier === undefined &&',
    to: 'if (voidReason !== undefined && earlier !== undefined && deps.now() < 0 &&',
  },
  {
    rule: 'A worker begins an order when its time is nearly over',
    file: worker('replicate'),
    from: 'if (startedAt >= deps.beginBefore) throw notBegun(reference);',
    to: 'if (startedAt >= deps.leaseUntil) throw notBegun(reference);',
  },
  {
    rule: 'An empty answer is taken for an empty list, whatever the order counts',
    file: worker('enrich'),
    from: 'if (!(count > 0)) return;',
    to: 'if (count >= 0) return;',
  },
  {
    rule: 'A PUT rests on a read of any age',
    file: worker('advance'),
    from: 'const MAX_READ_AGE_MS = 2_000;',
    to: 'const MAX_READ_AGE_MS = 3_600_000;',
  },
  {
    rule: 'A failed PUT is repeated without another GET',
    file: worker('advance'),
    from: 'const after = await readAgain(task, deps);\n    const { order } = after.read;',
    to: "const after: Again = { kind: 'same', read: basis };\n    const { order } = after.read as Read | Gone;",
  },
  {
    rule: 'A failed PUT is taken for done when a GET works',
    file: worker('advance'),
    from: 'if (order?.status_id === targetStatusId) return settle',
    to: 'if (order !== undefined) return settle',
  },
  {
    rule: 'The answer to a PUT is not compared with what was stored',
    file: worker('advance'),
    from: 'if (sameContent(answer, enriched.order)) return',
    to: 'if (sameContent(answer, enriched.order) || snapshot.id > 0) return',
  },
  {
    rule: 'An equal second read counts although the first could still change unseen',
    file: worker('advance'),
    from: 'isSettled(dateModified(enriched.order), enriched.readAt);\n',
    to: '(isSettled(dateModified(enriched.order), enriched.readAt) || read.readAt > 0);\n',
  },
  {
    rule: 'PUTs are tried without end',
    file: worker('advance'),
    from: 'const MAX_PUTS = 2;',
    to: 'const MAX_PUTS = 2_000;',
  },
  {
    rule: 'A reference that failed leaves the queue',
    file: worker('give-up'),
    from: "  return 'given back';\n}",
    to: "  return 'acknowledged';\n}",
  },
  {
    rule: 'A reference that could not be parked leaves the queue',
    file: worker('give-up'),
    from: 'return giveBack(message, reference, error, deps);\n  }\n  await noteDead',
    to: "return 'acknowledged';\n  }\n  await noteDead",
  },
  {
    rule: 'The last receive is left to SQS, which gives no reason',
    file: worker('give-up'),
    from: 'message.receiveCount >= deps.maxReceiveCount',
    to: 'message.receiveCount > deps.maxReceiveCount',
  },
  {
    rule: 'A configuration error alerts nobody',
    file: worker('give-up'),
    from: "if (kind === 'configuration') await alertConfiguration(error, deps);",
    to: "if (kind === 'permanent') await alertConfiguration(error, deps);",
  },
  {
    rule: 'A lease ends with its invocation, while a PUT may still be on its way',
    file: worker('batch'),
    from: 'const LEASE_BEYOND_DEADLINE_MS = PUT_MAY_LAND_MS;',
    to: 'const LEASE_BEYOND_DEADLINE_MS = 0 * PUT_MAY_LAND_MS;',
  },
  {
    rule: 'Completed physical orders are put back to Awaiting Shipment',
    file: shared('order'),
    from: 'if (statusId === Status.Completed && !digital) return',
    to: 'if (statusId === Status.Completed && !digital && name === name.toUpperCase()) return',
  },
  {
    rule: 'Cancelled, refunded and declined orders count as further on',
    file: shared('order'),
    from: 'return isVoid ? `${statusName(order.status_id)} is void` : undefined;',
    to: 'return isVoid && order.id < 0 ? `${statusName(order.status_id)} is void` : undefined;',
  },
  {
    rule: 'A worker advances orders from before IgnoreOrdersCreatedBefore',
    file: shared('order'),
    from: 'if (isOld) return BEFORE_BOUND;',
    to: 'if (isOld && statusId < 0) return BEFORE_BOUND;',
  },
  {
    rule: 'Orders of every status are advanced',
    file: shared('order'),
    from: 'if (!rules.advanceStatusIds.includes(statusId)) return',
    to: 'if (!rules.advanceStatusIds.includes(statusId) && statusId < 0) return',
  },
  {
    rule: 'An order that our own PUT had moved before the worker died is not known again',
    file: shared('order'),
    from: 'if (order.status_id === earlier?.replication.target_status_id)',
    to: 'if (order.status_id === earlier?.replication.target_status_id && digital !== isDigital(lines))',
  },
  {
    rule: 'A write is repeated by the client, blindly',
    file: shared('retry'),
    from: "const mayRepeat = method === 'GET' && kind === 'retryable'",
    to: "const mayRepeat = method !== '' && kind === 'retryable'",
  },
  {
    rule: 'A 429 is permanent',
    file: shared('retry'),
    from: 'new Set([408, 423, 425, 429])',
    to: 'new Set([408, 423, 425])',
  },
  {
    rule: 'A failed reference comes back after a minute, every time',
    file: shared('retry'),
    from: 'FIRST_VISIBILITY_SECONDS * 2 ** doublings',
    to: 'FIRST_VISIBILITY_SECONDS * 1 ** doublings',
  },
  {
    rule: 'The quota is used up without a look at the others',
    file: shared('quota'),
    from: 'Math.max(0, Math.floor((left - reserved) / sharers));',
    to: 'Math.max(1, Math.floor(left - reserved * 0 + sharers));',
  },
  {
    rule: 'Every PUT is sent twice',
    file: shared('bigcommerce'),
    from: "const answer = await send(request, deadline);\n          if (answer === 'too late') return answer;",
    to: "await send(request, deadline);\n          const answer = await send(request, deadline);\n          if (answer === 'too late') return answer;",
  },
  {
    rule: 'A read counts from its answer on, not from when it was sent',
    file: shared('requests'),
    from: 'return { http: came, ...judge(wanted, came, startedAt) };',
    to: 'return { http: came, ...judge(wanted, came, now()) };',
  },
  {
    rule: 'A call that hangs holds up all others of its container',
    file: shared('turns'),
    from: 'const KEEPS_BACK_MS = 1_000;',
    to: 'const KEEPS_BACK_MS = 3_600_000;',
  },
  {
    rule: 'The last calls that a busy store leaves us are never used',
    file: shared('quota'),
    from: '(quota.left > reserved && reserved >= sharers - 1)',
    to: '(quota.left > reserved && reserved >= sharers - 1 && isOver)',
  },
  {
    rule: 'That it was advanced once is forgotten when an order is stored again',
    file: worker('snapshot'),
    from: '...(advancedAt === undefined ? {} : { advanced_at: advancedAt }),',
    to: '...(advancedAt === undefined || read.readAt > 0 ? {} : { advanced_at: advancedAt }),',
  },
  {
    rule: 'An order that staff put into its target status counts as advanced by us',
    file: shared('order'),
    from: 'if (order.status_id === earlier?.replication.target_status_id)\n    return',
    to: 'if (earlier !== undefined && order.status_id === targetStatusId)\n    return',
  },
  {
    rule: 'An order that is edited around our PUT is stored with lines of another version',
    file: worker('replicate'),
    from: 'if (look.order !== undefined && isUnchanged(look.order, read.order)) {',
    to: 'if (look.order !== undefined) {',
  },
  {
    rule: 'A request may take for ever',
    file: shared('requests'),
    from: 'timeoutMs: Math.max(1, Math.min(timeoutMs, deadline - now())),',
    to: 'timeoutMs: Math.max(timeoutMs, 86_400_000),',
  },
  {
    rule: 'Lines beyond the first page are lost',
    file: shared('bigcommerce'),
    from: 'if (answer.value.length < DEFAULT_PAGE_SIZE || found.size === before)',
    to: 'if (answer.value.length >= 0 || found.size === before)',
  },
  {
    rule: 'Lines that come with an order are believed though they are cut',
    file: shared('consignments'),
    from: "if (groups.some((group) => '__warning__' in group)) return undefined;",
    to: "if (groups.some((group) => '__warning__' in group) && groups.length < 0) return undefined;",
  },
  {
    rule: 'Lines that come with an order are believed though their quantities do not add up',
    file: shared('consignments'),
    from: 'pieces === order.items_total',
    to: 'pieces >= 0',
  },
  {
    rule: 'An order that was edited is taken for the one that is stored',
    file: worker('enrich'),
    from: 'contentDigest(order) === row.content_digest &&',
    to: 'contentDigest(order) !== undefined &&',
  },
  {
    rule: 'Who wants a copy only has the order advanced',
    file: worker('replicate'),
    from: 'return task.reference.advance === false ?',
    to: 'return task.reference.orderId < 0 ?',
  },
  {
    rule: 'An answered PUT whose transaction cannot be written is forgotten',
    file: worker('effects'),
    from: '...(this.advanced === undefined ? {} : { advanced: this.advanced }),',
    to: '...(this.advanced === undefined || this.puts > 0 ? {} : { advanced: this.advanced }),',
  },
  {
    rule: 'A later round forgets that this attempt has advanced the order',
    file: worker('replicate'),
    from: 'const known = [effects.advancedAt, row.advanced_at,',
    to: 'const known = [effects.puts > 9 ? effects.advancedAt : undefined, row.advanced_at,',
  },
  {
    rule: 'A transaction that only conflicts is not repeated',
    file: shared('ledger'),
    from: "  'TransactionConflict',\n",
    to: '',
  },
  {
    rule: 'A read that is older than the ledger row is acted on',
    file: worker('stale'),
    from: '    row.modified_at,\n',
    to: '',
  },
  {
    rule: 'A read that is older than the answer to our own PUT is acted on',
    file: worker('stale'),
    from: '    answer?.date_modified,\n',
    to: '',
  },
  {
    rule: 'A read that is older than what the list showed is acted on',
    file: worker('stale'),
    from: '    reference.dateModified,\n',
    to: '',
  },
  {
    rule: 'A PUT without an answer is followed by another at once',
    file: worker('advance'),
    from: 'if (mayStillLand) throw error;',
    to: 'if (mayStillLand && effects.puts > 5) throw error;',
  },
  {
    rule: 'A lease is free at once, while an unanswered PUT may still land',
    file: worker('effects'),
    from: 'this.heldUntil = now + PUT_MAY_LAND_MS;',
    to: 'this.heldUntil = now - PUT_MAY_LAND_MS;',
  },
  {
    rule: 'A stored order is marked gone without a day of 404s',
    file: worker('replicate'),
    from: 'const GONE_AFTER_MS = 24 * 60 * 60 * 1000;',
    to: 'const GONE_AFTER_MS = 60 * 1000;',
  },
  {
    rule: 'A stored order is marked gone although a list shows it',
    file: worker('replicate'),
    from: 'return orders.some(({ id }) => id === orderId);',
    to: 'return orders.some(({ id }) => id < orderId);',
  },
  {
    rule: 'An order that is put back each time is advanced without end',
    file: worker('replicate'),
    from: 'const MAX_ADVANCES_AN_HOUR = 3;',
    to: 'const MAX_ADVANCES_AN_HOUR = 3_000;',
  },
  {
    rule: 'A mere copy covers a reference that may advance the order',
    file: shared('ledger-row'),
    from: "const onlyCopied = advance === false ? '' : ' OR reason = :copyOnly';",
    to: "const onlyCopied = advance === false || seenAt !== '' ? '' : ' OR reason = :copyOnly';",
  },
  {
    rule: 'What was erased is stored again with the next edit',
    file: worker('snapshot'),
    from: 'dropFields(erasedAt === undefined ? order :',
    to: "dropFields(erasedAt !== '' ? order :",
  },
  {
    rule: 'A snapshot is overwritten by one that was read earlier',
    file: shared('tables'),
    from: "'attribute_not_exists(replication.read_at) OR replication.read_at <= :readAt'",
    to: "'attribute_not_exists(replication.read_at) OR replication.read_at <> :readAt'",
  },
  {
    rule: 'A row is finished by a worker that has lost its lease',
    file: shared('ledger-row'),
    from: "ConditionExpression: 'lease_owner = :owner AND (attribute_not_exists(read_at)",
    to: "ConditionExpression: '(lease_owner = :owner OR lease_owner <> :owner OR attribute_not_exists(lease_owner)) AND (attribute_not_exists(read_at)",
  },
  {
    rule: 'A late note of what was queued replaces what was finished meanwhile',
    file: shared('ledger-row'),
    from: '`(attribute_not_exists(read_at) OR read_at <= :seen_at) AND ` +',
    to: '`(attribute_not_exists(read_at) OR read_at <= :seen_at OR read_at > :seen_at) AND ` +',
  },
];
