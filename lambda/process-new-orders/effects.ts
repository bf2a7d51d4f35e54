// What one attempt did to the store and saw there. Kept apart from the flow, since it must outlive whatever is thrown:
// what no row tells yet goes into the ledger with the lease.
import type { Order } from '../shared/order/order';
import type { Observations } from '../shared/tables/ledger-lease';
import { HOUR_MS, iso } from '../shared/runtime/time';

/** More than one request's timeout (10 s): a PUT whose client gave up cannot land later. */
export const PUT_MAY_LAND_MS = 15_000;

/** More are never looked at: the brake counts to three. */
const MOST_ADVANCES = 3;

export class Effects {
  private sentPuts = 0;
  private advanced: Observations['advanced'];
  private isMissing: boolean | undefined;
  private isFound = false;
  private putMayLandUntil: number | undefined;

  /** `advances` are those that the row knows. */
  constructor(private readonly advances: readonly string[] = []) {}

  addRead(order: Order | undefined): void {
    this.isMissing = order === undefined;
    this.isFound ||= order !== undefined;
  }

  addPut(): void {
    this.sentPuts += 1;
  }

  /** `order` shows that a PUT of ours worked; `now` is epoch milliseconds. Returns what is to be recorded of it. */
  addAdvance(order: Order, now: number): NonNullable<Observations['advanced']> {
    const at = iso(now);
    const advances = [...this.recentAdvances(now), at].slice(-MOST_ADVANCES);
    this.advanced = { order, at, advances };
    return this.advanced;
  }

  /** A PUT was sent, and its outcome is not known. */
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

  /** When the order was advanced within the last hour, as ISO times. */
  recentAdvances(now: number): readonly string[] {
    const all = this.advanced?.advances ?? this.advances;
    return all.filter((at) => now - Date.parse(at) < HOUR_MS);
  }

  get advancedAt(): string | undefined {
    return this.advanced?.at;
  }

  /** The newest of our advances, if this attempt made any, as a row keeps them. */
  get madeAdvances(): readonly string[] | undefined {
    return this.advanced?.advances;
  }

  /** What the last PUT's answer showed, if one of this attempt worked. */
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
