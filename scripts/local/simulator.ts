// Runs only the BigCommerce simulator: a store on this machine for curl, a client or a script. Ctrl-C stops it.
import { PROGRAM } from '../terminal/command';
import type { Report } from '../terminal/command';
import { requireFreePort } from './ports';
import type { SimulatorCommandOptions } from './simulator-options';
import { fillStore, startSimulator, addSampleOrders } from '../../simulator/index';

/** Starts the simulator, which runs until a signal. Throws CommandError if its port is in use. */
export async function runSimulator({ latency, ...options }: SimulatorCommandOptions): Promise<Report> {
  await requireFreePort(options.port, `${PROGRAM} simulator --port`);
  const simulator = await startSimulator({ ...options, latencyMs: latency });
  const samples = addSampleOrders(simulator);
  fillStore(simulator, options.orders);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.stop());
  const { url, credentials } = simulator;
  const { storeHash, accessToken, clientId, clientSecret } = credentials;
  const orders = simulator.orders.all().length;
  return {
    data: { url, storeHash, accessToken, clientId, clientSecret, orders },
    lines: [
      `A BigCommerce store with ${orders} orders.`,
      '',
      `  URL            ${url}`,
      `  Store hash     ${storeHash}`,
      `  Access token   ${accessToken}`,
      `  Client id      ${clientId}`,
      `  Client secret  ${clientSecret}`,
      '',
      ...samples.map(({ id, story }) => `  ${id}  ${story}`),
      '',
      `  curl -H 'X-Auth-Token: ${accessToken}' -H 'Accept: application/json' ${url}/stores/${storeHash}/v2/orders/count`,
      `  curl ${url}/_simulator/orders`,
      '',
      'Ctrl-C stops it.',
    ],
  };
}
