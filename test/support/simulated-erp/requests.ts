// The way of a request to the simulated ERP and back, on virtual time: latency, errors, answers that are lost, and effects
// that land after the caller has given up.
import { ErpError } from '../../../lambda/shared/runtime/errors';
import type { ErpFailure } from '../../../lambda/shared/runtime/errors';
import type { SetTimer } from '../../../simulator/index';

export type CallName =
  | 'findOrders'
  | 'findCustomers'
  | 'missingItems'
  | 'check'
  | 'prepare'
  | 'createCustomer'
  | 'createDraft'
  | 'rewriteDraft'
  | 'confirm'
  | 'amend'
  | 'cancel';

/** What one request meets. */
export interface Trouble {
  readonly failure: ErpFailure;
  readonly provesRefusal: boolean;
  /** When its effect lands: never, before the error is answered, or up to the settle time after its caller gave up. */
  readonly lands: 'never' | 'now' | 'late';
  /** The caller learns it by an answer, or by its own timeout. */
  readonly by: 'answer' | 'timeout';
}

/** The ERP does not answer; what was requested lands as it says. */
export const unanswered = (lands: Trouble['lands']): Trouble => ({
  failure: 'retryable',
  provesRefusal: false,
  lands,
  by: 'timeout',
});

/** The ERP refuses, and says so. */
export const refused = (failure: ErpFailure): Trouble => ({
  failure,
  provesRefusal: true,
  lands: 'never',
  by: 'answer',
});

/** How requests fare; all of it is live. */
export interface RequestHabits {
  /** One way, at most; half of it at least. */
  latencyMs: number;
  /** The share of requests that meet one of the troubles. */
  failures: number;
  troubles: readonly Trouble[];
  /** The share of writing requests that take up to the settle time, longer than their caller waits. */
  late: number;
  isDown: boolean;
  credentialsAreWrong: boolean;
  settleMs: number;
}

export interface SentCall {
  readonly call: CallName;
  readonly sentAt: number;
}

type Moment = 'sent' | 'landing' | 'landed';

export interface RequestTime {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly setTimer: SetTimer;
}

const WRITES: ReadonlySet<CallName> = new Set([
  'createCustomer',
  'createDraft',
  'rewriteDraft',
  'confirm',
  'amend',
  'cancel',
]);

export class Requests {
  readonly sent: SentCall[] = [];
  readonly struck = { failed: 0, late: 0 };
  /** The most requests that were under way together, by the callers' view. */
  mostAtOnce = 0;
  private underWay = 0;
  private readonly planned: { call: CallName; trouble: Trouble }[] = [];
  private readonly hooks: { call: CallName; moment: Moment; run: () => unknown }[] = [];

  constructor(
    private readonly time: RequestTime,
    private readonly random: () => number,
    private readonly habits: RequestHabits,
  ) {}

  /** The next request of this name meets this trouble; several are met one after the other. */
  meet(call: CallName, trouble: Trouble): void {
    this.planned.push({ call, trouble });
  }

  /** Runs something once, when the next request of this name is sent, about to take effect, or has taken effect. */
  when(call: CallName, moment: Moment, run: () => unknown): void {
    this.hooks.push({ call, moment, run });
  }

  /** One request. `effect` runs at the ERP, once or never, whatever becomes of the caller. */
  async send<T>(call: CallName, requestTimeoutMs: number, effect: (sentAt: number) => T): Promise<T> {
    const sentAt = this.time.now();
    this.sent.push({ call, sentAt });
    this.underWay += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.underWay);
    try {
      await this.reach(call, 'sent');
      const land = async () => {
        await this.reach(call, 'landing');
        try {
          return effect(sentAt);
        } finally {
          await this.reach(call, 'landed');
        }
      };
      const trouble = this.troubleOf(call);
      if (trouble === undefined) return await this.answer(land);
      return await this.fail(call, trouble, requestTimeoutMs, land);
    } finally {
      this.underWay -= 1;
    }
  }

  private async answer<T>(land: () => Promise<T>): Promise<T> {
    await this.travel();
    // An error of the ERP travels back as well.
    const outcome = await land().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await this.travel();
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  private async fail(
    call: CallName,
    { failure, provesRefusal, lands, by }: Trouble,
    requestTimeoutMs: number,
    land: () => Promise<unknown>,
  ): Promise<never> {
    this.struck.failed += 1;
    const quiet = () => void land().catch(ignoreRefusal);
    const waitMs = by === 'timeout' ? requestTimeoutMs : 2 * this.oneWay();
    if (lands === 'now') this.time.setTimer(quiet, Math.min(this.oneWay(), waitMs));
    if (lands === 'late') {
      this.struck.late += 1;
      this.time.setTimer(quiet, Math.round(this.random() * (waitMs + this.habits.settleMs)));
    }
    await this.time.sleep(waitMs);
    const status = by === 'answer' ? { status: 500 } : {};
    throw new ErpError(`${call}: ${failure}`, failure, provesRefusal, status.status);
  }

  private troubleOf(call: CallName): Trouble | undefined {
    const index = this.planned.findIndex((one) => one.call === call);
    if (index >= 0) return this.planned.splice(index, 1)[0]?.trouble;
    const { isDown, credentialsAreWrong, failures, troubles, late } = this.habits;
    if (isDown) return { ...unanswered('never'), by: 'answer' };
    if (credentialsAreWrong) return refused('configuration');
    if (WRITES.has(call) && late > 0 && this.random() < late) return unanswered('late');
    if (failures === 0 || this.random() >= failures) return undefined;
    const usable = troubles.filter(({ lands }) => WRITES.has(call) || lands === 'never');
    return usable[Math.floor(this.random() * usable.length)];
  }

  private async travel(): Promise<void> {
    const ms = this.oneWay();
    if (ms > 0) await this.time.sleep(ms);
  }

  private oneWay(): number {
    return Math.round(this.habits.latencyMs * (0.5 + this.random() / 2));
  }

  private async reach(call: CallName, moment: Moment): Promise<void> {
    const index = this.hooks.findIndex((one) => one.call === call && one.moment === moment);
    if (index >= 0) await this.hooks.splice(index, 1)[0]?.run();
  }
}

/** The caller is gone, so that a refusal has no one to tell; any other error is a defect of the simulation. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof ErpError)) throw error;
}
