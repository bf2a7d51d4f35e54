// Finds the order that makes a list fail. The store names it nowhere, so ranges of ids are asked for, one order at a time:
// they double until one fails, and are halved from there.

/** How far from its start a range may end. */
const FARTHEST = 2 ** 40;

export interface Position {
  /** Every order up to this id is read, or known as unreadable. */
  readonly after: number;
  /** Whether the store has shown that the bounds of ids include their own order. If not, no one knows. */
  readonly isInclusive: boolean;
}

/** The least id to ask for: no order beyond the position is missed, whatever the bounds include. */
export const minIdAt = ({ after, isInclusive }: Position): number => (isInclusive ? after + 1 : after);

/** Asks for the first order of a range, once: the id that was shown, if any, or that the call failed. */
export type Probe = (minId: number, maxId?: number) => Promise<number | undefined | 'failed'>;

/**
 * The position behind the first order that makes lists fail. It stands at that order; `after` stays as it was where the
 * order in front of it failed, which is known already. Undefined where nothing is found: then the failure has passed.
 */
export async function findUnlistable(from: Position, probe: Probe): Promise<Position | undefined> {
  const { after } = from;
  let { isInclusive } = from;
  if (!isInclusive && after > 0) {
    const shown = await probe(after, after);
    if (shown === 'failed') return { after, isInclusive: true };
    isInclusive = shown === after;
  }
  const minId = minIdAt({ after, isInclusive });
  const maxId = await leastFailing(after, (max) => probe(minId, max));
  if (maxId === undefined) return undefined;
  const shown = await probe(maxId, maxId);
  if (shown !== 'failed') return isInclusive ? undefined : whereExcluded(maxId, shown, after, probe);
  // Bounds that exclude would show what follows.
  if (!isInclusive && (await probe(maxId)) !== 'failed') return undefined;
  return { after: maxId, isInclusive: true };
}

/** The least upper bound under which a list fails. */
async function leastFailing(
  after: number,
  probe: (maxId: number) => ReturnType<Probe>,
): Promise<number | undefined> {
  let [clear, failing] = [after, 0];
  for (let step = 1; failing === 0; step *= 2) {
    if (step > FARTHEST) return undefined;
    const shown = await probe(after + step);
    if (shown === 'failed') failing = after + step;
    else if (shown !== undefined && shown > after) return undefined;
    else clear = after + step;
  }
  while (failing - clear > 1) {
    const middle = clear + Math.floor((failing - clear) / 2);
    if ((await probe(middle)) === 'failed') failing = middle;
    else clear = middle;
  }
  return failing;
}

/** Under bounds that exclude, the order is the one below the least bound that fails; a range around it alone fails, too. */
async function whereExcluded(
  maxId: number,
  shown: number | undefined,
  after: number,
  probe: Probe,
): Promise<Position | undefined> {
  const id = maxId - 1;
  if (shown !== undefined || id <= after) return undefined;
  return (await probe(id - 1, id + 1)) === 'failed' ? { after: id, isInclusive: false } : undefined;
}
