// The limits that the documentation states. Every figure is printed first; then the benchmark fails if one was beyond its limit.
import { CommandError } from '../scripts/terminal/command-error';

export class Limits {
  readonly #exceeded: string[] = [];

  /** Notes a figure of which at most `most` is allowed; one that is no number is beyond it. */
  atMost(most: number, seen: number, what: string): void {
    if (!(seen <= most)) this.#exceeded.push(`${what}: ${seen.toFixed(2)}, at most ${most}`);
  }

  /** Throws CommandError with every figure that was beyond its limit. */
  assertKept(): void {
    if (this.#exceeded.length === 0) return;
    throw new CommandError(`Limits are exceeded.\n${this.#exceeded.join('\n')}`);
  }
}
