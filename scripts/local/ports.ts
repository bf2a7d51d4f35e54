// TCP ports of this machine, on 127.0.0.1 only: free ones and taken ones.
import { createServer } from 'node:http';

import { CommandError } from '../terminal/command-error';
import { listen } from '../../simulator/listen';

/** One that nothing listens on. */
export async function freePort(): Promise<number> {
  const { port, stop } = await listen(createServer());
  await stop();
  return port;
}

/** Throws CommandError, with another port to take by this option, where the port is in use. */
export async function requireFreePort(port: number, option: string): Promise<void> {
  if (await portIsFree(port)) return;
  throw new CommandError(
    `Port ${port} is in use: end what uses it, or take another with "${option} ${port + 1}".`,
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
