// What a person's command makes of a delivery: a change of its row, or the reason why not. The commands and the console use it.
import { iso } from '../runtime/time';
import type { DeliveryRow, PersonsHold, RowChange } from './delivery-row';
import type { DeliveryReason } from './reasons';

/** Each code with its sentence. */
export const COMMAND_REFUSALS = {
  'no-row':
    'The Deliveries table has no row for the order. `deliveries account` adds the rows that it lacks.',
  'on-hold': 'A person holds the order. `deliveries release` lifts the hold.',
  'not-on-hold':
    'No person holds the order. Fix what its reason names, then retry it, or keep the version of the ERP: --keep-erp.',
  'not-held': 'Only a held order can be decided on.',
  leased: 'A worker has the order, or ended in the midst of it. Wait until it is finished, then look again.',
  due: 'The order is due: a worker looks at it within minutes. Wait until it is held again, then look again.',
  'has-intent':
    'The ERP may still be working on a request for the order. Retry it without --recreate, so that a worker looks for its effect.',
  'cannot-be-kept':
    "A word for the ERP's version has no effect on this reason. It needs a living sales order, and a document to compare it with.",
  'cannot-be-recreated':
    'A sales order is created again only if the ERP no longer has it, or has it as cancelled: reasons gone-from-erp and cancelled-in-erp.',
  'no-reference': 'The row names no reference that was used, so that the next one is unknown.',
  'reference-too-long': 'The next reference would have more than 35 characters, which not every ERP accepts.',
} as const satisfies Readonly<Record<string, string>>;

export type CommandRefusal = keyof typeof COMMAND_REFUSALS;

export type CommandDecision =
  | { readonly kind: 'change'; readonly change: RowChange }
  | { readonly kind: 'refusal'; readonly refusal: CommandRefusal };

/** Decides on a row that is there. `now` is epoch milliseconds. */
export type DeliveryCommand = (row: DeliveryRow, now: number) => CommandDecision;

/** As erp.md says: the alphabet of the reference, and the shortest field of an ERP that has to hold it. */
const MOST_REFERENCE_CHARACTERS = 35;

/**
 * The reasons that a person's word for the ERP's version ends, where the row has a sales order. The others are decided without
 * a look at it, or there is none.
 */
const KEEPABLE: ReadonlySet<DeliveryReason> = new Set([
  'archived',
  'in-question',
  'refunded',
  'erased',
  'changed-in-erp',
  'totals-differ',
  'edited-after-confirm',
  'edited-after-shipping',
  'edited-after-keep',
  'cancelled-after-confirm',
  'cancelled-after-shipping',
]);

const RECREATABLE: ReadonlySet<DeliveryReason> = new Set(['gone-from-erp', 'cancelled-in-erp']);

/**
 * Lets a worker look at the order now. A delivered one waits again, or its unchanged document would end the look before the ERP is
 * asked.
 */
export const retryDelivery: DeliveryCommand = (row, now) => {
  if (row.hold !== undefined) return refuse('on-hold');
  const waits = { state: 'waiting', state_at: iso(now) } as const;
  return changeTo({
    set: { ...dueNow(now), ...(row.state === 'delivered' && waits) },
    // Ten crashes in a row hold an order: they are counted from here on. Those of a running attempt are its worker's.
    remove: [
      ...(row.lease_owner === undefined ? (['begun'] as const) : []),
      ...(row.state === 'delivered' ? (['reason', 'detail'] as const) : []),
    ],
  });
};

/** Lets the next worker create the sales order under the next reference: nothing of the earlier ones stays but their references. */
export const recreateDelivery: DeliveryCommand = (row, now) => {
  if (row.hold !== undefined) return refuse('on-hold');
  const refusal = whyNotAtRest(row);
  if (refusal !== undefined) return refuse(refusal);
  if (row.reason === undefined || !RECREATABLE.has(row.reason)) return refuse('cannot-be-recreated');
  if (row.intent !== undefined) return refuse('has-intent');
  const next = nextReference(row.refs ?? []);
  if (next === undefined) return refuse('no-reference');
  if (next.length > MOST_REFERENCE_CHARACTERS) return refuse('reference-too-long');
  return changeTo({
    set: { ...dueNow(now), refs: [...(row.refs ?? []), next] },
    remove: ['erp', 'delivered', 'keep', 'kept', 'begun'],
  });
};

/** Stops the order for a person, whatever its state, until it is released. */
export const holdDelivery =
  (person: PersonsHold): DeliveryCommand =>
  (row, now) =>
    row.hold === undefined ? changeTo({ set: { ...dueNow(now), hold: person } }) : refuse('on-hold');

/** Lifts a person's hold. */
export const releaseDelivery =
  (person: PersonsHold): DeliveryCommand =>
  (row, now) =>
    row.hold === undefined
      ? refuse('not-on-hold')
      : changeTo({ set: { ...dueNow(now), released: person }, remove: ['hold'] });

/** Records a person's word that the ERP's version stands, for exactly the document that the row is held with. */
export const keepErpVersion =
  (person: PersonsHold): DeliveryCommand =>
  (row, now) => {
    const refusal = whyNotAtRest(row);
    if (refusal !== undefined) return refuse(refusal);
    if (!canBeKept(row)) return refuse('cannot-be-kept');
    return changeTo({ set: { ...dueNow(now), keep: { ...person, digest: row.judged } } });
  };

/** Whether the row has what `--keep-erp` needs: a reason that it ends, and the digest that it is for. */
export function canBeKept(row: DeliveryRow): row is DeliveryRow & { readonly judged: string } {
  if (row.judged === undefined || row.reason === undefined) return false;
  // Staff entered the order by hand: it is not in the row.
  if (row.reason === 'reference-taken') return true;
  return row.erp !== undefined && KEEPABLE.has(row.reason);
}

/** `BC-100`, then `BC-100-2`, then `BC-100-3`; undefined if the row names none. */
export function nextReference(refs: readonly string[]): string | undefined {
  const [first] = refs;
  if (first === undefined) return undefined;
  let number = refs.length + 1;
  while (refs.includes(`${first}-${number}`)) number += 1;
  return `${first}-${number}`;
}

/** Why a decision cannot rest on the row: it is not held, or a worker is about to change it. A lease may be past and its worker slow. */
function whyNotAtRest(row: DeliveryRow): CommandRefusal | undefined {
  if (row.state !== 'held') return 'not-held';
  if (row.lease_owner !== undefined) return 'leased';
  return row.due === 'now' ? 'due' : undefined;
}

const dueNow = (now: number) => ({ due: 'now', due_at: iso(now), attempts: 0 }) as const;

const changeTo = (change: RowChange): CommandDecision => ({ kind: 'change', change });

const refuse = (refusal: CommandRefusal): CommandDecision => ({ kind: 'refusal', refusal });
