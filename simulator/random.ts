// Repeatable random numbers: the same seed and words give the same numbers, regardless of other draws.
import { createHash } from 'node:crypto';

/** A stream of numbers from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/** Creates a stream that depends only on the words: mulberry32, seeded with their hash. */
export function randomFrom(...words: readonly (string | number)[]): Random {
  let state = createHash('sha256').update(words.join('|')).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Picks one of the choices. */
export function pick<Choice>(random: Random, choices: readonly [Choice, ...Choice[]]): Choice {
  return choices[Math.floor(random() * choices.length)] ?? choices[0];
}

/** A whole number from `from` to `to`, both included. */
export function wholeNumber(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

/** A text in the form of a version 4 UUID. */
export function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => wholeNumber(random, 0, 15).toString(16)).join('');
  const variant = pick(random, ['8', '9', 'a', 'b']);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
