// The fields of the function's answer, one audit per day, that the command reports.
import * as v from 'valibot';
import { readAudit } from '../../../lambda/shared/order/audit-result';
import { REASONS } from '../../../lambda/shared/order/reasons';

const namedOrders = v.pipe(
  v.array(v.object({ id: v.number(), reason: v.picklist(REASONS), error: v.exactOptional(v.string()) })),
  v.readonly(),
);

const day = v.object({
  timestamp: v.number(),
  duration_ms: v.number(),
  day: v.string(),
  summary: v.string(),
  listed: v.number(),
  copied: v.number(),
  queued: v.number(),
  dead: v.number(),
  excluded: v.record(v.string(), v.number()),
  open: v.number(),
  staying: v.number(),
  enqueued: v.number(),
  gaps: namedOrders,
  dead_orders: namedOrders,
  unreadable_ids: v.exactOptional(v.pipe(v.array(v.number()), v.readonly())),
});

/** A function of an earlier version answers in an older form. */
export const auditedDay = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((row): unknown => readAudit(row)),
  day,
);

export type AuditedDay = Readonly<v.InferOutput<typeof auditedDay>>;
