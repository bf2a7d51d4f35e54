// Writes JSON as PHP escapes it, and recognizes JSON objects.
import type { Switches } from './switches';

const NON_ASCII = /[\u0080-\uffff]/g;

/** Writes JSON with the given escaping. */
export function toJson(value: unknown, escaping: Switches['escaping']): string {
  const plain = JSON.stringify(value);
  if (escaping === 'none') return plain;
  const slashes = plain.replaceAll('/', '\\/');
  if (escaping === 'slashes') return slashes;
  return slashes.replace(NON_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Whether a value is an object with fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
