// Steps over the one order that makes a list fail which holds it, as long as the store itself answers.
import { BigCommerceError } from '../runtime/errors';
import { Stop } from './ask-list';
import { findUnlistable } from './find-unlistable';
import type { Position, Probe } from './find-unlistable';
import { MOST_UNLISTABLE } from './list-effort';
import type { Effort } from './list-effort';

/** Far beyond all orders of a list: whether a store that is up answers there does not depend on any order. */
const FAR_BEYOND = 1_000_000_000;

/** More orders than may be stepped over stand at the begin of a list: of other lists this says nothing. */
export class TooManyUnlistableError extends BigCommerceError {}

/** A search for the order behind a failure; `pending` are those in front of it that were stepped over already. */
export interface Search {
  readonly at: Position;
  readonly failure: Error;
  readonly pending: readonly number[];
  readonly probe: Probe;
  readonly effort: Readonly<Effort>;
  readonly cleared: ClearedIds;
}

/**
 * The position behind the order that fails, or the same one where the failure has passed. Throws where the store answers
 * nothing beyond it either, and where there are too many such orders.
 */
export async function stepOver({ at, failure, pending, probe, effort, cleared }: Search): Promise<Position> {
  const isDown = async () => (await probe(at.after + FAR_BEYOND)) === 'failed';
  if (pending.length === 0 && (await isDown())) throw failure;
  const behind = await findUnlistable(at, pending.length === 0 ? cleared.remembering(probe, at) : probe);
  if (behind === undefined) return { after: at.after, isInclusive: at.isInclusive };
  const isOneMore = behind.after > at.after;
  if (isOneMore && pending.length >= effort.left) throw tooMany([...pending, behind.after], effort);
  return behind;
}

function tooMany(ids: readonly number[], { pages }: Readonly<Effort>): Error {
  const text = `The store fails on more than ${MOST_UNLISTABLE} orders of its lists; the last ones are ${ids.join(', ')}.`;
  return pages > 0 ? new Stop(text) : new TooManyUnlistableError(text, 'permanent');
}

/** Whether orders that were stepped over fail even now that the list beyond them has answered. */
export async function stillFail(
  ids: readonly number[],
  { isInclusive }: Position,
  probe: Probe,
): Promise<boolean> {
  const slack = isInclusive ? 0 : 1;
  for (const id of ids) {
    if ((await probe(id - slack, id + slack)) !== 'failed') return false;
  }
  return true;
}

/** Ids up to which a search was shown nothing: one that takes too long is continued there, or it would never end. */
export class ClearedIds {
  private readonly ids: number[] = [];

  /** The same probe, whose empty answers are remembered. */
  remembering(probe: Probe, { after }: Position): Probe {
    return async (minId, maxId) => {
      const shown = await probe(minId, maxId);
      if (shown === undefined && maxId !== undefined && minId <= after + 1) this.ids.push(maxId - 1);
      return shown;
    };
  }

  /** One empty answer may be spurious: what a wider range has shown, too, is believed. */
  clearedTwice(): number {
    return [...this.ids].sort((one, other) => other - one)[1] ?? 0;
  }
}
