// The orders that a command line names. Pure.
import { toOrderId } from '../../../lambda/shared/order/order';
import { UsageError } from '../../terminal/command-error';
import { printable } from '../../terminal/printable';

/** Each order once, in their order. Throws UsageError. */
export function readOrderIds(words: readonly string[]): readonly number[] {
  return [...new Set(words.map(readOrderId))];
}

/** Throws UsageError. */
export function readOrderId(word: string | undefined): number {
  const id = toOrderId(word);
  if (id !== undefined) return id;
  throw new UsageError(`the id of an order is a number, not '${printable(word ?? '')}'`);
}
