// Text that gzip can hardly make smaller, always the same for the same seed.
import { createHash } from 'node:crypto';

/** Base64 of so many bytes, which is a third longer and shrinks by a quarter. */
export function noise(bytes: number, seed: unknown): string {
  return createHash('shake256', { outputLength: bytes }).update(String(seed)).digest('base64');
}
