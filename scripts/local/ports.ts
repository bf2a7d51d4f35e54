// TCP ports of this machine, on 127.0.0.1 only: free ones, taken ones, and servers that listen on one.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

import { CommandError } from '../terminal/command';

/** A server that listens on 127.0.0.1. */
export interface Listening {
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
  /** Closes the socket and every connection; harmless when repeated. */
  stop: () => Promise<void>;
}

/** Lets a server listen; port 0, the default, takes any free one. Throws if the port is taken. */
export async function listen(server: Server, port = 0): Promise<Listening> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no port.');
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

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
