// TCP ports of this machine, on 127.0.0.1 only.
import { createServer } from 'node:http';

import { CommandError } from '../terminal/command-error';
import { listen } from '../../simulator/listen';

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const { port, stop } = await listen(createServer());
  await stop();
  return port;
}

/** Throws CommandError if the port is in use, with an option for another port. */
export async function requireFreePort(port: number, option: string): Promise<void> {
  if (await portIsFree(port)) return;
  throw new CommandError(
    `Port ${port} is in use. End the program that uses it, or use another port: ${option} ${port + 1}`,
  );
}

/** Whether nothing listens on this port of this machine. */
export async function portIsFree(port: number): Promise<boolean> {
  try {
    await (await listen(createServer(), port)).stop();
    return true;
  } catch {
    return false;
  }
}
