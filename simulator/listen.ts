// Lets an HTTP server listen on this machine, on 127.0.0.1 only, and stops it.
import { once } from 'node:events';
import type { Server } from 'node:http';

/** A server that listens on 127.0.0.1. */
export interface Listening {
  readonly port: number;
  /** Without a trailing slash. */
  readonly url: string;
  /** Closes the socket and every connection; a second call does nothing. */
  stop: () => Promise<void>;
}

/** Lets a server listen; port 0, the default, takes any free port. Throws if the port is in use. */
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
