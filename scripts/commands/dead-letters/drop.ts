// dead-letters drop: deletes dead letters permanently, after a preview.
import { confirmByName } from '../../terminal/ask';
import type { Report } from '../../terminal/command';
import type { DeadLetterChoice, DeadLetterDeps, DeadLetterFlow } from './deps';
import { count, lineOf } from './format';
import { choose, look, NONE, noteIfPartial, withLedgerRows } from './inspect';
import { remove } from './queue';
import { take } from './take';

export interface DropRequest extends DeadLetterChoice {
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** Deletes the chosen dead letters. */
export const drop: DeadLetterFlow<DropRequest> = async ({ dryRun, yes, ...choice }, deps) => {
  if (dryRun || yes) return takeAway({ choice, dryRun }, deps);
  const held = await look(deps);
  const previewed = await withLedgerRows(choose(held, choice, deps), deps);
  noteIfPartial(held, deps);
  if (previewed.length === 0) return { data: { deadLetters: [], left: [], isDryRun: false }, lines: [NONE] };
  for (const one of previewed) deps.note(`Would drop: ${lineOf(one, Date.now())}`);
  const purpose = `To delete ${count(previewed.length)} permanently`;
  await confirmByName(purpose, deps.service.stackName, deps.ask);
  // Only what was shown: the dead letters were visible to others while the user was asked.
  const only = new Set(previewed.map(({ deadLetter }) => deadLetter.messageId));
  return takeAway({ choice, dryRun, only }, deps);
};

/** Its notes are the last record of each dead letter. */
const takeAway = (request: Parameters<typeof take>[0], deps: DeadLetterDeps): Promise<Report> =>
  take(request, deps, {
    move: remove,
    verb: 'drop',
    onStep: (step, _done, _all, lines) => {
      for (const { deadLetter, outcome } of step) {
        if (outcome === 'taken') deps.note(`Dropped: ${lines.get(deadLetter.messageId) ?? ''}`);
      }
    },
    sum: (taken, all) => `Dropped ${taken} of ${count(all)}.${taken > 0 ? ` ${AFTERWARDS}` : ''}`,
  });

/** By `whyKnown` in lambda/shared/steps/already-known.ts. */
const AFTERWARDS =
  'The ledger keeps its rows. A poll queues a dead order again if the order changes in the store, if ' +
  'only a webhook had reported it, or after 1 day if it had failed at its last receive. It queues an order that is ' +
  'still queued there 4 days after it was queued. Both apply only to orders in a status of AllowedStatusIds: an order ' +
  'in another status is queued only when it changes again, so redrive its dead letter instead.';
