// Runs the BigCommerce simulator by itself: a store on this machine to point curl, a client or a script
// at. Ctrl-C stops it.
import { parseArgs } from 'node:util';
import { fillStore, startSimulator, tellingOrders } from './local/simulator/index';

const usage = 'npm run simulator -- [--port 8080] [--seed 1] [--orders 20] [--latency 0]';

async function main(): Promise<void> {
  const options = readOptions();
  const simulator = await startSimulator(options);
  const told = tellingOrders(simulator);
  fillStore(simulator, options.orders);
  const { storeHash, accessToken, clientId, clientSecret } = simulator.credentials;
  console.log(`A BigCommerce store with ${simulator.orders.all().length} orders.

  URL            ${simulator.url}
  Store hash     ${storeHash}
  Access token   ${accessToken}
  Client id      ${clientId}
  Client secret  ${clientSecret}

${told.map(({ id, story }) => `  ${id}  ${story}`).join('\n')}

  curl -H 'X-Auth-Token: ${accessToken}' -H 'Accept: application/json' ${simulator.url}/stores/${storeHash}/v2/orders/count
  curl ${simulator.url}/_simulator/orders

Ctrl-C stops it.`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.stop());
}

function readOptions(): { port: number; seed: number; orders: number; latencyMs: number } {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8080' },
      seed: { type: 'string', default: '1' },
      orders: { type: 'string', default: '20' },
      latency: { type: 'string', default: '0' },
    },
  });
  const number = (name: string, text: string): number => {
    if (!/^\d{1,7}$/.test(text)) throw new Error(`--${name} takes a whole number. ${usage}`);
    return Number(text);
  };
  return {
    port: number('port', values.port),
    seed: number('seed', values.seed),
    orders: number('orders', values.orders),
    latencyMs: number('latency', values.latency),
  };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
