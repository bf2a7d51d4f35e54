// dead-letters redrive: moves dead letters back to the Orders queue, each with its body as it was.
import { outputOf } from '../../service/service';
import type { DeadLetterChoice, DeadLetterFlow } from './deps';
import { count } from './format';
import { sendBack } from './queue';
import { take } from './take';

export interface RedriveRequest extends DeadLetterChoice {
  readonly dryRun: boolean;
}

/** Moves the chosen dead letters back. */
export const redrive: DeadLetterFlow<RedriveRequest> = ({ dryRun, ...choice }, deps) => {
  const queueUrl = outputOf(deps.service, 'OrdersQueueUrl');
  return take({ choice, dryRun }, deps, {
    move: sendBack,
    verb: 'move back',
    onStep: (step, done, all) => {
      const hundreds = (taken: number) => Math.floor(taken / 100);
      if (hundreds(done) > hundreds(done - step.length)) deps.note(`${done} of ${all} …`);
    },
    sum: (taken, all) => `Moved ${taken} of ${count(all)} back to ${queueUrl}.`,
  });
};
