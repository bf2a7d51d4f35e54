// Warnings of Node and of libraries, such as the AWS SDK's notice about old versions of Node: one plain line each.
import type { Print } from './command';

/** Prints every warning on one line, without Node's process number and advice for developers. */
export function printWarningsPlainly(note: Print): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ message }) =>
    note(`Note: ${message.replace(/^\w+Warning: /, '').replaceAll(/\s+/g, ' ')}`),
  );
}
