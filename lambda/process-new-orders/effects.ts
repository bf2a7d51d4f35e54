// Collects the PUTs and reads of one attempt. It outlives an error of the flow, so that the release of the lease can record
// the facts that no row has yet.
import type { Order } from '../shared/order/order';
import type { Observations } from '../shared/tables/ledger-lease';
import { HOUR_MS, iso } from '../shared/runtime/time';

/** Longer than the timeout of a request (10 s). After this time an unanswered PUT can no longer take effect. */
export const PUT_MAY_LAND_MS = 15_000;

/** `put-back` compares with three advances, so no more are kept. */
const MOST_ADVANCES = 3;

/** The effects and observations of one attempt. */
export class Effects {
  private sentPuts = 0;
  private advanced: Observations['advanced'];
  private isMissing: boolean | undefined;
  private isFound = false;
  private putMayLandUntil: number | undefined;

  /** `advances` are the ISO times of the row's recent advances. */
  constructor(private readonly advances: readonly string[] = []) {}

  addRead(order: Order | undefined): void {
    this.isMissing = order === undefined;
    this.isFound ||= order !== undefined;
  }

  addPut(): void {
    this.sentPuts += 1;
  }

  /** Adds a PUT that took effect, as `order` shows; `now` is epoch milliseconds. Returns the advance to record. */
  addAdvance(order: Order, now: number): NonNullable<Observations['advanced']> {
    const at = iso(now);
    const advances = [...this.recentAdvances(now), at].slice(-MOST_ADVANCES);
    this.advanced = { order, at, advances };
    return this.advanced;
  }

  /** Adds a PUT that was sent and whose outcome is unknown; `now` is epoch milliseconds. */
  addUnansweredPut(now: number): void {
    this.putMayLandUntil = now + PUT_MAY_LAND_MS;
  }

  /** PUTs that were sent, answered or not. */
  get puts(): number {
    return this.sentPuts;
  }

  /** Whether any read of this attempt found the order. */
  get wasFound(): boolean {
    return this.isFound;
  }

  /** The ISO times of the advances within the last hour. */
  recentAdvances(now: number): readonly string[] {
    const all = this.advanced?.advances ?? this.advances;
    return all.filter((at) => now - Date.parse(at) < HOUR_MS);
  }

  get advancedAt(): string | undefined {
    return this.advanced?.at;
  }

  /** The recent advances as the row keeps them; undefined if this attempt made none. */
  get madeAdvances(): readonly string[] | undefined {
    return this.advanced?.advances;
  }

  /** The order as the last successful PUT of this attempt returned it. */
  get answer(): Order | undefined {
    return this.advanced?.order;
  }

  observations(): Observations {
    return {
      ...(this.advanced === undefined ? {} : { advanced: this.advanced }),
      isMissing: this.isMissing,
      wasFound: this.wasFound,
      putMayLandUntil: this.putMayLandUntil,
    };
  }
}
