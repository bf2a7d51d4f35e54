// What the command shows of the audit that the function answers with, one for each day.
import * as v from 'valibot';

const namedOrders = v.pipe(v.array(v.object({ id: v.number(), reason: v.string() })), v.readonly());

export const auditedDay = v.object({
  timestamp: v.number(),
  duration_ms: v.number(),
  day: v.string(),
  summary: v.string(),
  listed: v.number(),
  copied: v.number(),
  queued: v.number(),
  dead: v.number(),
  left_out: v.record(v.string(), v.number()),
  open: v.number(),
  staying: v.number(),
  enqueued: v.number(),
  gaps: namedOrders,
  dead_orders: namedOrders,
  unreadable_ids: v.exactOptional(v.pipe(v.array(v.number()), v.readonly())),
});

export type AuditedDay = Readonly<v.InferOutput<typeof auditedDay>>;
