// Whether there is a cause for the reason that a row gives: in the store, in what people did, in the ERP, or in what broke.
import type { DeliveryReason } from '../../../../lambda/shared/delivery/reasons';
import { isLiving } from '../../../support/simulated-erp/records';
import type { What } from '../../../support/simulated-erp/records';
import { isGate } from './case';
import type { Case } from './case';

type Check = (one: Case) => boolean;

const never: Check = () => false;
const gate: Check = (one) => one.row.reason !== undefined && isGate(one.row.reason, one);

/** Staff did one of these to a record of the order, or a restore did. */
const touched =
  (...whats: readonly What[]): Check =>
  ({ changes }) =>
    changes.some(
      ({ by, what }) => by === 'restore' || (by === 'staff' && (whats.length === 0 || whats.includes(what))),
    );

const either =
  (...checks: readonly Check[]): Check =>
  (one) =>
    checks.some((check) => check(one));

const commanded =
  (what: string): Check =>
  ({ id, story }) =>
    story.commanded.some((one) => one.orderId === id && one.what === what);

/** The store's order has had several contents. */
const edited: Check = ({ order }) =>
  new Set(order.versions.map(({ content }) => JSON.stringify(content))).size > 1;

const restored: Check = ({ story }) => story.plan.erp.restore !== undefined;

const roundedOtherwise: Check = ({ story }) => story.plan.erp.roundsOtherwise.length > 0;

/** The ERP lacks one of its items under the mapping that is in force. */
const lacksItem: Check = ({ last, story: { erp, settings } }) => {
  const { rename } = settings.mapping.mapping.items;
  return last.content.lines.some(({ sku }) => erp.rules.items?.has(rename[sku] ?? sku) === false);
};

const unmappedChannel: Check = ({ order, story }) =>
  order.planned.channelId === 2 && story.settings.mapping.mapping.channels.length < 3;

/** At some moment it had several living records. */
const several: Check = ({ changes }) => {
  const living = new Set<string>();
  return changes.some(({ before, after }) => {
    const { id } = (after ?? before)!;
    if (after && isLiving(after)) living.add(id);
    else living.delete(id);
    return living.size > 1;
  });
};

/** Cancelled in the ERP, by whomever, and living in the store. */
const cancelledThere: Check = ({ changes }) => changes.some(({ after }) => after?.state === 'cancelled');

/** Confirmed, or further, in the ERP. */
const confirmedThere: Check = ({ changes }) =>
  changes.some(({ after }) => after !== undefined && after.state !== 'draft' && after.state !== 'cancelled');

const and =
  (...checks: readonly Check[]): Check =>
  (one) =>
    checks.every((check) => check(one));

const isVoid: Check = (one) => isGate('void', one);

/** What a failure, or what staff did meanwhile, has held stays so if the snapshot expires before anyone retries it. */
const expiredAfterFailure: Check = (one) =>
  one.last.isExpired && (one.story.erp.requests.struck.failed > 0 || touched()(one));

/** The gate gives another reason before it, and an order that is in the ERP is not written without its people anyway. */
const erasedBehind: Check = (one) =>
  one.last.isErased && (isGate('payment-open', one) || isGate('before-start', one));

const CAUSES: Readonly<Record<DeliveryReason, Check>> = {
  void: gate,
  archived: gate,
  'in-question': gate,
  'payment-open': gate,
  'before-start': gate,
  'no-snapshot': gate,
  refunded: gate,
  erased: either(gate, erasedBehind),
  'by-person': gate,
  'sums-do-not-add-up': never,
  'unusable-order': never,
  'too-many-digits': never,
  'unmapped-item': never,
  'unmapped-shipping-method': never,
  'unmapped-payment-method': never,
  'unmapped-currency': never,
  'several-addresses': never,
  'unmapped-channel': unmappedChannel,
  'several-in-erp': several,
  'reference-taken': touched(),
  'changed-in-erp': touched(),
  'gone-from-erp': touched('delete', 'hide'),
  'cancelled-in-erp': cancelledThere,
  'totals-differ': either(roundedOtherwise, touched()),
  'duplicate-not-found': either(touched('hide', 'rename'), expiredAfterFailure),
  'edited-after-confirm': and(edited, confirmedThere),
  'edited-after-shipping': and(edited, confirmedThere),
  'edited-after-keep': commanded('keep'),
  'cancelled-after-confirm': and(
    isVoid,
    either(confirmedThere, touched(), ({ story }) => !story.plan.erp.canCancel),
  ),
  'cancelled-after-shipping': and(isVoid, confirmedThere),
  'refused-by-erp': either(lacksItem, restored, expiredAfterFailure),
  'several-customers': never,
  'adapter-bug': expiredAfterFailure,
  'erp-answer-unknown': expiredAfterFailure,
  'keeps-crashing': never,
  kept: commanded('keep'),
};

export const hasCause = (reason: DeliveryReason, one: Case): boolean => CAUSES[reason](one);
